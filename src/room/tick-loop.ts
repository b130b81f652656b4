import type { Clock, Stop } from "../clock/clock.ts";

/** How a tick loop runs. */
export interface TickLoopOptions {
  readonly clock: Clock;
  /** Time between two ticks in ms. */
  readonly stepMs: number;
  /** Runs one tick; `latenessMs` is how long after its due time it begins. */
  readonly onTick: (latenessMs: number) => void;
  /** Told how many ticks were let go because the loop was too far behind. */
  readonly onSkip: (ticks: number) => void;
}

/** A loop that is behind runs at most this many ticks at once, so that a stall is not followed by a longer one. */
const MAX_CATCH_UP_TICKS = 5;

/**
 * Runs ticks at a fixed rate without drift: tick n is due at start + n * stepMs, whatever the ticks before it took.
 * (A repeating timer rounds 33.3 ms to 33 and doubles one interval in a hundred to make up for it.)
 */
export function startTickLoop({ clock, stepMs, onTick, onSkip }: TickLoopOptions): Stop {
  let dueMs = clock.nowMs() + stepMs;
  let isStopped = false;
  let stopTimer: Stop = () => {};

  const run = (): void => {
    for (let ticks = 0; ticks < MAX_CATCH_UP_TICKS && !isStopped; ticks++) {
      const latenessMs = clock.nowMs() - dueMs;
      if (latenessMs < 0) break;
      dueMs += stepMs;
      onTick(latenessMs);
    }
    if (isStopped) return;
    skipBacklog();
    arm();
  };

  const skipBacklog = (): void => {
    const behindMs = clock.nowMs() - dueMs;
    if (behindMs < 0) return;
    const ticks = Math.floor(behindMs / stepMs) + 1;
    dueMs += ticks * stepMs;
    onSkip(ticks);
  };

  // Rounded up, since a timer that fires early finds nothing due.
  const arm = (): void => {
    stopTimer = clock.after(Math.max(0, Math.ceil(dueMs - clock.nowMs())), run);
  };

  arm();
  return () => {
    isStopped = true;
    stopTimer();
  };
}
