import type { Clock, Stop } from "./clock.ts";
import { seededRandom } from "./seeded-random.ts";

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms` and runs every timer that falls due, in the order of their due times. */
  advance(ms: number): void;
  /** Moves time on by `ms` without running timers, as a blocked event loop does. Whoever is late runs with the next advance. */
  skip(ms: number): void;
  /** How many timers wait. */
  readonly pendingTimers: number;
}

interface Timer {
  dueMs: number;
  readonly order: number;
  readonly everyMs: number | undefined;
  readonly fn: () => void;
}

/** A clock for tests: starts at 0, moves by `advance`, and is random under `seed`. */
export function manualClock(seed = 1): ManualClock {
  const timers = new Set<Timer>();
  let nowMs = 0;
  let order = 0;

  const add = (delayMs: number, fn: () => void, everyMs?: number): Stop => {
    const timer: Timer = { dueMs: nowMs + Math.max(0, delayMs), order: order++, everyMs, fn };
    timers.add(timer);
    return () => timers.delete(timer);
  };

  const nextDue = (untilMs: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (timer.dueMs > untilMs) continue;
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) next = timer;
    }
    return next;
  };

  return {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    after: (delayMs, fn) => add(delayMs, fn),
    every: (intervalMs, fn) => add(Math.max(1, intervalMs), fn, Math.max(1, intervalMs)), // as setInterval does
    afterPoll: (fn) => void add(0, fn),
    random: seededRandom(seed),
    get pendingTimers() {
      return timers.size;
    },
    skip(ms) {
      nowMs += ms;
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (let timer = nextDue(untilMs); timer; timer = nextDue(untilMs)) {
        nowMs = Math.max(nowMs, timer.dueMs);
        if (timer.everyMs === undefined) timers.delete(timer);
        else timer.dueMs = nowMs + timer.everyMs; // like setInterval, which makes up for nothing that it missed
        timer.fn();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}
