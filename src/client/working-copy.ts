import type { MapRecords, OpDocument, RecordChange, RecordReader } from "../document/document.ts";
import type { OpEntry } from "../protocol/protocol.ts";
import { Settled } from "./guards.ts";
import type { ViewAuthor } from "./layers.ts";
import type { ClientIdentity } from "./outbox.ts";
import { PendingPushes, type PushAck, PushTooLarge } from "./pending.ts";
import type { PushRefusal, ReplicaLimits, ReplicaOutput, ReplicaParts } from "./replica-types.ts";
import { isSame } from "./same.ts";
import { changesOf, type PushChanges, type UndoDirection, UndoStacks } from "./undo.ts";
import { View } from "./view.ts";

/** The document as one client has it: what is confirmed, what it pushed on top, and what of that it can undo. */
export class WorkingCopy<Op extends object, R extends object> {
  readonly #document: OpDocument<Op, R>;
  readonly #userId: () => string | undefined;
  readonly #view: View<Op, R>;
  readonly #undo: UndoStacks<R>;
  readonly #put: (output: ReplicaOutput<Op>) => void;
  /** What the server may not have. */
  readonly pending: PendingPushes<Op>;

  constructor(
    { document, outbox, userId = () => undefined }: ReplicaParts<Op, R>,
    limits: ReplicaLimits,
    put: (output: ReplicaOutput<Op>) => void,
  ) {
    const settled = new Settled();
    this.#document = document;
    this.#userId = userId;
    this.#put = put;
    this.#view = new View(document);
    this.#undo = new UndoStacks(limits.maxUndo, settled, (change) => document.invert?.(change) ?? []);
    this.pending = new PendingPushes({ outbox, limits, settled, store: (change) => put({ kind: "store", change }) });
    this.#reshow();
  }

  /** The records as they are seen. */
  get view(): RecordReader<R> {
    return this.#view;
  }

  /** The records as the server confirmed them. */
  get confirmed(): RecordReader<R> {
    return this.#view.confirmed;
  }

  /** The ids of the records that look different since this was last called. */
  takeChanged(): readonly string[] {
    return this.#view.takeChanged();
  }

  /** Adds a push. @throws OutboxFull at the bound */
  edit(ops: readonly Op[], ts: number): number {
    const done = this.#add(ops, ts);
    this.#undo.add([done]);
    return done.serial;
  }

