import type { OpAck, OpBatch, OpNack, OpReset, OpSnap, OpWelcome } from "../protocol/protocol.ts";
import type { ClientIdentity } from "./outbox.ts";
import type { IdentityProblem, ReplicaOutput } from "./replica-types.ts";
import { SendWindow } from "./send-window.ts";
import { SnapshotParts } from "./snapshot-parts.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** "greeting": hello was said. "catching": the server is sending what was missed. "live": nothing is missing. */
type Stage = "down" | "greeting" | "catching" | "live";

/** What is said to the server about a document, and what its answers mean for the working copy. */
export class Conversation<Op extends object, R extends object> {
  readonly #copy: WorkingCopy<Op, R>;
  readonly #window: SendWindow<Op>;
  readonly #put: (output: ReplicaOutput<Op>) => void;
  #stage: Stage = "down";
  /** Of the confirmed records. */
  #epoch: number | undefined;
  #seq = 0;
  #welcome: OpWelcome | undefined;
  /** A snapshot that is not whole yet. */
  #parts: SnapshotParts<R> | undefined;
  #needsIdentity = false;
  /** The largest push that was on its way when the server last found one too large; and one that was so twice. */
  #suspect: number | undefined;
  #tooLarge: number | undefined;

  constructor(copy: WorkingCopy<Op, R>, maxInFlight: number, put: (output: ReplicaOutput<Op>) => void) {
    this.#copy = copy;
    this.#window = new SendWindow(copy.pending, maxInFlight);
    this.#put = put;
  }

  get seq(): number {
    return this.#seq;
  }

  get stage(): Stage {
    return this.#stage;
  }

  get needsIdentity(): boolean {
    return this.#needsIdentity;
  }

  /** The oldest push that is on its way and not answered. */
  get unanswered(): number | undefined {
    return this.#window.inFlight.find(({ ack }) => !ack)?.serial;
  }

