/**
 * Guards: an op may carry `ifRev`, the revision that what it changes must have. A negative one, `-serial`, means what the push
 * of this client with that serial wrote, whose seq is not known yet.
 */

/** A revision that nothing ever has: a guard that never holds. */
export const NEVER_REV = Number.MAX_SAFE_INTEGER;

/** The guards of ops. */
export function guardsOf(ops: readonly object[]): readonly number[] {
  return ops.flatMap((op) => ("ifRev" in op && typeof op.ifRev === "number" ? [op.ifRev] : []));
}

/** The ops with other guards; the very same where none is other. */
export function withGuards<Op extends object>(ops: readonly Op[], guard: (rev: number) => number): readonly Op[] {
  if (guardsOf(ops).every((rev) => guard(rev) === rev)) return ops;
  return ops.map((op) => {
    if (!("ifRev" in op) || typeof op.ifRev !== "number") return op;
    return { ...op, ifRev: guard(op.ifRev) };
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

  /** The seq of an own push, or {@link NEVER_REV} where it was refused or forgotten. */
  seqOf(serial: number): number {
    return this.#seqs.get(serial) ?? NEVER_REV;
  }

  /** Whether two revisions are the same write, be it named by its serial or by its seq. */
  isSameWrite(a: number, b: number): boolean {
    return this.#named(a) === this.#named(b);
  }

  #named(rev: number): number {
    return rev < 0 ? (this.#seqs.get(-rev) ?? rev) : rev;
  }
}
