/** A push as it stands in the log. Each is of one author, and carries the author's own number in what it writes. */
export interface SeenEntry {
  readonly seq: number;
  readonly author: string;
  readonly n: number;
}

/** What is known of somebody who pushes, in dense numbers from 1. */
interface Author {
  made: number;
  acked: number;
  /** Nobody asks any more what became of the rest. */
  isGone: boolean;
  /** Number of the push in each entry that it has, as somebody saw it, in the order in which they were seen. */
  readonly seqs: Map<number, number>;
}

/** What a board must hold: of each author, everything up to a number. */
export interface Promised {
  readonly acked: ReadonlyMap<string, number>;
  /** The last entry of which anybody heard. */
  readonly seq: number;
}

/** Shapes of an author, which its pushes write in turn. */
export const SLOTS = 20;

/** The shape that a push writes: its own number, as a text. */
export function shapeOf(author: string, n: number): string {
  return `${author}:${(n - 1) % SLOTS}`;
}

/** Reads whose push it was that wrote a text to a shape; undefined where it was nobody's. */
export function authorOf(shape: string, text: string): { readonly author: string; readonly n: number } | undefined {
  const [, author] = /^(.+):\d+$/.exec(shape) ?? [];
  const n = Number(text);
  return author !== undefined && Number.isInteger(n) && shapeOf(author, n) === shape ? { author, n } : undefined;
}

/**
 * What was promised of one board, and what anybody saw of it, whoever they are. Knows nothing of how the product does it: only that
 * an entry never changes, each push is there once, an author's pushes are in their order, and none is lost that was acknowledged.
 */
export class BoardBook {
  readonly #board: string;
  readonly #wrong: (words: string) => void;
  readonly #authors = new Map<string, Author>();
  readonly #entries = new Map<number, SeenEntry>();
  #seq = 0;

  constructor(board: string, wrong: (words: string) => void) {
    this.#board = board;
    this.#wrong = (words) => wrong(`${board}: ${words}`);
  }

  get id(): string {
    return this.#board;
  }

  /** Pushes that were acknowledged, of all authors. */
  get ackedPushes(): number {
    return [...this.#authors.values()].reduce((sum, { acked }) => sum + acked, 0);
  }

  /** Pushes that nobody has acknowledged yet, of those who wait for that. */
  get openPushes(): number {
    return [...this.#authors.values()].reduce((sum, { made, acked, isGone }) => sum + (isGone ? 0 : made - acked), 0);
  }

  /** An author asks no more. */
  gone(author: string): void {
    this.#of(author).isGone = true;
  }

  /** An author is about to push its next. */
  make(author: string): number {
    return ++this.#of(author).made;
  }

  /** All of an author's pushes up to `n` are safe; the entry of `n` is `seq`, where that is said. */
  acked(author: string, n: number, seq?: number): void {
    const known = this.#of(author);
    if (n > known.made) this.#wrong(`push ${n} of ${author} was acknowledged, and never made`);
    known.acked = Math.max(known.acked, n);
    if (seq !== undefined) this.seen({ seq, author, n });
  }

  /** Somebody was told of an entry. */
  seen(entry: SeenEntry): void {
    const { seq, author, n } = entry;
    this.#seq = Math.max(this.#seq, seq);
    const known = this.#entries.get(seq);
    if (known && (known.author !== author || known.n !== n)) {
      this.#wrong(`entry ${seq} was push ${known.n} of ${known.author}, and is push ${n} of ${author}`);
    }
    if (known) return;
    this.#entries.set(seq, entry);
    this.#place(entry);
  }

  /** What must be there, whoever looks from now on. */
  promised(): Promised {
    return { acked: new Map([...this.#authors].map(([author, { acked }]) => [author, acked])), seq: this.#seq };
  }

  /**
   * Judges a document that was asked for after something had been promised.
   *
   * @param texts of shapes, by shape
   * @param seq the last entry in it
   * @param who sees it so
   */
  judge({ acked, seq: promisedSeq }: Promised, texts: ReadonlyMap<string, string>, seq: number, who: string): void {
    if (seq < promisedSeq) this.#wrong(`${who} is at entry ${seq}, and ${promisedSeq} was shown before`);
    for (const [author, { made }] of this.#authors) {
      const safe = acked.get(author) ?? 0;
      for (let slot = 0; slot < Math.min(SLOTS, made); slot++)
        this.#judgeSlot({ author, safe, made, slot }, texts, who);
    }
  }

  #judgeSlot(
    { author, safe, made, slot }: { author: string; safe: number; made: number; slot: number },
    texts: ReadonlyMap<string, string>,
    who: string,
  ): void {
    const shape = shapeOf(author, slot + 1);
    const due = lastInSlot(safe, slot);
    const text = texts.get(shape);
    const n = text === undefined ? 0 : authorOf(shape, text)?.n;
    if (n === undefined) this.#wrong(`${who} reads "${text}" in ${shape}, which nobody wrote`);
    else if (n < due) this.#wrong(`push ${due} of ${author} was acknowledged, and ${who} reads ${n} in its place`);
    else if (n > made) this.#wrong(`${who} reads push ${n} of ${author}, who made ${made}`);
  }

  /** The author's entries are in the order of its pushes, and each push has one. */
  #place({ seq, author, n }: SeenEntry): void {
    const { seqs } = this.#of(author);
    const before = seqs.get(n);
    if (before !== undefined) this.#wrong(`push ${n} of ${author} is there twice, as entries ${before} and ${seq}`);
    seqs.set(n, before ?? seq);
    for (const [neighbour, sign] of [
      [n - 1, 1],
      [n + 1, -1],
    ] as const) {
      const other = seqs.get(neighbour);
      if (other !== undefined && (seq - other) * sign <= 0)
        this.#wrong(`pushes ${n} and ${neighbour} of ${author} are out of turn, as entries ${seq} and ${other}`);
    }
  }

  #of(author: string): Author {
    const known = this.#authors.get(author) ?? { made: 0, acked: 0, isGone: false, seqs: new Map() };
    this.#authors.set(author, known);
    return known;
  }
}

/** The last push up to `n` that wrote a slot; 0 where none did. */
function lastInSlot(n: number, slot: number): number {
  const last = n - ((n - 1 - slot + SLOTS) % SLOTS);
  return Math.max(0, last);
}
