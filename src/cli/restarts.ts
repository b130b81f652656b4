/** When a process that ended is started again: later each time, until it has lived for a while; not at all where its first start fails. */
export interface RestartPolicy {
  /** Of a process that lived for `livedMs`. How long to wait in ms; undefined where it is given up. */
  after(livedMs: number, wasReady: boolean): number | undefined;
}

const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 10_000;
/** Who lived for so long begins anew. */
const SETTLED_MS = 30_000;
const MAX_FAILED_STARTS = 5;

/** The policy for one process. */
export function restartPolicy(): RestartPolicy {
  let [ends, failedStarts] = [0, MAX_FAILED_STARTS - 1];
  return {
    after(livedMs, wasReady) {
      failedStarts = wasReady ? 0 : failedStarts + 1;
      if (failedStarts >= MAX_FAILED_STARTS) return undefined;
      ends = livedMs >= SETTLED_MS ? 0 : ends + 1;
      return ends === 0 ? MIN_WAIT_MS : Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** (ends - 1));
    },
  };
}
