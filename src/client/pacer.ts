import type { Clock, Stop } from "../clock/clock.ts";

/** How much may be sent on a connection; what a server lets through by default is somewhat more. */
export interface Pace {
  /** Frames a second in the long run, and at once after a quiet time. */
  readonly perSecond: number;
  readonly burst: number;
  /** The same in bytes. */
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
}

/** Three quarters of what a server lets through by default; the rest is for messages and ephemeral values. */
export const DEFAULT_PACE: Pace = { perSecond: 150, burst: 1000, bytesPerSecond: 192 * 1024, byteBurst: 768 * 1024 };

const MS_PER_S = 1000;

/** Sends in order, and no faster than a server takes it, which refuses what is too fast. */
export class Pacer {
  readonly #clock: Clock;
  readonly #pace: Pace;
  #waiting: { readonly bytes: number; readonly send: () => void }[] = [];
  /** When the allowance of frames, and that of bytes, is full again. */
  #freeAtMs = Number.NEGATIVE_INFINITY;
  #bytesFreeAtMs = Number.NEGATIVE_INFINITY;
  #factor = 1;
  #stopTimer: Stop | undefined;

  constructor(clock: Clock, pace: Pace) {
    this.#clock = clock;
    this.#pace = pace;
  }

  /** Whether nothing waits to be sent. */
  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  /** Sends now, or as soon as the pace allows it. */
  put(bytes: number, send: () => void): void {
    this.#waiting.push({ bytes, send });
    this.#run();
  }

  /** Forgets what was not sent. */
  clear(): void {
    this.#waiting = [];
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** A new connection: the server counts anew. */
  restart(): void {
    this.clear();
    this.#freeAtMs = Number.NEGATIVE_INFINITY;
    this.#bytesFreeAtMs = Number.NEGATIVE_INFINITY;
  }

  /** It was too fast: half as fast from now on, and no burst. */
  slowDown(): void {
    this.clear();
    this.#factor = Math.max(1 / this.#pace.perSecond, this.#factor / 2);
    const nowMs = this.#clock.nowMs();
    this.#freeAtMs = nowMs + this.#pace.burst * this.#frameMs;
    this.#bytesFreeAtMs = nowMs + this.#pace.byteBurst * this.#byteMs;
  }

  get #frameMs(): number {
    return MS_PER_S / (this.#pace.perSecond * this.#factor);
  }

  get #byteMs(): number {
    return MS_PER_S / (this.#pace.bytesPerSecond * this.#factor);
  }

  #run(): void {
    for (let next = this.#waiting[0]; next && !this.#stopTimer; next = this.#waiting[0]) {
      const waitMs = this.#take(next.bytes);
      if (waitMs > 0) {
        this.#stopTimer = this.#clock.after(Math.ceil(waitMs), () => {
          this.#stopTimer = undefined;
          this.#run();
        });
      } else {
        this.#waiting.shift();
        next.send();
      }
    }
  }

  /** Uses the allowance for a frame, or returns how long it is to wait for that. */
  #take(bytes: number): number {
    const { burst, byteBurst } = this.#pace;
    const nowMs = this.#clock.nowMs();
    const freeAtMs = Math.max(nowMs, this.#freeAtMs) + this.#frameMs;
    const bytesFreeAtMs = Math.max(nowMs, this.#bytesFreeAtMs) + Math.min(bytes, byteBurst) * this.#byteMs;
    const waitMs = Math.max(freeAtMs - burst * this.#frameMs, bytesFreeAtMs - byteBurst * this.#byteMs) - nowMs;
    if (waitMs <= 0) {
      this.#freeAtMs = freeAtMs;
      this.#bytesFreeAtMs = bytesFreeAtMs;
    }
    return waitMs;
  }
}
