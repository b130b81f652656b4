import type { KeyOf, SortableReader } from "../document/document.ts";
import { Looks, type Range, type Reads } from "./reads.ts";
import { isSame } from "./same.ts";

/** Records by id, or undefined where there is none. */
export type Writes<R> = ReadonlyMap<string, R | undefined>;

/**
 * On the way up through pushes that lie over one another: the records that are others at this height than they were, and
 * whether that matters to what lies above.
 */
export class Differences<R extends object> {
  /** The records as they are at this height. */
  readonly now: SortableReader<R>;
  readonly #all: Looks<R>;
  readonly #passed = new Looks<R>();
  readonly #before: Map<string, R | undefined>;
  /** Keys under which records were, or are, that moved in an order. */
  readonly #moved = new Map<KeyOf<R>, readonly string[]>();

  /**
   * @param replaced records below all pushes that may be others now, as they were
   * @param now the records as they are at this height
   * @param all what the pushes looked at
   */
  constructor(replaced: Writes<R>, now: SortableReader<R>, all: Looks<R>) {
    this.now = now;
    this.#all = all;
    this.#before = new Map(Array.from(replaced).filter(([id, before]) => !isSame(before, now.get(id))));
  }

  /** The records that are others, as they were. */
  get before(): Writes<R> {
    return this.#before;
  }

  /** Whether none of the pushes above looked at anything that is other. */
  get isSpent(): boolean {
    if (this.#before.size === 0) return true;
    if (this.#all.alls > this.#passed.alls) return false;
    for (const id of this.#before.keys()) if (this.#all.of(id) > this.#passed.of(id)) return false;
    for (const [keyOf, count] of this.#all.orders) {
      if (count > (this.#passed.orders.get(keyOf) ?? 0) && this.#movedIn(keyOf).length > 0) return false;
    }
    return true;
  }

  /** Whether a push looked at anything that is other. */
  touch({ ids, ranges, isAll }: Reads<R>): boolean {
    if (this.#before.size === 0) return false;
    const [fewer, more] = this.#before.size < ids.size ? [this.#before, ids] : [ids, this.#before];
    for (const id of fewer.keys()) if (more.has(id)) return true;
    return isAll || ranges.some((range) => this.#isMovedIn(range));
  }

  /** Goes up by one push, which wrote `was` and now writes `is`; `now` does not have that yet. */
  pass(was: Writes<R>, is: Writes<R>): void {
    const ids = was === is ? was.keys() : new Set([...was.keys(), ...is.keys()]);
    for (const id of ids) {
      const below = this.now.get(id);
      const belowBefore = this.#before.has(id) ? this.#before.get(id) : below;
      this.#compare(id, was.has(id) ? was.get(id) : belowBefore, is.has(id) ? is.get(id) : below);
    }
  }

  /** The push that was passed is still there. */
  keep(reads: Reads<R>): void {
    this.#passed.add(reads);
  }

  #compare(id: string, was: R | undefined, is: R | undefined): void {
    if (!isSame(was, is)) this.#before.set(id, was);
    else if (!this.#before.delete(id)) return;
    this.#moved.clear();
  }

  #isMovedIn({ keyOf, low, high }: Range<R>): boolean {
    return this.#movedIn(keyOf).some((key) => key >= low && (high === undefined || key <= high));
  }

  #movedIn(keyOf: KeyOf<R>): readonly string[] {
    const known = this.#moved.get(keyOf);
    if (known) return known;
    const moved: string[] = [];
    for (const [id, was] of this.#before) {
      const is = this.now.get(id);
      const keys = [was && keyOf(was), is && keyOf(is)];
      if (keys[0] !== keys[1]) moved.push(...keys.filter((key) => key !== undefined));
    }
    this.#moved.set(keyOf, moved);
    return moved;
  }
}
