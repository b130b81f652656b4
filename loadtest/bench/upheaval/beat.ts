import type { Stop } from "../../../src/clock/clock.ts";

/** When somebody does something again and again. */
export interface Beat {
  readonly everyMs: number;
  /** Where in that time, from 0 to 1: many who share it evenly leave no gaps between what they do. */
  readonly phase: number;
}

/** Runs something at each beat. A call that comes late does not shift those after it: intervals would all come together in time. */
export function onBeat({ everyMs, phase }: Beat, run: () => void): Stop {
  const next = (): number => everyMs - ((performance.now() - phase * everyMs) % everyMs);
  let timer = setTimeout(beat, next());
  function beat(): void {
    timer = setTimeout(beat, next());
    run();
  }
  return () => clearTimeout(timer);
}
