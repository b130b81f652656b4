import type { OpDocument, RecordReader } from "../document/document.ts";
import { DocumentSession, type RoomLine, type SessionEvent } from "./document-session.ts";
import type { History } from "./history.ts";
import type { ExpiredAnswer } from "./identity-renewal.ts";
import { Listeners, type Stop } from "./listeners.ts";
import { DEFAULT_PACE, type Pace } from "./pacer.ts";
import { assertPlain } from "./plain.ts";
import { DocumentClosed, NoDocument, type Push } from "./push.ts";
import { PushLedger } from "./push-ledger.ts";
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
  readonly #ledger: PushLedger<Op>;
  readonly #changes = new Listeners<[readonly string[]]>();
  readonly #refusals: Listeners<[RefusedPush<Op>]>;
  readonly #unsaved = new Listeners<[number]>();
  #unsavedTold: number;
  #history: Promise<History<Op, R>> | undefined;
  #closeHistory: Stop = () => {};
  /** Why it is closed. */
  #reason: DocumentClosed | undefined;
  #ending: Promise<void> | undefined;
  readonly #stopListening: Stop;
  readonly #closed = Promise.withResolvers<DocumentClosed>();

  constructor(parts: SharedDocumentParts<Op, R>) {
    const { connection, document, claimed, limits, pace, onExpired = () => "resubmit" } = parts;
    this.#parts = parts;
    this.#refusals = parts.refusals ?? new Listeners();
    // What was kept for this document was pushed to it, in the form that it had then; evolving that is the document's matter.
    const outbox = claimed.outbox as ConstructorParameters<typeof Replica<Op, R>>[0]["outbox"];
    const userId = (): string | undefined => parts.userId ?? connection.userId;
    this.#replica = new Replica({ document, outbox, userId, limits });
    this.#ledger = new PushLedger(() => this.#replica.pending);
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
      onNone: () => void this.#end(new NoDocument("The room has no document.")),
    });
    this.#stopListening = connection.onClose(() => this.close());
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
    const [push] = this.#track((ts) => [this.#replica.edit(ops, ts)] as const);
    return push;
  }

  /**
   * Pushes any number of ops, in as few pushes as possible. Each of these is taken or not by itself; they are undone, and done again,
   * in one step. With `joins` they are part of the step of that push, as long as nobody else has changed the same records since
   * then: so a gesture that is pushed underway is undone as a whole. Otherwise as {@link push}.
   *
   * @throws PushTooLarge where one op has more bytes than a server takes; nothing is pushed then
   * @throws OutboxFull where so much may not wait; nothing is pushed then
   */
  pushAll(ops: readonly Op[], { joins }: { readonly joins?: Push | undefined } = {}): readonly Push[] {
    this.#assertOpen();
    assertPlain(ops, "ops");
    return this.#track((ts) => this.#replica.editAll(ops, ts, joins && this.#ledger.serialOf(joins)));
  }

  /**
   * Undoes the last of one's own steps of which anything is left to undo; what others have changed since is left alone. Where
   * that takes several pushes, the last of them is returned.
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
  async flushed(): Promise<number> {
    if (this.#reason && this.hasUnsaved) throw this.#reason;
    await this.#ledger.flushed();
    return this.seq;
  }

  /**
   * What the document was: its entries, and its records as of any of them. While there is no connection it waits for one. There
   * is one at a time: until it is closed, further calls give the same.
   *
   * @throws HistoryRefused where the room gives none; DocumentClosed
   */
  history(): Promise<History<Op, R>> {
    this.#history ??= this.#openHistory();
    return this.#history;
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
    await this.#end(new DocumentClosed("The document was closed."));
  }

  /** Resolves when it is closed, with the reason: an error {@link NoDocument} where the room has no document. */
  get closed(): Promise<DocumentClosed> {
    return this.#closed.promise;
  }

  #end(reason: DocumentClosed): Promise<void> {
    this.#ending ??= this.#stop(reason);
    return this.#ending;
  }

  async #stop(reason: DocumentClosed): Promise<void> {
    this.#reason = reason;
    this.#ledger.close(reason);
    this.#closed.resolve(reason);
    for (const listeners of [this.#changes, this.#refusals, this.#unsaved]) listeners.clear();
    this.#closeHistory();
    await this.#session.close();
    this.#stopListening();
    const { claimed, onClosed } = this.#parts;
    onClosed?.();
    if (this.hasUnsaved && !this.#session.hasStorageFailed) claimed.release();
    else await discard(claimed).catch(() => {}); // an empty outbox that stays does no harm
  }

  async #openHistory(): Promise<History<Op, R>> {
    const onClosed = (): void => {
      this.#history = undefined;
      this.#closeHistory = () => {};
    };
    try {
      this.#assertOpen();
      const { openHistory } = await import("./history.ts"); // a page that shows no history need not load it
      this.#assertOpen();
      const { connection: line, document } = this.#parts;
      const { history, loaded } = openHistory({ line, document, onClosed });
      this.#closeHistory = () => history.close();
      await loaded;
      return history;
    } catch (error) {
      onClosed();
      throw error;
    }
  }

  #turn(direction: "undo" | "redo"): Push | undefined {
    this.#assertOpen();
    return this.#track((ts) => this.#replica.turn(direction, ts)).at(-1);
  }

  #track<Serials extends readonly number[]>(make: (ts: number) => Serials): { readonly [I in keyof Serials]: Push } {
    const pushes = this.#session.run(() =>
      make(this.#parts.connection.clock.wallMs()).map((serial) => this.#ledger.add(serial)),
    );
    this.#tellUnsaved();
    return pushes as { readonly [I in keyof Serials]: Push }; // map keeps the length
  }

  #onEvent(event: SessionEvent<Op>): void {
    this.#ledger.tell(event);
    if (event.kind === "refused") this.#refusals.tell({ ...event.refusal, ops: event.ops });
    if (event.kind !== "push") this.#tellUnsaved();
  }

  #tellUnsaved(): void {
    if (this.#unsavedTold === this.unsaved) return;
    this.#unsavedTold = this.unsaved;
    this.#unsaved.tell(this.unsaved);
  }

  #assertOpen(): void {
    if (this.#reason) throw this.#reason;
  }
}
