import type { Clock, Stop } from "../clock/clock.ts";
import { sizeOf } from "../document/document.ts";
import { CLOSE_CODES, OP_MESSAGES } from "../protocol/protocol.ts";
import { AnswerWatch } from "./answer-watch.ts";
import { spreadMs } from "./backoff.ts";
import type { Connection } from "./connection.ts";
import { type ExpiredAnswer, IdentityRenewal } from "./identity-renewal.ts";
import { OutboxWriter } from "./outbox-writer.ts";
import { type Pace, Pacer } from "./pacer.ts";
import type { Replica } from "./replica.ts";
import type { FromServer, ReplicaOutput } from "./replica-types.ts";
import type { ClaimedOutbox } from "./tab-outbox.ts";

/** What of a connection a document needs. */
export type RoomLine = Pick<
  Connection,
  "clock" | "status" | "userId" | "onStatus" | "onMoved" | "onMessage" | "onError" | "onClose" | "send" | "reconnect"
>;

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
  /** The room has no document. */
  readonly onNone: () => void;
}

/** A conversation that gets no further for so long is begun again on another connection. */
const STUCK_MS = 15_000;
/** MESSAGE_UNKNOWN of the server's catalogue. */
const UNKNOWN = 4631;
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
  readonly #renewal: IdentityRenewal;
  readonly #stops: Stop[];
  #stopRetry: Stop = () => {};
  #stopSlow: Stop = () => {};
  #stopStuck: Stop = () => {};
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
    this.#renewal = new IdentityRenewal({
      clock: this.#clock,
      replica,
      onExpired: parts.onExpired,
      onRenewed: () => {
        this.#drain();
        this.#watch();
      },
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
    this.#stops.push(connection.onError((code, detail) => this.#onError(code, detail)));
    this.#stops.push(
      connection.onStatus((status, { reason }) => {
        if (reason?.code === FRAME_TOO_LARGE) replica.refuseLargest();
        this.#onLink(status === "online");
      }),
    );
    this.#stops.push(connection.onMoved(() => this.#onLink(true)));
    this.#onLink(connection.status === "online");
  }

  get isPersistent(): boolean {
    return this.#writer.isPersistent;
  }

  /** Whether the storage has failed, and the outbox in it may not be used again. */
  get hasStorageFailed(): boolean {
    return this.#writer.hasFailed;
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
    this.#renewal.close();
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
    if (message.type === OP_MESSAGES.WELCOME) this.#renewal.welcomed();
    this.run(() => this.#parts.replica.receive(message));
    this.#watch();
  }

  /** Whoever waits for the document, and hears nothing, tries elsewhere. */
  #watch(): void {
    this.#stopStuck();
    const { connection, replica } = this.#parts;
    if (this.#isClosed || replica.isLive || this.#renewal.isRunning) return;
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
        this.#stopRetry = this.#clock.after(spreadMs(output.delayMs, this.#clock.random()), () => {
          this.run(() => replica.retry());
          this.#watch();
        });
        break;
      case "identity":
        void this.#renewal.run(output.problem);
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
  #onError(code: number, detail: string): void {
    if (code === UNKNOWN && detail.includes(`"${OP_MESSAGES.HELLO}"`)) this.#parts.onNone();
    else if (code === TOO_FAST) {
      this.#pacer.slowDown();
      this.#stopSlow();
      this.#stopSlow = this.#clock.after(TOO_FAST_WAIT_MS, () => this.#hello());
    } else if (code === TOO_LARGE && this.#parts.replica.unanswered !== undefined) {
      this.#parts.replica.refuseLargest();
      this.#hello();
    }
  }
}
