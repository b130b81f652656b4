const KEY = "arena.seat";

/**
 * Keeps a seat over a reload of this tab, or none, where the browser allows it.
 *
 * @param token the SDK's, which leads with the room's id
 */
export function keepSeat(token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // a browser that forbids storage gives the seat up with the page
  }
}

/** The token of the seat that was kept, once: a duplicate of this tab must not take the seat away from it. */
export function takeKeptSeat(): string | undefined {
  try {
    const token = sessionStorage.getItem(KEY) ?? undefined;
    sessionStorage.removeItem(KEY);
    return token;
  } catch {
    return undefined; // nothing can have been kept
  }
}