  /**
   * Adds as many pushes as the ops take, which are undone together, and with the push that they join.
   *
   * @throws OutboxFull at the bound, and then adds none
   */
  editAll(ops: readonly Op[], ts: number, joins?: number): readonly number[] {
    const step = this.pending.divide(ops.map((op) => [op])).map((some) => this.#add(some, ts));
    if (step.length > 0) this.#undo.add(step, joins);
    return step.map(({ serial }) => serial);
  }

  /** Whether there may be anything to undo, or to do again. */
  can(direction: UndoDirection): boolean {
    return this.#document.invert !== undefined && this.#undo.next(direction) !== undefined;
  }

  /** Adds the pushes that undo the last step of which anything can be undone. @throws OutboxFull at the bound */
  turn(direction: UndoDirection, ts: number): readonly number[] {
    for (let step = this.#undo.next(direction); step; step = this.#undo.next(direction)) {
      const pushes = this.#inverse(direction, changesOf(step), ts);
      if (pushes.some((ops) => this.#view.wouldChange(this.pending.prepare(ops, ts), this.#author))) {
        const undoing = pushes.map((ops) => this.#add(ops, ts));
        this.#undo.turn(direction, undoing);
        return undoing.map(({ serial }) => serial);
      }
      this.#undo.skip(direction);
    }
    return [];
  }

  /**
   * What undoes changes: the last one first, unless only the other way round all of it is taken as it is. What comes back may
   * need the place that something else has to leave.
   */
  #inverse(direction: UndoDirection, changes: readonly RecordChange<R>[], ts: number): readonly (readonly Op[])[] {
    const inOrder = (some: readonly RecordChange<R>[]): readonly (readonly Op[])[] =>
      this.#divideTurn(
        direction,
        some.map((change) => this.#document.invert?.(change) ?? []),
      );
    const isTaken = (pushes: readonly (readonly Op[])[]): boolean =>
      pushes.every((ops) => this.#view.isTaken(this.pending.prepare(ops, ts), this.#author));
    const backwards = inOrder(changes.toReversed());
    if (backwards.length !== 1 || isTaken(backwards)) return backwards; // of several, each would be looked at without the others
    const forwards = inOrder(changes);
    return isTaken(forwards) ? forwards : backwards;
  }

  /** What is too large for ever must not stand in the way of what was pushed before it. */
  #divideTurn(direction: UndoDirection, parts: readonly (readonly Op[])[]): readonly (readonly Op[])[] {
    try {
      return this.pending.divide(parts);
    } catch (error) {
      if (error instanceof PushTooLarge) this.#undo.skip(direction);
      throw error;
    }
  }

  /** Takes in the whole document as of the entry `seq`. */
  replace(records: MapRecords<R>, seq: number): void {
    this.#view.replace(records);
    this.#settle(seq);
    this.#reshow();
  }

  /** Takes in the entries after the last one; own pushes among them are safe. */
  confirm(entries: readonly OpEntry<Op>[], seq: number): void {
    this.#view.confirm(entries);
    for (const entry of entries) {
      if (entry.clientId === this.pending.header.clientId) this.#acknowledgeOwn(entry);
    }
    this.#settle(seq);
    this.#reshow();
  }

  /** The server says of a push that it is safe; it goes when the entries up to there are here. */
  acknowledge(n: number, ack: PushAck, seq: number): void {
    this.pending.acknowledge(n, ack);
    if (this.#settle(seq)) this.#reshow();
  }

  /** All pushes up to this number are part of the records up to `seq`. */
  acknowledgeAll(lastN: number, seq: number): void {
    for (let n = this.pending.firstN; n <= lastN; n++) this.pending.acknowledge(n, { seq, outcome: "unknown" });
    if (this.#settle(seq)) this.#reshow();
  }

  /** A push will never be taken. */
  refuse(index: number, refusal: PushRefusal): void {
    const push = this.pending.remove(index);
    if (!push) return;
    this.#undo.forget(push.serial);
    this.#put({ kind: "refused", serial: push.serial, ops: push.ops, refusal });
    this.#reshow();
  }

  /** Goes on as another client. */
  renew(identity: ClientIdentity): void {
    this.pending.renew(identity);
    this.#reshow();
  }

  get #author(): ViewAuthor {
    return { clientId: this.pending.header.clientId, userId: this.#userId() ?? "" };
  }

  #add(ops: readonly Op[], ts: number): PushChanges<R> {
    const push = this.pending.prepare(ops, ts);
    this.pending.add(push);
    return { serial: push.serial, changes: this.#view.show(push, this.#author) };
  }

  #reshow(): void {
    this.#view.reshow(this.pending.all, this.#author);
  }

  /** Its entry comes before its ack, and with it all that an ack says. */
  #acknowledgeOwn({ n, seq, effects }: OpEntry<Op>): void {
    const push = this.pending.all[n - this.pending.firstN];
    if (!push) return;
    const taken = isSame(effects, push.ops) ? "commit" : "adjusted";
    this.pending.acknowledge(n, { seq, outcome: effects.length === 0 ? "discard" : taken });
  }

  /** Lets go of what is safe; says whether that was anything. */
  #settle(seq: number): boolean {
    let hasSettled = false;
    for (let ack = this.pending.firstAck; ack && ack.seq <= seq; ack = this.pending.firstAck) {
      const push = this.pending.settleFirst(ack);
      if (push) this.#put({ kind: "settled", serial: push.serial, ack });
      hasSettled = true;
    }
    return hasSettled;
  }
}
