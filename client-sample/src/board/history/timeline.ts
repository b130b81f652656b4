import type { Step } from "./words.ts";

/** Longest time that a replay takes, in ms. */
const MAX_REPLAY_MS = 20_000;
/** Between two pictures of a replay, in ms. */
export const REPLAY_STEP_MS = 80;

/** How many steps to go on with each picture of a replay, so that it ends in time. */
export function replayStride(steps: number): number {
  return Math.max(1, Math.ceil((steps * REPLAY_STEP_MS) / MAX_REPLAY_MS));
}

/**
 * The place of a step among all: 1 after the first. Steps may be brought in before it meanwhile, so a place is found anew by
 * its entry; 0 is before the first of them.
 */
export function placeOf(steps: readonly Step[], seq: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((steps[middle]?.seq ?? 0) <= seq) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entry after which a place is: that before the first step for 0. */
export function seqAt(steps: readonly Step[], place: number): number {
  return steps[place - 1]?.seq ?? (steps[0]?.seq ?? 1) - 1;
}
