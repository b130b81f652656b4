import type { Clock, Stop } from "../clock/clock.ts";

const PING_MS = 10_000;
/** So many pings without an answer are a lost connection. */
const MAX_UNANSWERED = 2;

/** What can be asked for a sign of life. */
export interface Pingable {
  ping(onAnswer: () => void): void;
}

/** Calls `onSilent` once where a room answers two pings in a row not at all, though its socket is open. */
export function watchSilence(room: Pingable, clock: Clock, onSilent: () => void): Stop {
  let unanswered = 0;
  const stop = clock.every(PING_MS, () => {
    if (unanswered >= MAX_UNANSWERED) {
      stop();
      onSilent();
      return;
    }
    unanswered++;
    room.ping(() => {
      unanswered = 0;
    });
  });
  return stop;
}
