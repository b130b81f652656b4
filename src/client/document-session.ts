import type { Clock, Stop } from "../clock/clock.ts";
import { sizeOf } from "../document/document.ts";
import { CLOSE_CODES, OP_MESSAGES } from "../protocol/protocol.ts";
import { AnswerWatch } from "./answer-watch.ts";
import { backoffMs } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { OutboxWriter } from "./outbox-writer.ts";
import { type Pace, Pacer } from "./pacer.ts";
import type { Replica } from "./replica.ts";
import type { FromServer, IdentityProblem, ReplicaOutput } from "./replica-types.ts";
import { newIdentity } from "./secrets.ts";
import type { ClaimedOutbox } from "./tab-outbox.ts";

/** What of a connection a document needs. */
export type RoomLine = Pick<
  Connection,
  "clock" | "status" | "onStatus" | "onMessage" | "onError" | "send" | "reconnect"
>;

/** What becomes of pushes of which the server can no longer tell whether it has taken them. */
export type ExpiredAnswer = "resubmit" | "drop";

/** What happens in a session, besides changes of the records. */
export type SessionEvent<Op> = Extract<ReplicaOutput<Op>, { kind: "push" | "settled" | "refused" }>;

/** What a session is made of. */
export interface DocumentSessionParts<Op extends object, R extends object> {
  readonly connection: RoomLine;
  readonly replica: Replica<Op, R>;
  readonly claimed: ClaimedOutbox;
  readonly pace: Pace;
  readonly onExpired: (pushes: number) => ExpiredAnswer | Promise<ExpiredAnswer>;
  readonly onEvent: (event: SessionEvent<Op>) => void;
  readonly onChanged: (ids: readonly string[]) => void;
  /** The outbox is not kept any more. */
  readonly onStorageFailed: (error: unknown) => void;
}

/** A conversation that gets no further for so long is begun again on another connection. */
const STUCK_MS = 15_000;
/** MESSAGES_TOO_FAST of the server's catalogue: a push was left out, and is not answered. */
const TOO_FAST = 4636;
const TOO_FAST_WAIT_MS = 1000;
/** MESSAGE_TOO_LARGE of the same, and the close code for what is larger still. */
const TOO_LARGE = 4635;
const FRAME_TOO_LARGE = String(CLOSE_CODES.FRAME_TOO_LARGE);
const FROM_SERVER = [
  OP_MESSAGES.WELCOME,
  OP_MESSAGES.SNAP,
  OP_MESSAGES.BATCH,
  OP_MESSAGES.ACK,
  OP_MESSAGES.NACK,
  OP_MESSAGES.RESET,
];

/** Drives a replica: by the connection, the outbox and the clock. */
export class DocumentSession<Op extends object, R extends object> {
  readonly #parts: DocumentSessionParts<Op, R>;
  readonly #clock: Clock;
  readonly #writer: OutboxWriter;
  readonly #pacer: Pacer;
  readonly #answers: AnswerWatch;
  readonly #stops: Stop[];
  #stopRetry: Stop = () => {};
  #stopSlow: Stop = () => {};
  #stopStuck: Stop = () => {};
  #identitiesTaken = 0;
  #isRenewing = false;
  #isDraining = false;
  #isClosed = false;

