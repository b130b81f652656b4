import { SERVER_SILENT } from "./plain-words.ts";

/** A join that takes longer, in ms, is given up. */
const JOIN_TIMEOUT_MS = 10_000;

/** What a join yields, as far as it matters here: something to leave. */
interface Seat {
  leave(): unknown;
}

/**
 * Waits for a join, but not for ever: a seat that comes later is left at once.
 *
 * @throws Error with words for a player where `timeoutMs` have passed, by default 10 s
 */
export async function boundedJoin<S extends Seat>(joining: Promise<S>, timeoutMs = JOIN_TIMEOUT_MS): Promise<S> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(new Error(SERVER_SILENT));
    joining.then(
      (seat) => seat.leave(),
      () => {}, // was given up already
    );
  }, timeoutMs);
  try {
    return await Promise.race([joining, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
