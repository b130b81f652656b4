/** When a process that ended is started again: later each time, until it has lived for a while; not at all where it never was ready. */
export interface RestartPolicy {
  /** Of a process that lived for `livedMs`. How long to wait in ms; undefined where it is given up. */
  after(livedMs: number, wasReady: boolean): number | undefined;
}

const MIN_WAIT_MS = 500;
const MAX_WAIT_MS = 10_000;
/** Who lived for so long begins anew. */
const SETTLED_MS = 30_000;

/** The policy for one process. */
export function restartPolicy(): RestartPolicy {
  let [ends, wasEverReady] = [0, false];
  return {
    after(livedMs, wasReady) {
      wasEverReady ||= wasReady;
      if (!wasEverReady) return undefined; // else what it lacks now it will have again
      ends = livedMs >= SETTLED_MS ? 0 : ends + 1;
      return ends === 0 ? MIN_WAIT_MS : Math.min(MAX_WAIT_MS, MIN_WAIT_MS * 2 ** (ends - 1));
    },
  };
}
