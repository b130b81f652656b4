/**
 * Guards: an op may carry `ifRev`, the revision that what it changes must have, or `ifRevs`, several by name. A negative one,
 * `-serial`, means what the push of this client with that serial wrote, whose seq is not known yet.
 */

/** A revision that nothing ever has: a guard that never holds. */
export const NEVER_REV = Number.MAX_SAFE_INTEGER;

interface Guarded {
  readonly ifRev?: number | undefined;
  readonly ifRevs?: Readonly<Record<string, number>> | undefined;
}

/** The guards of ops. */
export function guardsOf(ops: readonly Guarded[]): readonly number[] {
  return ops.flatMap(({ ifRev, ifRevs = {} }) => [...(ifRev === undefined ? [] : [ifRev]), ...Object.values(ifRevs)]);
}

/** The ops with other guards; the very same where none is other. */
export function withGuards<Op extends Guarded>(ops: readonly Op[], guard: (rev: number) => number): readonly Op[] {
  if (guardsOf(ops).every((rev) => guard(rev) === rev)) return ops;
  return ops.map((op) => {
    const { ifRev, ifRevs } = op;
    const guarded = ifRevs && Object.fromEntries(Object.entries(ifRevs).map(([name, rev]) => [name, guard(rev)]));
    return { ...op, ...(ifRev !== undefined && { ifRev: guard(ifRev) }), ...(guarded && { ifRevs: guarded }) };
  });
}

/** As many pushes are remembered as all that can be undone may refer to, and some more. */
const MAX_SETTLED = 4096;

/** The seqs that own pushes got, by serial; of the latest. */
export class Settled {
  readonly #seqs = new Map<number, number>();

  add(serial: number, seq: number): void {
    this.#seqs.set(serial, seq);
    if (this.#seqs.size <= MAX_SETTLED) return;
    for (const [oldest] of this.#seqs) {
      this.#seqs.delete(oldest);
      return;
    }
  }

  /** Forgets all: the history that they are of is another one now. */
  clear(): void {
    this.#seqs.clear();
  }

  /** The seq of an own push, or {@link NEVER_REV} where it was refused or forgotten. */
  seqOf(serial: number): number {
    return this.#seqs.get(serial) ?? NEVER_REV;
  }

  /** Whether two revisions are the same write, be it named by its serial or by its seq. */
  isSameWrite(a: number, b: number): boolean {
    return this.named(a) === this.named(b);
  }

  /** A revision by its seq, where that is known. */
  named(rev: number): number {
    return rev < 0 ? (this.#seqs.get(-rev) ?? rev) : rev;
  }
}
