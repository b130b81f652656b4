import type { OpDocument, RecordReader, Records } from "../document/document.ts";
import type { OpEntry } from "../protocol/protocol.ts";
import { Patch } from "./patch.ts";

/** Records as of an entry. */
interface Checkpoint<R> {
  readonly seq: number;
  readonly records: ReadonlyMap<string, R>;
}

/** So many entries lie between two checkpoints at first; twice as many whenever they take too much memory. */
const SPACING = 1024;
/** Records in all checkpoints together: about 30 MB, since they share the records themselves. */
const MAX_RECORDS = 500_000;

/**
 * A stretch of the past that is folded as its entries come. Keeps the states in between so densely that any other is near one, and
 * no more of them than its memory allows.
 */
export class Timeline<Op extends object, R extends object> {
  readonly #document: OpDocument<Op, R>;
  /** Rising by seq; the first is that of the base. */
  #checkpoints: Checkpoint<R>[] = [];
  #entries: OpEntry<Op>[] = [];
  #spacing = SPACING;
  /** The records as of the last entry. */
  readonly #tip = new Map<string, R>();
  #seq: number;
  /** What was asked for last: the next is often a little later. */
  #recent: { readonly seq: number; readonly records: Patch<R> } | undefined;

  /** @param base the entry as of which it begins */
  constructor(document: OpDocument<Op, R>, base: number) {
    this.#document = document;
    this.#seq = base;
  }

  /** Entries, oldest first. Where the server had lost some, they are missing. */
  get entries(): readonly OpEntry<Op>[] {
    return this.#entries;
  }

  /** The entry as of which it begins. */
  get base(): number {
    return this.#checkpoints[0]?.seq ?? this.#seq;
  }

  /** The last entry. */
  get seq(): number {
    return this.#seq;
  }

  /** How many records all states that are kept hold together. */
  get keptRecords(): number {
    return this.#checkpoints.reduce((sum, { records }) => sum + records.size, 0);
  }

  /** Adds records of the base; before the first entry. */
  begin(records: Iterable<readonly [id: string, record: R]>): void {
    for (const [id, record] of records) this.#tip.set(id, record);
  }

  /** Goes on with those of the entries that come next; says with which. */
  append(entries: readonly OpEntry<Op>[]): readonly OpEntry<Op>[] {
    if (this.#checkpoints.length === 0) this.#check();
    const fresh = entries.filter(({ seq }) => seq > this.#seq);
    for (const entry of fresh) {
      fold(this.#document, this.#tip, entry);
      this.#entries.push(entry);
      this.#seq = entry.seq;
      if (entry.seq % this.#spacing === 0) this.#check();
    }
    return fresh;
  }

  /** Puts an older one before it. */
  prepend(older: Timeline<Op, R>): void {
    this.append([]);
    older.append([]);
    this.#entries = [...older.#entries, ...this.#entries];
    const isJoined = older.seq === this.base;
    this.#checkpoints = [...older.#checkpoints, ...(isJoined ? this.#checkpoints.slice(1) : this.#checkpoints)];
    this.#spacing = Math.max(this.#spacing, older.#spacing);
    this.#thin();
  }

  /** The records as of an entry, or as of the nearest before it that is known. */
  recordsAt(seq: number): RecordReader<R> {
    this.append([]);
    const start = this.#nearest(seq);
    const records = start.records.copy();
    for (let index = this.#indexAfter(start.seq); index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (!entry || entry.seq > seq) break;
      fold(this.#document, records, entry);
    }
    this.#recent = { seq: Math.max(start.seq, Math.min(seq, this.#seq)), records };
    return records;
  }

  #nearest(seq: number): { readonly seq: number; readonly records: Patch<R> } {
    const checkpoint = this.#checkpoints.findLast((one) => one.seq <= seq) ?? this.#checkpoints[0];
    const recent = this.#recent;
    if (recent && recent.seq <= seq && recent.seq >= (checkpoint?.seq ?? 0)) return recent;
    return { seq: checkpoint?.seq ?? 0, records: new Patch(checkpoint?.records ?? new Map<string, R>()) };
  }

  /** Where the first entry stands that comes after `seq`. */
  #indexAfter(seq: number): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.seq ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #check(): void {
    this.#checkpoints.push({ seq: this.#seq, records: new Map(this.#tip) });
    this.#thin();
  }

  /** The base stays, and what stands behind a gap: nothing leads there. */
  #thin(): void {
    if (this.keptRecords <= MAX_RECORDS || this.#spacing > this.#entries.length) return;
    this.#spacing *= 2;
    this.#checkpoints = this.#checkpoints.filter(
      ({ seq }, index) => index === 0 || seq % this.#spacing === 0 || !this.#has(seq),
    );
    this.#thin();
  }

  #has(seq: number): boolean {
    return this.#entries[this.#indexAfter(seq) - 1]?.seq === seq;
  }
}

function fold<Op extends object, R extends object>(
  document: OpDocument<Op, R>,
  records: Records<R>,
  { effects, ...stamp }: OpEntry<Op>,
): void {
  for (const effect of effects) document.evolve(records, effect, stamp);
}
