/** What happened, for the people who read it; and what should not have. */
export interface Chronicle {
  /** Something that must never be. */
  wrong(words: string): void;
  /** Something of interest. */
  tell(words: string): void;
  /** A client lost its connection. */
  dropped(): void;
  /** A client has its seat again, `awayMs` after it lost its connection. */
  resumed(awayMs: number): void;
  /** A client was led to another process on the connection that it has. */
  led(): void;
  /** A client heard nothing for so long. */
  silent(gapMs: number): void;
}

/** What clients saw in a round. */
interface Tally {
  drops: number;
  led: number;
  readonly awayMs: number[];
  readonly gapsMs: number[];
}

/** More would be read by nobody. */
const MAX_WRONGS = 100;

/** Keeps what is told, and prints each line as it comes. */
export class Diary implements Chronicle {
  readonly #print: (line: string) => void;
  readonly #startMs = performance.now();
  readonly #wrongs: string[] = [];
  #wrongCount = 0;
  #tally: Tally = emptyTally();

  constructor(print: (line: string) => void) {
    this.#print = print;
    print(`${this.#clock()} is ${new Date().toISOString()}`);
  }

  /** The first of what was wrong. */
  get wrongs(): readonly string[] {
    return this.#wrongs;
  }

  get wrongCount(): number {
    return this.#wrongCount;
  }

  wrong(words: string): void {
    this.#wrongCount++;
    if (this.#wrongs.length >= MAX_WRONGS) return;
    this.#wrongs.push(`${this.#clock()} ${words}`);
    this.tell(`VIOLATION: ${words}`);
  }

  tell(words: string): void {
    this.#print(`${this.#clock()} ${words}`);
  }

  dropped(): void {
    this.#tally.drops++;
  }

  resumed(awayMs: number): void {
    this.#tally.awayMs.push(awayMs);
  }

  led(): void {
    this.#tally.led++;
  }

  silent(gapMs: number): void {
    this.#tally.gapsMs.push(gapMs);
  }

  /** What clients saw since it was taken last, in words. */
  takeTally(): string {
    const { drops, led, awayMs, gapsMs } = this.#tally;
    this.#tally = emptyTally();
    return `${drops} drops, ${awayMs.length} back (${spread(awayMs)}), ${led} led on; silences ${gapsMs.length} (${spread(gapsMs)})`;
  }

  #clock(): string {
    return `[${((performance.now() - this.#startMs) / 1000).toFixed(1).padStart(7)} s]`;
  }
}

function emptyTally(): Tally {
  return { drops: 0, led: 0, awayMs: [], gapsMs: [] };
}

function spread(timesMs: readonly number[]): string {
  if (timesMs.length === 0) return "-";
  const sorted = timesMs.toSorted((one, other) => one - other);
  const at = (share: number): string => `${Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0)}`;
  return `p50 ${at(0.5)}, max ${at(1)} ms`;
}
