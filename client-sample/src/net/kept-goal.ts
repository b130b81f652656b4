import type { SeatReservation } from "../../../src/client/client.ts";
import { parsed } from "./parsed.ts";

const KEY = "arena.goal";
/** A seat that is not taken for so long, in ms, is not kept by the server. */
const KEPT_MS = 15_000;

/** Keeps a seat in a game for the page that plays games: this one does not. */
export function keepGoal(seat: SeatReservation): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ seat, atMs: Date.now() }));
  } catch {
    // a browser that forbids storage leads to the lobby
  }
}

/** The seat to which another page has led, once. */
export function takeGoal(): SeatReservation | undefined {
  try {
    const { seat, atMs }: { seat?: unknown; atMs?: unknown } = Object(parsed(sessionStorage.getItem(KEY) ?? ""));
    sessionStorage.removeItem(KEY);
    const { name, roomId, sessionId }: { name?: unknown; roomId?: unknown; sessionId?: unknown } = Object(seat);
    if (typeof atMs !== "number" || Date.now() - atMs > KEPT_MS) return undefined;
    const isSeat = typeof name === "string" && typeof roomId === "string" && typeof sessionId === "string";
    return isSeat ? (seat as SeatReservation) : undefined; // as it was kept
  } catch {
    return undefined; // nothing can have been kept
  }
}
