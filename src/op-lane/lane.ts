import type { Clock } from "../clock/clock.ts";
import type { RecordReader } from "../document/document.ts";
import { ArenaError, toArenaError } from "../errors/errors.ts";
import {
  type Committed,
  type OpLog,
  type OpLogParts,
  openOpLog,
  type PushVerdict,
  type Refused,
} from "../op-log/op-log.ts";
import {
  type Ephemeral,
  OP_MESSAGES,
  type OpHello,
  type OpHistory,
  type OpNack,
  type OpPastRefused,
  type OpPush,
  type OpReset,
} from "../protocol/protocol.ts";
import { Audience } from "./audience.ts";
import { type EphemeralClient, EphemeralLane } from "./ephemeral-lane.ts";
import type { LaneClient } from "./follower.ts";
import { Graces } from "./graces.ts";
import { frame, MAX_OPS, ownerOf } from "./messages.ts";
import { PastReaders } from "./past-readers.ts";
import { Pulse } from "./pulse.ts";
import { type RefusalKind, Refusals } from "./refusals.ts";
import { SharedHistory } from "./shared-history.ts";

/** A client of a lane: it is sent frames, and what it must not do is counted against it. */
export interface OpClient extends LaneClient, EphemeralClient {
  /** @param answer frame that says what was refused */
  refuse(error: ArenaError, answer?: Uint8Array): void;
}

/** Why a push is not taken; with `retryAfterMs` only not yet. */
export type Refusal = Pick<OpNack, "code" | "detail" | "retryAfterMs">;

/** What a lane is made of. */
export interface LaneParts<Op extends object, R extends object>
  extends Pick<OpLogParts<Op, R>, "store" | "key" | "document" | "limits" | "telemetry"> {
  readonly clock: Clock;
  /** Epoch under which this process owns the room; undefined where no other process could own it. */
  readonly ownerEpoch: number | undefined;
  /** Least time between two batches of the document, in ms. */
  readonly tickMs: number;
  /** Largest frame of a push. */
  readonly maxPushBytes: number;
  /** What a client may do, in the words of the document; asked for each push. */
  readonly roleOf: (client: OpClient) => string | undefined;
  /** Why a push is not taken now, or at all; asked once for each that would be taken. */
  readonly gate: (client: OpClient, ops: readonly Op[]) => Refusal | undefined;
  /** Something failed that is not a client's fault. */
  readonly onFault: (error: unknown) => void;
  /** The log is another's, or damaged: the room has to end. */
  readonly onEnd: (error: ArenaError) => void;
}

