import { percentile } from "../summary.ts";

/** Median, 99th percentile and greatest of some times in ms, as cells of a table. */
export function cellsOf(timesMs: readonly number[]): readonly string[] {
  const sorted = timesMs.toSorted((a, b) => a - b);
  return [0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(0));
}

/** The 99th percentile of some times in ms; NaN where there are none. */
export function p99Of(timesMs: readonly number[]): number {
  return percentile(
    timesMs.toSorted((a, b) => a - b),
    0.99,
  );
}

const MAX_WORDS = 10;

/** What was found wrong, for the end of a table. */
export function wrongsText(wrongs: readonly string[]): string {
  const more = wrongs.length > MAX_WORDS ? [`- and ${wrongs.length - MAX_WORDS} more`] : [];
  return ["Wrong:", "", ...wrongs.slice(0, MAX_WORDS).map((words) => `- ${words}`), ...more].join("\n");
}