  constructor(parts: DocumentSessionParts<Op, R>) {
    const { connection, replica, claimed, onStorageFailed } = parts;
    this.#parts = parts;
    this.#clock = connection.clock;
    this.#pacer = new Pacer(this.#clock, parts.pace);
    this.#answers = new AnswerWatch({
      clock: this.#clock,
      unanswered: () => replica.unanswered,
      isPacing: () => !this.#pacer.isIdle,
      timeoutMs: STUCK_MS,
      onUnanswered: () => this.#hello(),
    });
    this.#writer = new OutboxWriter({
      claimed,
      clock: this.#clock,
      onStored: (ticket) => this.run(() => replica.stored(ticket)),
      onFailed: onStorageFailed,
    });
    this.#stops = FROM_SERVER.map(
      (type) => connection.onMessage(type, (message) => this.#receive({ type, message } as FromServer<Op, R>)), // as the type says
    );
    this.#stops.push(connection.onError((code) => this.#onError(code)));
    this.#stops.push(
      connection.onStatus((status, { reason }) => {
        if (reason?.code === FRAME_TOO_LARGE) replica.refuseLargest();
        this.#onLink(status === "online");
      }),
    );
    this.#onLink(connection.status === "online");
  }

  get isPersistent(): boolean {
    return this.#writer.isPersistent;
  }

  /** Tells the replica something, and does what follows from that. */
  run<T>(tell: () => T): T {
    const result = tell();
    this.#drain();
    return result;
  }

  /** Ends the conversation; resolves when the outbox is kept, or cannot be. */
  async close(): Promise<void> {
    this.run(() => this.#parts.replica.disconnected());
    this.#isClosed = true;
    for (const stop of this.#stops) stop();
    this.#stopTimers();
    this.#answers.stop();
    this.#pacer.clear();
    await this.#writer.flushed();
  }

  /** Whoever is told of something may push at once; what follows from that comes after what is being done. */
  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    const { replica, onChanged } = this.#parts;
    try {
      for (let output = replica.take(); output.length > 0; output = replica.take()) {
        for (const one of output) this.#do(one);
      }
    } finally {
      this.#isDraining = false;
    }
    this.#answers.look();
    const changed = replica.takeChanged();
    if (changed.length > 0) onChanged(changed);
  }

  #onLink(isOnline: boolean): void {
    const { replica } = this.#parts;
    this.#stopTimers();
    this.#pacer.restart();
    this.run(() => (isOnline ? replica.connected() : replica.disconnected()));
    if (isOnline) this.#watch();
  }

  #receive(message: FromServer<Op, R>): void {
    if (message.type === OP_MESSAGES.WELCOME) this.#identitiesTaken = 0;
    this.run(() => this.#parts.replica.receive(message));
    this.#watch();
  }

  /** Whoever waits for the document, and hears nothing, tries elsewhere. */
  #watch(): void {
    this.#stopStuck();
    const { connection, replica } = this.#parts;
    if (this.#isClosed || replica.isLive || this.#isRenewing) return;
    this.#stopStuck = this.#clock.after(STUCK_MS, () =>
      connection.reconnect({ code: "STUCK", detail: "The document does not come." }),
    );
  }

  #hello(): void {
    this.run(() => this.#parts.replica.connected());
    this.#watch();
  }

  #stopTimers(): void {
    this.#stopRetry();
    this.#stopSlow();
    this.#stopStuck();
  }

  /** A message that cannot be sent is one that gets lost: what follows from that is the same. */
  #send(type: string, message: object): boolean {
    try {
      return !this.#isClosed && this.#parts.connection.send(type, message);
    } catch {
      return false;
    }
  }

  #do(output: ReplicaOutput<Op>): void {
    const { replica, onEvent } = this.#parts;
    switch (output.kind) {
      case "hello":
        this.#pacer.clear(); // the replica counts from here
        this.#send(OP_MESSAGES.HELLO, output.message);
        break;
      case "store":
        this.#writer.put(output.change);
        break;
      case "wait":
        this.#stopRetry();
        this.#stopStuck();
        this.#stopRetry = this.#clock.after(output.delayMs, () => {
          this.run(() => replica.retry());
          this.#watch();
        });
        break;
      case "identity":
        void this.#renew(output.problem);
        break;
      case "push":
        this.#pacer.put(sizeOf(output.message.ops), () => {
          if (this.#send(OP_MESSAGES.PUSH, output.message)) onEvent(output);
        });
        break;
      case "settled":
      case "refused":
        onEvent(output);
        break;
      default:
        output satisfies never;
    }
  }

  /** What was left out is found out by saying hello again; where that was too fast, after a while. */
  #onError(code: number): void {
    if (code === TOO_FAST) {
      this.#pacer.slowDown();
      this.#stopSlow();
      this.#stopSlow = this.#clock.after(TOO_FAST_WAIT_MS, () => this.#hello());
    } else if (code === TOO_LARGE && this.#parts.replica.unanswered !== undefined) {
      this.#parts.replica.refuseLargest();
      this.#hello();
    }
  }

  async #renew(problem: IdentityProblem): Promise<void> {
    if (this.#isRenewing) return;
    this.#isRenewing = true;
    const answer = await this.#ask(problem);
    this.#isRenewing = false;
    if (this.#isClosed) return;
    const { replica } = this.#parts;
    if (answer && replica.needsIdentity) this.run(() => replica.renew(newIdentity(), answer));
    this.#watch();
  }

  /**
   * Undefined where whoever is asked fails: all is kept, and the next welcome asks again. A server that takes no identity at
   * all is not asked in a loop.
   */
  async #ask(problem: IdentityProblem): Promise<ExpiredAnswer | undefined> {
    const { replica, onExpired } = this.#parts;
    try {
      const answer = replica.pending.length > 0 ? await onExpired(replica.pending.length) : "resubmit";
      const attempt = problem === "taken" ? this.#identitiesTaken++ : 0;
      const delayMs = attempt === 0 ? 0 : backoffMs(attempt, this.#clock.random());
      await new Promise<void>((resolve) => this.#stops.push(this.#clock.after(delayMs, resolve)));
      return answer;
    } catch {
      return undefined;
    }
  }
}