/** While somebody is behind, what it misses is sent as often as this. */
const FEED_MS = 5;
const UNAVAILABLE = { code: "UNAVAILABLE", retryAfterMs: 1000 } as const;
const HELLO_FIRST = { code: "HELLO", detail: "Say hello first." } as const;
const MIN_REOPEN_MS = 250;
const MAX_REOPEN_MS = 5000;
/** How often a room may open its log under one epoch. */
const OPENINGS_PER_EPOCH = 1000;
/** The op lane of one room: its log, who follows it, and the values that are only passed on. */
export class OpLane<Op extends object, R extends object> {
  readonly #parts: LaneParts<Op, R>;
  readonly #pulse: Pulse;
  readonly #ephemeral: EphemeralLane;
  readonly #audience = new Audience();
  readonly #refusals: Refusals;
  readonly #past: PastReaders;
  readonly #graces: Graces;
  /** Those who are back, and have not said hello: they may not know yet that they have to. */
  readonly #returning = new WeakSet<OpClient>();
  #open: { readonly log: OpLog<Op, R>; readonly history: SharedHistory<Op, R> } | undefined;
  /** The log that was opened last; while it is opened anew, what it was. */
  #known: OpLog<Op, R> | undefined;
  #openings = 0;
  #lastBatchMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(parts: LaneParts<Op, R>) {
    this.#parts = parts;
    this.#pulse = new Pulse(parts.clock, FEED_MS, () => this.#beat());
    const { clock } = parts;
    this.#refusals = new Refusals(clock);
    this.#past = new PastReaders(clock);
    this.#graces = new Graces(clock, (sessionId) => this.#endValues(sessionId));
    this.#ephemeral = new EphemeralLane(
      clock,
      () => this.#audience.clients(),
      () => this.#audience.size,
    );
  }

  /** Opens the log; `held` is what it was here before. @throws ArenaError as `openOpLog` */
  async open(held?: OpLog<Op, R>["sequencer"]): Promise<void> {
    const log = await openOpLog<Op, R>({
      ...this.#parts,
      held,
      ownerEpoch: this.#nextOwnerEpoch(),
      onCommitted: (committed) => this.#contain(() => this.#committed(committed)),
      onFailed: (refused) => this.#contain(() => this.#failed(refused)),
      onLost: (error) => this.#lost(log, error),
    });
    const { clock, maxPushBytes } = this.#parts;
    const limits = { maxPushBytes, maxOps: MAX_OPS };
    const history = new SharedHistory(log, { clock, hz: () => this.#ephemeral.hz, limits });
    this.#open = { log, history };
    this.#known = log;
  }

  /** Each opening outdoes the one before: what that sent late is refused. An owner of a later epoch outdoes them all. */
  #nextOwnerEpoch(): number | undefined {
    const { ownerEpoch } = this.#parts;
    return ownerEpoch === undefined ? undefined : ownerEpoch * OPENINGS_PER_EPOCH + this.#openings++;
  }

  /** The records as they are safe, or were when the log was lost that is opened anew; undefined before it is open first. */
  get records(): RecordReader<R> | undefined {
    return this.#known?.sequencer.records;
  }

  /** The records with what was taken and is not safe yet; otherwise as `records`. */
  get latest(): RecordReader<R> | undefined {
    return this.#known?.sequencer.latest;
  }

  /** About how many bytes the records take, as they are safe. */
  get sizeBytes(): number {
    return this.#known?.sequencer.sizeBytes ?? 0;
  }

  /** A client follows from now on, or is led on anew. */
  hello(client: OpClient, { clientId, key, epoch, lastSeq }: OpHello): void {
    this.#greet(client);
    this.#returning.delete(client);
    this.#refusals.forget(client);
    const owner = ownerOf(client.user, key);
    const refusal = this.#whyNoHello(clientId, owner);
    if (refusal || !this.#open) {
      this.#refuse(client, { n: 0, ...(refusal ?? UNAVAILABLE) });
      return;
    }
    const { log, history } = this.#open;
    const before = this.#audience.last(client);
    const follower = this.#audience.follow(client, clientId, owner);
    const plan = log.sequencer.plan(clientId, log.epoch, { epoch, lastSeq });
    if (plan.reset === "FUTURE") {
      this.#parts.telemetry.emit("log:contradicted", {
        key: this.#parts.key,
        lastSeq: lastSeq ?? 0,
        seq: log.sequencer.seq,
      });
    }
    if (plan.reset) client.raw(frame(OP_MESSAGES.RESET, { reason: plan.reset, epoch: log.epoch } satisfies OpReset));
    follower.welcome(history, plan, before ? before.bound(lastSeq) : lastSeq);
    if (!follower.feed(history)) this.#pulse.ask();
  }

  /** A client pushes. */
  push(client: OpClient, { n, ops }: OpPush<Op>): void {
    const follower = this.#audience.speaking(client);
    if (!follower || !this.#open) {
      const kind = this.#returning.has(client) ? "early" : "wrong";
      this.#refuse(client, { n, ...(this.#open ? HELLO_FIRST : UNAVAILABLE) }, kind);
      return;
    }
    follower.pushed(n);
    const { sequencer } = this.#open.log;
    const { clientId, owner } = follower;
    const { clock, roleOf, gate } = this.#parts;
    const refusal = sequencer.isNext(clientId, n) ? gate(client, ops) : undefined;
    const userId = client.user?.userId ?? "";
    const verdict: PushVerdict<Op> = refusal
      ? { kind: "nack", nack: { n, ...refusal } }
      : sequencer.push({ clientId, owner, userId, role: roleOf(client), n, ops, ts: clock.wallMs() });
    this.#answer(client, verdict);
    if (verdict.kind === "staged" && sequencer.hasBatch) this.#pulse.ask(this.#batchDueMs());
  }

  /** Refuses a push that cannot even be read. */
  refuseUnread(client: OpClient, payload: unknown, detail: string): void {
    const n = typeof payload === "object" && payload !== null && "n" in payload ? payload.n : 0;
    this.#refuse(client, { n: isNumber(n) ? n : 0, code: "INVALID", detail });
  }

  /** A client asks what the document was. */
  history(client: OpClient, { before }: OpHistory): void {
    this.#greet(client);
    if (this.#open) this.#past.ask(client, this.#open.log, before);
    else client.raw(frame(OP_MESSAGES.PAST, { ...UNAVAILABLE, detail: "" } satisfies OpPastRefused));
  }

  /** A client has a new ephemeral value. */
  ephemeral(client: OpClient, value: Ephemeral): void {
    this.#greet(client);
    if (!this.#ephemeral.set(client.sessionId, value)) {
      client.refuse(new ArenaError("MESSAGE_INVALID", `"${OP_MESSAGES.EPHEMERAL}": too many keys.`));
    } else this.#askForEphemeral();
  }

  /** A session is back, and what it sends may have been on its way for as long as it was away. */
  back(client: OpClient): void {
    this.#returning.add(client);
  }

  /** A session lost its connection; it may come back. */
  drop(client: OpClient): void {
    this.#remove(client);
    this.#graces.begin(client.sessionId);
  }

  /** A session is gone. */
  leave(client: OpClient): void {
    this.#remove(client);
    this.#endValues(client.sessionId);
  }

  /** Brings what was pushed to the store, and tells those who follow. @throws ArenaError LOG_UNAVAILABLE where the log is being opened anew */
  async settle(): Promise<void> {
    await this.#open?.log.settle();
    if (!this.#open) throw new ArenaError("LOG_UNAVAILABLE");
    const { history } = this.#open;
    for (const follower of this.#audience.followers()) follower.feed(history);
  }

  /** Ends the lane after `settle` and leaves what is in the store to its next owner. */
  async letGo(): Promise<void> {
    this.#end();
    await this.#open?.log.letGo();
    this.#open = undefined;
  }

  /** Brings what was pushed to the store and ends the lane. */
  async close(): Promise<void> {
    this.#end();
    await this.#open?.log.close();
    this.#open = undefined;
  }

  #end(): void {
    this.#isClosed = true;
    this.#pulse.close();
    this.#past.close();
    this.#graces.close();
  }

  /**
   * A document at rest is brought to the disk at once. One that is not keeps to a beat that all documents share, so that
   * their batches share a flush.
   */
  #batchDueMs(): number {
    const { clock, tickMs } = this.#parts;
    const nextBeatMs = (Math.floor(this.#lastBatchMs / tickMs) + 1) * tickMs;
    return Math.max(0, nextBeatMs - clock.nowMs());
  }

  /** What is due now: a batch, parts for those who are behind, ephemeral values. */
  #beat(): void {
    this.#contain(() => {
      if (!this.#open) return;
      const { log, history } = this.#open;
      if (log.sequencer.hasBatch) this.#flush(log);
      for (const follower of this.#audience.followers()) if (!follower.feed(history)) this.#pulse.ask(FEED_MS);
      this.#ephemeral.flush();
      this.#askForEphemeral();
    });
  }

  #flush(log: OpLog<Op, R>): void {
    const dueMs = this.#batchDueMs();
    if (dueMs > 0) {
      this.#pulse.ask(dueMs);
      return;
    }
    this.#lastBatchMs = this.#parts.clock.nowMs();
    log.flush();
  }

  #committed({ acks }: Committed<Op>): void {
    if (!this.#open) return;
    const { log, history } = this.#open;
    for (const follower of this.#audience.followers()) if (!follower.feed(history)) this.#pulse.ask();
    for (const { clientId, ack } of acks) {
      const named = this.#audience.named(clientId);
      for (const follower of named) {
        if (follower.hasPushed(ack.n) || follower === named.at(-1)) follower.client.raw(frame(OP_MESSAGES.ACK, ack));
      }
    }
    if (log.sequencer.hasBatch) this.#pulse.ask(this.#batchDueMs());
  }

  #failed(refused: readonly Refused[]): void {
    for (const { clientId, nack } of refused) {
      for (const follower of this.#audience.named(clientId)) {
        if (follower.hasPushed(nack.n)) follower.client.raw(frame(OP_MESSAGES.NACK, nack));
      }
    }
  }

  #lost(log: OpLog<Op, R>, error: ArenaError): void {
    this.#open = undefined;
    void log.close().then(() => {
      if (this.#isClosed) return;
      if (error.code === "LOG_UNCERTAIN") this.#reopen(log.sequencer, MIN_REOPEN_MS);
      else this.#parts.onEnd(error);
    });
  }

  /** What the store has is read anew, with what it had lost; then everybody who followed is led on from that. */
  #reopen(held: OpLog<Op, R>["sequencer"], delayMs: number): void {
    if (this.#isClosed) return;
    this.open(held).then(
      () => {
        if (this.#isClosed) return void this.close();
        const reset = { reason: "REOPENED", epoch: this.#open?.log.epoch ?? 0 } satisfies OpReset;
        for (const { client } of this.#audience.followers()) client.raw(frame(OP_MESSAGES.RESET, reset));
        this.#audience.forgetFollowers();
        this.#pulse.ask(); // for ephemeral values that came meanwhile
      },
      (cause: unknown) => {
        const error = toArenaError(cause);
        if (this.#isClosed) return;
        if (!error.row.isRetryable || error.code === "LOG_FENCED") this.#parts.onEnd(error);
        else this.#parts.clock.after(delayMs, () => this.#reopen(held, Math.min(MAX_REOPEN_MS, delayMs * 2)));
      },
    );
  }

  #whyNoHello(clientId: string, owner: string): Omit<OpNack, "n"> | undefined {
    if (!this.#open) return UNAVAILABLE;
    if (this.#open.log.sequencer.maySpeak(clientId, owner)) return undefined;
    return { code: "FORBIDDEN", detail: "This client id is another's." };
  }

  #answer(client: OpClient, verdict: PushVerdict<Op>): void {
    if (verdict.kind === "ack") client.raw(frame(OP_MESSAGES.ACK, verdict.ack));
    if (verdict.kind !== "nack") return;
    const isFault = verdict.fault !== undefined;
    if (isFault) this.#parts.onFault(verdict.fault);
    this.#refuse(client, verdict.nack, isFault ? "fault" : kindOf(verdict.nack));
  }

  #greet(client: OpClient): void {
    this.#graces.end(client.sessionId);
    if (this.#audience.greet(client)) this.#ephemeral.greet(client);
  }

  #remove(client: OpClient): void {
    this.#audience.remove(client);
    this.#past.leave(client);
  }

  #endValues(sessionId: string): void {
    this.#graces.end(sessionId);
    this.#ephemeral.end(sessionId);
    this.#askForEphemeral();
  }

  #askForEphemeral(): void {
    const { dueMs } = this.#ephemeral;
    if (dueMs !== undefined) this.#pulse.ask(dueMs);
  }

  #refuse(client: OpClient, nack: OpNack, kind: RefusalKind = "wrong"): void {
    this.#refusals.refuse(client, nack, { kind, isKnown: this.#audience.has(client) });
  }

  #contain(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.onFault(error);
    }
  }
}

function isNumber(n: unknown): n is number {
  return Number.isSafeInteger(n);
}

/** What the rules of a document say. */
const RULED_OUT: ReadonlySet<OpNack["code"]> = new Set(["INVALID", "TOO_LARGE", "FORBIDDEN"]);

function kindOf({ code }: OpNack): RefusalKind {
  return RULED_OUT.has(code) ? "ruledOut" : "wrong";
}
