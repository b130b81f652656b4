/**
 * document: what a durable room holds and how operations change it. Pure, and the same on the server and in clients.
 *
 * A document is a set of records by id. A record is never changed in place: an op replaces it, so that what is confirmed,
 * what is on its way to the disk and what a client only hopes for can lie over one another (`overlay.ts`). Knows no
 * sockets, no log, no time. It refuses to know what a record means: that is the room author's {@link OpDocument}.
 */
import type { KeyOf, Sorted } from "./sorted-ids.ts";

export { MapRecords } from "./map-records.ts";
export { Overlay } from "./overlay.ts";
export { sizeOf } from "./size-of.ts";
export type { KeyOf, Sorted, SortedId } from "./sorted-ids.ts";

/** Records by id, to read. */
export interface RecordReader<R> {
  get(id: string): R | undefined;
  /** Every record with its id; in no particular order that means anything. */
  entries(): Iterable<readonly [string, R]>;
}

/** Records by id, to read, also in an order of their own. */
export interface SortableReader<R> extends RecordReader<R> {
  /**
   * The records in the order of a key, to be looked at before the next change. Made at the first call and kept right from then on,
   * so that looking costs a search and not a scan: ask by the same function each time, for one order is kept.
   */
  sortedBy(keyOf: KeyOf<R>): Sorted;
}

/** Records by id, to change. What was set must not be changed in place afterwards. */
export interface Records<R> extends RecordReader<R> {
  set(id: string, record: R): void;
  delete(id: string): void;
}

/** Whose push an op belongs to. */
export interface OpAuthor {
  /** The client's own id, which outlives its connections. */
  readonly clientId: string;
  /** Empty for somebody without a token. */
  readonly userId: string;
  /** Number of the push among those of this client. */
  readonly n: number;
  /** What the author may do, in the words of the room. Undefined in a client, which hopes for the best. */
  readonly role?: string | undefined;
}

/** Where an effect stands in the history. */
export interface OpStamp extends Omit<OpAuthor, "role"> {
  /** Place in the log. In a client, for a push of its own that is not confirmed yet: minus the number of the push. */
  readonly seq: number;
  /** When the server took it, in ms since 1970. */
  readonly ts: number;
}

/**
 * What a room author writes to get a durable, collaborative document: what ops come to, and how effects change records.
 * Both are pure. `Op` is also the type of effects: an effect is an op that was checked and, where need be, adjusted. Ops and records
 * are plain: objects, lists, texts, finite numbers, booleans, null and Uint8Array. They are the same after they were written down.
 */
export interface OpDocument<Op extends object, R extends object> {
  /**
   * What an op comes to. Returns the op itself where it is taken as it is, others where it is adjusted, none where it
   * comes too late to matter. Changes nothing.
   *
   * @throws OpRefused where it must not be: the whole push is refused, and its author told
   */
  apply(records: SortableReader<R>, op: Op, author: OpAuthor): readonly Op[];
  /**
   * Carries out an effect, also one of long ago: never refuses, whatever the records are, and ends in the same records
   * everywhere.
   */
  evolve(records: Records<R>, effect: Op, stamp: OpStamp): void;
  /**
   * Whether an op may use what is kept free in a document that is full: for what must always work, and takes little in all. Without
   * it nothing is kept free.
   */
  isVital?(op: Op): boolean;
  /**
   * The ops that undo what one push of a client did to one record, guarded so that they leave alone what others changed since.
   * Without it there is no undo.
   */
  invert?(change: RecordChange<R>): readonly Op[];
}

/** What became of one record. */
export interface RecordChange<R> {
  readonly id: string;
  readonly before: R | undefined;
  readonly after: R | undefined;
}

/** An op that a document does not take. Its code travels in the nack. */
export class OpRefused extends Error {
  override readonly name = "OpRefused";
  readonly code: "INVALID" | "FORBIDDEN" | "TOO_LARGE";

  /** @param detail what was expected and what was got, for the person who reads it */
  constructor(code: OpRefused["code"], detail: string) {
    super(detail);
    this.code = code;
  }
}
