import type { Clock, Stop } from "../src/clock/clock.ts";

/** How a pacer runs. */
export interface PacerOptions {
  readonly clock: Clock;
  /** Time in which everyone gets one turn, in ms. */
  readonly roundMs: number;
  /** Parts of a round, so that not all have their turn at once. */
  readonly slots: number;
  /** Runs one slot, 0 to `slots` - 1; `latenessMs` is how long after its due time it begins. */
  readonly onSlot: (slot: number, latenessMs: number) => void;
}

/**
 * One timer for any number of bots: goes round the slots at a steady rate that does not drift. After a stall it catches
 * up with at most one round and lets go of the rest.
 */
export function startPacer({ clock, roundMs, slots, onSlot }: PacerOptions): Stop {
  const slotMs = roundMs / slots;
  let dueMs = clock.nowMs() + slotMs;
  let slot = 0;
  let stopTimer: Stop = () => {};

  const run = (): void => {
    dueMs = Math.max(dueMs, clock.nowMs() - roundMs);
    // One round at most, so that sockets are read also when the slots take longer than they may.
    for (let turns = 0; turns < slots; turns++) {
      const latenessMs = clock.nowMs() - dueMs;
      if (latenessMs < 0) break;
      onSlot(slot, latenessMs);
      slot = (slot + 1) % slots;
      dueMs += slotMs;
    }
    arm();
  };
  // Rounded up, since a timer that fires early finds nothing due.
  const arm = (): void => {
    stopTimer = clock.after(Math.max(0, Math.ceil(dueMs - clock.nowMs())), run);
  };

  arm();
  return () => stopTimer();
}
