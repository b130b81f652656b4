import type { Clock, Stop } from "./clock.ts";

/** A timer that is later than this shows that the process stood still. */
const STALL_MS = 250;

/**
 * Runs `fn` after the process has run for `delayMs`. A time in which it stood still (a long tick, SIGSTOP, a paused
 * machine) does not count, and what had arrived by then is read first: a deadline of somebody else's must not pass
 * while it was us who were away.
 */
export function afterAwake(clock: Clock, delayMs: number, fn: () => void): Stop {
  let stop: Stop = () => {};
  let isStopped = false;
  const arm = (waitMs: number): void => {
    const dueMs = clock.nowMs() + waitMs;
    stop = clock.after(waitMs, () => {
      const lateMs = clock.nowMs() - dueMs;
      if (lateMs > STALL_MS) arm(lateMs);
      else clock.afterPoll(() => isStopped || fn());
    });
  };
  arm(delayMs);
  return () => {
    isStopped = true;
    stop();
  };
}
