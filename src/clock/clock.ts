/**
 * clock: time, timers and randomness behind one interface, with a manual twin for tests.
 *
 * Everything in src/ that waits, measures or rolls dice takes a Clock. Nothing here knows what it is used for.
 */

export { afterAwake } from "./awake-timer.ts";
export { type ManualClock, manualClock } from "./clock-manual.ts";
export { MinuteCounter } from "./minute-counter.ts";
export { seededRandom } from "./seeded-random.ts";
export { within } from "./within.ts";

/** Ends what it was returned for; calling it again does nothing. */
export type Stop = () => void;

/** A source of time and chance. */
export interface Clock {
  /** Monotonic time in ms since an arbitrary start; may carry fractions. */
  nowMs(): number;
  /** Wall-clock time in ms since 1970. Only for people and logs: it can jump. */
  wallMs(): number;
  /** Runs `fn` once, `delayMs` from now. */
  after(delayMs: number, fn: () => void): Stop;
  /** Runs `fn` every `intervalMs` until stopped. */
  every(intervalMs: number, fn: () => void): Stop;
  /** Runs `fn` after every socket has been polled once: what had arrived by now is read before. */
  afterPoll(fn: () => void): void;
  /** A number in [0, 1). Not for secrets. */
  random(): number;
}

/**
 * The clock of the running process, or page.
 *
 * @param timers "background" ones do not keep the process alive by themselves, "foreground" ones do
 */
export function systemClock(timers: "background" | "foreground" = "background"): Clock {
  const started = <T extends NodeJS.Timeout | number>(timer: T): T => {
    if (timers === "background" && typeof timer === "object") timer.unref(); // a browser's timer is a number
    return timer;
  };
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    after: (delayMs, fn) => {
      const timer = started(setTimeout(fn, delayMs));
      return () => clearTimeout(timer);
    },
    every: (intervalMs, fn) => {
      const timer = started(setInterval(fn, intervalMs));
      return () => clearInterval(timer);
    },
    afterPoll: (fn) => void setImmediate(fn),
    random: Math.random,
  };
}
