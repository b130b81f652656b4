/** How far behind the newest number of a process one of its numbers may come; more than the calls that wait in a process. */
const WINDOW = 16_384;
const BITS = 32;
/** Processes that ever called, in the life of this one. Past it, the one that was quiet the longest is forgotten. */
const MAX_CALLERS = 4096;

/**
 * Which numbers have come from which process: each counts once, in any order. It needs no clock: what is too far behind the newest
 * is taken as seen. Holds 2 KiB a process.
 */
export class Seen {
  readonly #callers = new Map<string, Window>();

  /** Whether `number` is the first of its kind from `caller`; it is not any more then. */
  isFirst(caller: string, number: number): boolean {
    const window = this.#callers.get(caller) ?? new Window();
    this.#callers.delete(caller);
    this.#callers.set(caller, window);
    const [quietest] = this.#callers.keys();
    if (this.#callers.size > MAX_CALLERS && quietest !== undefined) this.#callers.delete(quietest);
    return window.isFirst(number);
  }
}

/** One bit for each of the last numbers. */
class Window {
  readonly #bits = new Uint32Array(WINDOW / BITS);
  #newest = 0;

  isFirst(number: number): boolean {
    if (number <= this.#newest - WINDOW) return false;
    this.#moveTo(number);
    const [word, bit] = placeOf(number);
    const isFirst = (Number(this.#bits[word]) & bit) === 0;
    this.#bits[word] = Number(this.#bits[word]) | bit;
    return isFirst;
  }

  #moveTo(number: number): void {
    if (number - this.#newest >= WINDOW) this.#bits.fill(0);
    else for (let next = this.#newest + 1; next <= number; next++) this.#clear(next);
    this.#newest = Math.max(this.#newest, number);
  }

  #clear(number: number): void {
    const [word, bit] = placeOf(number);
    this.#bits[word] = Number(this.#bits[word]) & ~bit;
  }
}

function placeOf(number: number): readonly [word: number, bit: number] {
  const place = number % WINDOW;
  return [Math.floor(place / BITS), 1 << (place % BITS)];
}
