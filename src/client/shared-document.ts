import type { OpDocument, RecordReader } from "../document/document.ts";
import { DocumentSession, type ExpiredAnswer, type RoomLine, type SessionEvent } from "./document-session.ts";
import { Listeners, type Stop } from "./listeners.ts";
import { DEFAULT_PACE, type Pace } from "./pacer.ts";
import { assertPlain } from "./plain.ts";
import { DocumentClosed, newPush, type Push, type PushControl, PushRefused } from "./push.ts";
import { Replica } from "./replica.ts";
import type { PushRefusal, ReplicaLimits } from "./replica-types.ts";
import { type ClaimedOutbox, discard } from "./tab-outbox.ts";

/** What a shared document is made of. */
export interface SharedDocumentParts<Op extends object, R extends object> {
  readonly connection: RoomLine;
  readonly document: OpDocument<Op, R>;
  readonly claimed: ClaimedOutbox;
  readonly userId?: string | undefined;
  readonly limits?: Partial<ReplicaLimits> | undefined;
  readonly pace?: Partial<Pace> | undefined;
  readonly onExpired?: ((pushes: number) => ExpiredAnswer | Promise<ExpiredAnswer>) | undefined;
  /** Who is told of refused pushes, beside those who ask the document for that; cleared when it is closed. */
  readonly refusals?: Listeners<[RefusedPush<Op>]> | undefined;
  readonly onClosed?: (() => void) | undefined;
}

/** A push that the server refused; it may be one from before a reload, which nobody waits for. */
export interface RefusedPush<Op> extends PushRefusal {
  readonly ops: readonly Op[];
}

/**
 * A document that is shared with others. What is read is what is seen: what the server has confirmed, with one's own pushes
 * over it. What is pushed is shown at once and delivered exactly once, also after lost connections, and after a reload of the
 * page where the outbox is kept.
 */
export class SharedDocument<Op extends object, R extends object> implements RecordReader<R> {
  readonly #parts: SharedDocumentParts<Op, R>;
  readonly #replica: Replica<Op, R>;
  readonly #session: DocumentSession<Op, R>;
  readonly #pushes = new Map<number, PushControl>();
  readonly #changes = new Listeners<[readonly string[]]>();
  readonly #refusals: Listeners<[RefusedPush<Op>]>;
  readonly #unsaved = new Listeners<[number]>();
  /** Those who wait until the push with that serial, and all before it, are gone. */
  #waiting: { readonly serial: number; readonly flushed: PromiseWithResolvers<number> }[] = [];
  #unsavedTold: number;
  #isClosed = false;
  readonly #stopStatus: Stop;

