import { afterAwake } from "./awake-timer.ts";
import type { Clock } from "./clock.ts";

/** Settles as `promise` does, or as `onLate` says once that has taken `timeoutMs`; a time in which we stood still is not counted. */
export function within<T>(clock: Clock, timeoutMs: number, promise: Promise<T>, onLate: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = afterAwake(clock, timeoutMs, () => {
      try {
        resolve(onLate());
      } catch (error) {
        reject(error);
      }
    });
    promise.then(resolve, reject).finally(stop);
  });
}
