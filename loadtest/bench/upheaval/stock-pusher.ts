import type { Room } from "@colyseus/sdk";
import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import type { OpAck, OpBatch, OpNack, OpOutcome, OpPush, OpSnap, OpWelcome } from "../../../src/protocol/protocol.ts";
import { OP_MESSAGES } from "../../../src/protocol/protocol.ts";
import { digestOf } from "../../documents/plain.ts";
import type { AckedPush, BotEvidence } from "../../documents/verification.ts";
import { type Beat, onBeat } from "./beat.ts";
import { type BoardMember, marksOf, opsOf } from "./board-pushes.ts";
import { StockMember } from "./member.ts";

const RETRY_MS = 200;
const REST_MS = 10_000;
const LOOK_MS = 20;

/** A stock SDK on a board, which speaks the op lane by itself: it says hello whenever it was brought elsewhere, and pushes anew what is not acknowledged. */
export class StockPusher extends StockMember implements BoardMember {
  readonly #name: string;
  readonly #clientId = crypto.randomUUID();
  readonly #pending: OpPush<BoardOp>[] = [];
  readonly #acked: AckedPush[] = [];
  readonly #refusals: string[] = [];
  #records = new Map<string, BoardRecord>();
  #epoch: number | undefined;
  #made = 0;
  #isGreeting = false;
  seq = 0;

  constructor(room: Room, name: string, beat: Beat) {
    super(room);
    this.#name = name;
    const on = <P>(type: string, take: (payload: P) => void): void => {
      room.onMessage(type, (payload: P) => {
        take(payload);
        this.heard();
      });
    };
    on<OpWelcome>(OP_MESSAGES.WELCOME, (welcome) => this.#welcomed(welcome));
    on<OpSnap<BoardRecord>>(OP_MESSAGES.SNAP, (snap) => this.#take(snap));
    on<OpBatch<BoardOp>>(OP_MESSAGES.BATCH, (batch) => this.#follow(batch));
    on<OpAck>(OP_MESSAGES.ACK, ({ n, seq, outcome }) => this.#settle(n, seq, outcome));
    on<OpNack>(OP_MESSAGES.NACK, (nack) => this.#refused(nack));
    on(OP_MESSAGES.RESET, () => this.#hello());
    this.#hello();
    this.stopActing = onBeat(beat, () => this.#push());
  }

  override async rest(): Promise<void> {
    await super.rest();
    for (const untilMs = performance.now() + REST_MS; this.#pending.length > 0 && performance.now() < untilMs; )
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }

  evidence(): BotEvidence {
    const [name, acked, refusals] = [this.#name, this.#acked, this.#refusals];
    const digest = digestOf(this.#records);
    return { name, clientIds: [this.#clientId], acked, refusals, unsaved: this.#pending.length, digest };
  }

  protected override led(): void {
    this.#hello();
  }

  /** Patches of a board say who is there, and nothing of its document. */
  protected override patched(): void {}

  #hello(): void {
    const known = this.#epoch === undefined ? {} : { epoch: this.#epoch, lastSeq: this.seq };
    this.#isGreeting = true;
    this.room.send(OP_MESSAGES.HELLO, { clientId: this.#clientId, ...known });
  }

  #push(): void {
    const push = { n: ++this.#made, ops: opsOf(this.#name, this.#made) };
    this.#pending.push(push);
    if (!this.#isGreeting) this.room.send(OP_MESSAGES.PUSH, push);
  }

  #welcomed({ epoch, yourLast, seq, mode }: OpWelcome): void {
    this.acted();
    this.#isGreeting = false;
    this.#epoch = epoch;
    if (mode === "snapshot") this.#records = new Map();
    this.#settle(yourLast, seq, "unknown");
    for (const push of this.#pending) this.room.send(OP_MESSAGES.PUSH, push);
  }

  #take({ seq, data }: OpSnap<BoardRecord>): void {
    for (const [id, record] of data) this.#records.set(id, record);
    this.seq = seq;
  }

  /** What came while a hello was on its way comes again. */
  #follow({ entries, to }: OpBatch<BoardOp>): void {
    for (const { effects, ...stamp } of entries.filter(({ seq }) => seq > this.seq))
      for (const effect of effects) board.evolve(this.#records, effect, stamp);
    this.seq = Math.max(this.seq, to);
  }

  /** Everything up to `n` is safe; of those before it only that is known. */
  #settle(n: number, seq: number, outcome: OpOutcome | "unknown"): void {
    for (let [push] = this.#pending; push && push.n <= n; [push] = this.#pending) {
      this.#pending.shift();
      this.#acked.push({ seq, outcome: push.n === n ? outcome : "unknown", marks: marksOf(push.ops) });
    }
  }

  /** What was on its way before a hello is pushed again behind the welcome. */
  #refused({ n, code, detail, retryAfterMs }: OpNack): void {
    if (this.#isGreeting && n > 0) return;
    if (code === "HELLO") this.#hello();
    else if (retryAfterMs !== undefined || code === "GAP") setTimeout(() => this.#hello(), retryAfterMs ?? RETRY_MS);
    else this.#refusals.push(`${code} ${detail ?? ""}`);
  }
}