  constructor(parts: SharedDocumentParts<Op, R>) {
    const { connection, document, claimed, userId, limits, pace, onExpired = () => "resubmit" } = parts;
    this.#parts = parts;
    this.#refusals = parts.refusals ?? new Listeners();
    // What was kept for this document was pushed to it, in the form that it had then; evolving that is the document's matter.
    const outbox = claimed.outbox as ConstructorParameters<typeof Replica<Op, R>>[0]["outbox"];
    this.#replica = new Replica({ document, outbox, userId, limits });
    this.#unsavedTold = this.#replica.pending.length;
    this.#session = new DocumentSession({
      connection,
      replica: this.#replica,
      claimed,
      pace: { ...DEFAULT_PACE, ...pace },
      onExpired,
      onEvent: (event) => this.#onEvent(event),
      onChanged: (ids) => this.#changes.tell(ids),
      onStorageFailed: () => this.#unsaved.tell(this.unsaved),
    });
    this.#stopStatus = connection.onStatus((status) => {
      if (status === "closed") void this.close();
    });
  }

  /** A record, as it is seen. It is never changed in place: a change puts another one there. */
  get(id: string): R | undefined {
    return this.#replica.get(id);
  }

  /** All records with their ids, as they are seen. */
  entries(): Iterable<readonly [string, R]> {
    return this.#replica.entries();
  }

  /** This client to the server, one a tab; good as the first part of ids that nobody else makes. May change when it was forgotten. */
  get clientId(): string {
    return this.#replica.header.clientId;
  }

  /** The last entry of the history that is part of what is confirmed. */
  get seq(): number {
    return this.#replica.seq;
  }

  /** Whether the document is here: false until it has come, and while something may be missing. */
  get isLive(): boolean {
    return this.#replica.isLive;
  }

  /** How many of one's own pushes are not durable yet. */
  get unsaved(): number {
    return this.#replica.pending.length;
  }

  /** Whether closing the page now would lose something, or, where the outbox is kept, keep others waiting for it. */
  get hasUnsaved(): boolean {
    return this.unsaved > 0;
  }

  /** Whether pushes survive a reload. False in Node, in private windows, and after the browser's storage has failed. */
  get isPersistent(): boolean {
    return this.#session.isPersistent;
  }

  /**
   * Pushes ops, which are taken together or not at all. Shown at once, unless the document does not take them as it is seen; they
   * are sent all the same, since the server may know more. Made of objects without a class, arrays, strings, finite numbers,
   * booleans, null and bytes; 1 to 256 ops.
   *
   * @throws PushTooLarge, which is an OutboxFull too, where it has more ops or bytes than a server takes
   * @throws OutboxFull where as much waits as may wait
   * @throws TypeError where something in it cannot be sent as it is
   * @throws DocumentClosed
   */
  push(ops: readonly Op[]): Push {
    this.#assertOpen();
    assertPlain(ops, "ops");
    return this.#track(() => this.#replica.edit(ops, this.#parts.connection.clock.wallMs()));
  }

  /**
   * Undoes the last of one's own pushes of which anything is left to undo; what others have changed since is left alone.
   *
   * @returns undefined where there is nothing to undo
   * @throws PushTooLarge where that takes more ops or bytes than a server takes; it cannot be undone
   * @throws OutboxFull where as much waits as may wait
   * @throws DocumentClosed
   */
  undo(): Push | undefined {
    return this.#turn("undo");
  }

  /** Does again what was undone last; otherwise as {@link undo}. */
  redo(): Push | undefined {
    return this.#turn("redo");
  }

  /** Whether there may be something to undo. */
  get canUndo(): boolean {
    return this.#replica.can("undo");
  }

  /** Whether there may be something to do again. */
  get canRedo(): boolean {
    return this.#replica.can("redo");
  }

  /**
   * Resolves when everything pushed until now is durable or refused, with the seq up to which the document is confirmed then.
   *
   * @throws DocumentClosed where it is closed before
   */
  flushed(): Promise<number> {
    const flushed = Promise.withResolvers<number>();
    const last = this.#replica.pending.at(-1);
    if (!last) flushed.resolve(this.seq);
    else if (this.#isClosed) flushed.reject(new DocumentClosed("The document was closed."));
    else this.#waiting.push({ serial: last.serial, flushed });
    return flushed.promise;
  }

  /** Tells the ids of records that look different from before, whoever changed them. */
  onChange(listener: (ids: readonly string[]) => void): Stop {
    return this.#changes.add(listener);
  }

  /** Tells of pushes that the server refused; what they showed is gone by then. */
  onRefused(listener: (refused: RefusedPush<Op>) => void): Stop {
    return this.#refusals.add(listener);
  }

  /** Tells how many pushes are not durable, whenever that changes, and when they begin not to survive a reload. */
  onUnsaved(listener: (pushes: number) => void): Stop {
    return this.#unsaved.add(listener);
  }

  /**
   * Stops following the document. What is not durable stays in the outbox, for whoever opens the document next; its promises
   * fail with {@link DocumentClosed}. Resolves when the outbox is kept. The connection stays open.
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#stopStatus();
    const closed = new DocumentClosed("The document was closed.");
    for (const { failed } of this.#pushes.values()) failed(closed);
    for (const { flushed } of this.#waiting) flushed.reject(closed);
    this.#pushes.clear();
    this.#waiting = [];
    for (const listeners of [this.#changes, this.#refusals, this.#unsaved]) listeners.clear();
    const { claimed, onClosed } = this.#parts;
    await this.#session.close();
    onClosed?.();
    if (this.hasUnsaved) claimed.release();
    else await discard(claimed).catch(() => {}); // an empty outbox that stays does no harm
  }

  #turn(direction: "undo" | "redo"): Push | undefined {
    this.#assertOpen();
    return this.#track(() => this.#replica.turn(direction, this.#parts.connection.clock.wallMs()));
  }

  #track(make: () => number): Push;
  #track(make: () => number | undefined): Push | undefined;
  #track(make: () => number | undefined): Push | undefined {
    const control = newPush();
    const serial = this.#session.run(() => {
      const made = make();
      if (made !== undefined) this.#pushes.set(made, control);
      return made;
    });
    this.#tellUnsaved();
    return serial === undefined ? undefined : control.push;
  }

  #onEvent(event: SessionEvent<Op>): void {
    const control = this.#pushes.get(event.serial);
    switch (event.kind) {
      case "push":
        control?.sent();
        return;
      case "settled":
        control?.settled(event.ack);
        break;
      case "refused":
        control?.failed(new PushRefused(event.refusal));
        this.#refusals.tell({ ...event.refusal, ops: event.ops });
        break;
      default:
        event satisfies never;
    }
    this.#pushes.delete(event.serial);
    this.#tellFlushed();
    this.#tellUnsaved();
  }

  #tellFlushed(): void {
    const first = this.#replica.pending[0]?.serial ?? Number.POSITIVE_INFINITY;
    for (const { serial, flushed } of this.#waiting) if (serial < first) flushed.resolve(this.seq);
    this.#waiting = this.#waiting.filter(({ serial }) => serial >= first);
  }

  #tellUnsaved(): void {
    if (this.#unsavedTold === this.unsaved) return;
    this.#unsavedTold = this.unsaved;
    this.#unsaved.tell(this.unsaved);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new DocumentClosed("The document was closed.");
  }
}
