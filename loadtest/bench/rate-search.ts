/** Each halving of the gap between a rate that holds and one that does not; four of them leave a sixteenth of the rate. */
const BISECTIONS = 4;
const MAX_DOUBLINGS = 16;

/** Tries a rate and says whether it holds. */
export type Trial = (rate: number) => Promise<boolean>;

/**
 * The highest rate that holds, within a sixteenth: doubled from `first` until one does not hold, or halved until one does,
 * then closed in on. 0 where none holds.
 */
export async function highestRate(first: number, holds: Trial): Promise<number> {
  let { good, bad } = (await holds(first)) ? await doubled(first, holds) : await halved(first, holds);
  for (let times = 0; times < BISECTIONS && good > 0 && bad < Number.POSITIVE_INFINITY; times++) {
    const middle = Math.round((good + bad) / 2);
    if (await holds(middle)) good = middle;
    else bad = middle;
  }
  return good;
}

interface Bounds {
  /** Holds. */
  readonly good: number;
  /** Does not. */
  readonly bad: number;
}

async function doubled(first: number, holds: Trial): Promise<Bounds> {
  let good = first;
  for (let times = 0; times < MAX_DOUBLINGS; times++) {
    if (!(await holds(good * 2))) return { good, bad: good * 2 };
    good *= 2;
  }
  return { good, bad: Number.POSITIVE_INFINITY };
}

async function halved(first: number, holds: Trial): Promise<Bounds> {
  let bad = first;
  for (let good = bad / 2; good >= 1; good /= 2) {
    if (await holds(good)) return { good, bad };
    bad = good;
  }
  return { good: 0, bad };
}
