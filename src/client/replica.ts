import type { RecordReader } from "../document/document.ts";
import { OP_MESSAGES } from "../protocol/protocol.ts";
import { Conversation } from "./conversation.ts";
import type { ClientIdentity, OutboxHeader } from "./outbox.ts";
import type { PendingPush } from "./pending.ts";
import { type FromServer, REPLICA_LIMITS, type ReplicaOutput, type ReplicaParts } from "./replica-types.ts";
import type { UndoDirection } from "./undo.ts";
import { WorkingCopy } from "./working-copy.ts";

/**
 * A client's half of a document: what the server confirmed, what was pushed over it, and what to say next so that every push
 * becomes part of the log exactly once, whatever is lost on the way. A state machine without I/O, time or chance: it is told
 * what happened, and whoever tells it takes what is to be done with {@link take}.
 */
export class Replica<Op extends object, R extends object> implements RecordReader<R> {
  readonly #copy: WorkingCopy<Op, R>;
  readonly #conversation: Conversation<Op, R>;
  #output: ReplicaOutput<Op>[] = [];

  constructor(parts: ReplicaParts<Op, R>) {
    const limits = { ...REPLICA_LIMITS, ...parts.limits };
    const put = (output: ReplicaOutput<Op>): void => void this.#output.push(output);
    this.#copy = new WorkingCopy(parts, limits, put);
    this.#conversation = new Conversation(this.#copy, limits.maxInFlight, put);
  }

  /** Who this client is, and where its numbers stand. */
  get header(): OutboxHeader {
    return this.#copy.pending.header;
  }

  /** The last entry of the log that is part of the confirmed records. */
  get seq(): number {
    return this.#conversation.seq;
  }

  /** Whether nothing is missing that the server had when it was last asked. */
  get isLive(): boolean {
    return this.#conversation.stage === "live";
  }

  /** Whether an identity was asked for, and is still needed. */
  get needsIdentity(): boolean {
    return this.#conversation.needsIdentity;
  }

  /** Serial of the oldest push that is on its way and not answered. */
  get unanswered(): number | undefined {
    return this.#conversation.unanswered;
  }

  /** Pushes that are not known to be safe, in order. */
  get pending(): readonly PendingPush<Op>[] {
    return this.#copy.pending.all;
  }

  /** The records as the server confirmed them. */
  get confirmed(): RecordReader<R> {
    return this.#copy.confirmed;
  }

  /** A record as it is seen: with what was pushed and is not confirmed. */
  get(id: string): R | undefined {
    return this.#copy.view.get(id);
  }

  /** All records as they are seen. */
  entries(): Iterable<readonly [string, R]> {
    return this.#copy.view.entries();
  }

  /** The ids of the records that look different since this was last called. */
  takeChanged(): readonly string[] {
    return this.#copy.takeChanged();
  }

  /** What is to be done, in order. */
  take(): readonly ReplicaOutput<Op>[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  /**
   * Pushes ops, to be taken together or not at all. Shown at once, unless the document does not take them.
   *
   * @param ts now, in ms since 1970
   * @returns its serial
   * @throws PushTooLarge where it has more ops or bytes than a push may have
   * @throws OutboxFull where as much waits as may wait
   */
  edit(ops: readonly Op[], ts: number): number {
    const serial = this.#copy.edit(ops, ts);
    this.#conversation.pump();
    return serial;
  }

  /**
   * Pushes any number of ops, in as few pushes as possible, which are undone together.
   *
   * @param ts now, in ms since 1970
   * @param joins serial of a push with which they are undone, if nobody else has changed the same records since
   * @returns their serials
   * @throws PushTooLarge where one op has more bytes than a push may have
   * @throws OutboxFull where as much waits as may wait; nothing is pushed then
   */
  editAll(ops: readonly Op[], ts: number, joins?: number): readonly number[] {
    const serials = this.#copy.editAll(ops, ts, joins);
    this.#conversation.pump();
    return serials;
  }

  /** Whether there may be anything of one's own to undo, or to do again. */
  can(direction: UndoDirection): boolean {
    return this.#copy.can(direction);
  }

  /**
   * Undoes the last of one's own steps of which anything can be undone, or does again what was undone, by pushes like any
   * others.
   *
   * @param ts now, in ms since 1970
   * @returns their serials, none where there is nothing
   * @throws PushTooLarge where it has more ops or bytes than a push may have
   * @throws OutboxFull where as much waits as may wait
   */
  turn(direction: UndoDirection, ts: number): readonly number[] {
    const serials = this.#copy.turn(direction, ts);
    this.#conversation.pump();
    return serials;
  }

  /** Changes of the outbox up to this one are kept. */
  stored(ticket: number): void {
    this.#conversation.stored(ticket);
  }

  /** A connection is there on which nothing was said yet. */
  connected(): void {
    this.#conversation.hello();
  }

  /** Something was too large for the server; `connected` follows. A push that proves to be it is refused. */
  refuseLargest(): void {
    this.#conversation.refuseLargest();
  }

  /** The connection is gone. */
  disconnected(): void {
    this.#conversation.hangUp();
  }

  /** The time to wait is over. */
  retry(): void {
    this.#conversation.retry();
  }

  /** Goes on under another id; what is pending is pushed again as new, or given up. */
  renew(identity: ClientIdentity, pending: "resubmit" | "drop"): void {
    while (pending === "drop" && this.pending.length > 0) {
      this.#copy.refuse(this.pending.length - 1, {
        code: "EXPIRED",
        detail: "The server no longer knows whether it was taken.",
      });
    }
    this.#conversation.renew(identity);
  }

  /** The server said something. What comes without a connection is ignored. */
  receive(received: FromServer<Op, R>): void {
    if (this.#conversation.stage === "down") return;
    switch (received.type) {
      case OP_MESSAGES.WELCOME:
        this.#conversation.onWelcome(received.message);
        break;
      case OP_MESSAGES.SNAP:
        this.#conversation.onSnap(received.message);
        break;
      case OP_MESSAGES.BATCH:
        this.#conversation.onBatch(received.message);
        break;
      case OP_MESSAGES.ACK:
        this.#conversation.onAck(received.message);
        break;
      case OP_MESSAGES.NACK:
        this.#conversation.onNack(received.message);
        break;
      case OP_MESSAGES.RESET:
        this.#conversation.onReset(received.message);
        break;
      default:
        received satisfies never;
    }
  }
}
