import type { Clock } from "../clock/clock.ts";

/** Something did not end in time. */
class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/**
 * What `work` comes to, but for no longer than `timeoutMs`. What it still comes to after that goes to `late`, to be let go.
 *
 * @throws TimedOut after `timeoutMs`; whatever `work` fails with before
 */
export async function withDeadline<T>(
  work: Promise<T>,
  { clock, timeoutMs, late }: { clock: Clock; timeoutMs: number; late?: (value: T) => void },
): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const stop = clock.after(timeoutMs, () => {
    timeout.reject(new TimedOut(`It took longer than ${timeoutMs} ms.`));
    work.then(late, () => {}); // was given up already
  });
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    stop();
  }
}