  /**
   * Something that was sent is too large, and was not taken. Which it was is not said, and it need not have been a push: the
   * largest that is on its way is refused when that happens to it twice, and not before a welcome says that it is not there.
   */
  refuseLargest(): void {
    const unanswered = this.#window.inFlight.filter(({ ack }) => !ack);
    const [largest] = unanswered.sort((a, b) => b.bytes - a.bytes);
    if (largest && largest.serial === this.#suspect) this.#tooLarge = largest.serial;
    this.#suspect = largest?.serial;
  }

  /** Sends what may be sent. */
  pump(): void {
    if (this.#stage !== "live" || this.#needsIdentity) return;
    for (let next = this.#window.next(); next; next = this.#window.next()) {
      const { n, push } = next;
      this.#put({ kind: "push", serial: push.serial, message: { n, ops: push.ops, base: this.#seq } });
    }
  }

  stored(ticket: number): void {
    this.#window.stored(ticket);
    this.pump();
  }

  hello(): void {
    this.#stage = "greeting";
    this.#parts = undefined;
    this.#window.restart();
    const { clientId, key } = this.#copy.pending.header;
    const known = this.#epoch === undefined ? {} : { epoch: this.#epoch, lastSeq: this.#seq };
    this.#put({ kind: "hello", message: { clientId, key, ...known } });
  }

  hangUp(): void {
    this.#stage = "down";
    this.#parts = undefined;
    this.#window.restart();
  }

  retry(): void {
    if (!this.#window.endWait()) return;
    if (this.#stage === "greeting") this.hello();
    else this.pump();
  }

  renew(identity: ClientIdentity): void {
    this.#copy.renew(identity);
    this.#needsIdentity = false;
    if (this.#stage !== "down") this.hello();
  }

  /** The answer to a hello. */
  onWelcome(welcome: OpWelcome): void {
    this.#welcome = welcome;
    this.#needsIdentity = false;
    if (welcome.limits) this.#copy.pending.restrict(welcome.limits);
    this.#stage = "catching";
    this.#parts = welcome.mode === "snapshot" ? new SnapshotParts() : undefined;
    this.#align(welcome);
    this.#goOn();
  }

  /** Who fell too far behind is sent the document unasked, without a welcome. */
  onSnap({ seq, part, of, data }: OpSnap<R>): void {
    if (this.#stage === "greeting") return;
    if (part === 0) this.#parts = new SnapshotParts();
    const verdict = this.#parts?.add(part, of, data);
    if (verdict === "hole") this.hello();
    if (verdict !== "whole" || !this.#parts) return;
    this.#copy.replace(this.#parts.records, seq);
    this.#parts = undefined;
    this.#epoch = this.#welcome?.epoch;
    this.#seq = seq;
    this.#goOn();
  }

  onBatch({ entries }: OpBatch<Op>): void {
    if (this.#stage === "greeting" || this.#parts) return;
    const fresh = entries.filter(({ seq }) => seq > this.#seq);
    if (fresh.some(({ seq }, index) => seq !== this.#seq + 1 + index)) {
      this.hello();
      return;
    }
    this.#seq += fresh.length;
    this.#copy.confirm(fresh, this.#seq);
    this.#goOn();
  }

  onAck({ n, seq, outcome }: OpAck<Op>): void {
    this.#copy.acknowledge(n, { seq, outcome }, this.#seq);
    this.pump();
  }

  onNack(nack: OpNack): void {
    if (nack.n === 0) this.#onHelloRefused(nack);
    else if (this.#stage !== "greeting") this.#onPushRefused(nack); // else it is of what was sent before the hello
  }

  /** EPOCH and FUTURE are followed by a welcome; and while a hello waits for its own, so is REOPENED. */
  onReset({ reason }: OpReset): void {
    if (reason === "REOPENED" && this.#stage !== "greeting") this.hello();
  }

  /**
   * Brings the numbers here together with those that the server knows. A server that knows more of them than were ever sent
   * from what is kept here speaks to an outbox that lost its last changes: what is older was taken, what is newer is not known.
   */
  #align(welcome: OpWelcome): void {
    const { epoch, yourLast } = welcome;
    const { header, firstN, sentN } = this.#copy.pending;
    if (yourLast < firstN - 1 && epoch === header.epoch) {
      this.#askIdentity("expired");
      return;
    }
    const isBehind = yourLast > sentN;
    if (isBehind) this.#copy.acknowledgeAll(sentN, this.#seq);
    this.#copy.pending.align(welcome, isBehind ? yourLast + 1 : Math.min(firstN, yourLast + 1));
  }

  /** What the server had when it was asked is here: of one's own pushes, those that it had are part of that. */
  #goOn(): void {
    if (this.#stage === "catching" && this.#welcome && !this.#parts && this.#seq >= this.#welcome.seq) {
      this.#stage = "live";
      this.#copy.acknowledgeAll(this.#welcome.yourLast, this.#seq);
      this.#refuseTooLarge();
    }
    this.pump();
  }

  /** Nothing is on its way now, so that those behind it can take other numbers. */
  #refuseTooLarge(): void {
    const index = this.#copy.pending.all.findIndex(({ serial, ack }) => serial === this.#tooLarge && !ack);
    this.#tooLarge = undefined;
    if (index >= 0) this.#copy.refuse(index, { code: "TOO_LARGE", detail: "It is larger than the server takes." });
  }

  #onPushRefused(nack: OpNack): void {
    const verdict = this.#window.judge(nack);
    switch (verdict.kind) {
      case "known":
        break;
      case "hello":
        this.hello();
        break;
      case "later":
        this.#put({ kind: "wait", delayMs: verdict.delayMs });
        break;
      case "refused":
        this.#copy.refuse(verdict.index, { code: nack.code, detail: nack.detail ?? "" });
        this.pump();
        break;
      case "again":
        this.pump();
        break;
      default:
        verdict satisfies never;
    }
  }

  #onHelloRefused({ retryAfterMs }: OpNack): void {
    if (this.#stage !== "greeting") return;
    if (retryAfterMs === undefined) {
      this.#askIdentity("taken");
      return;
    }
    this.#window.beginWait();
    this.#put({ kind: "wait", delayMs: retryAfterMs });
  }

  #askIdentity(problem: IdentityProblem): void {
    this.#needsIdentity = true;
    this.#put({ kind: "identity", problem });
  }
}
