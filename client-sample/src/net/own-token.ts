/** A token that a visitor brings, for a server that lets in nobody without one. It is kept as long as the tab is open. */

/** The token that this visitor has brought for a server; undefined where there is none. */
export function ownToken(server: string): string | undefined {
  try {
    return sessionStorage.getItem(keyOf(server)) ?? undefined;
  } catch {
    return undefined; // a browser that forbids storage has kept nothing
  }
}

/** Keeps the token that this visitor brings, or none any more. */
function keepOwnToken(server: string, token: string | undefined): void {
  try {
    if (token === undefined) sessionStorage.removeItem(keyOf(server));
    else sessionStorage.setItem(keyOf(server), token);
  } catch {
    // a browser that forbids storage asks for it again
  }
}

/** Comes anew, with this token or without one. */
export function comeWith(server: string, token: string | undefined): void {
  keepOwnToken(server, token);
  location.reload();
}

/** Keeps the token of an address (`#token=...`), and takes it out of there: addresses are shown, and handed on. Says whether there was one. */
export function takeTokenOf({ hash, pathname, search }: Location, server: string): boolean {
  const { token, rest } = tokenIn(hash);
  if (token === undefined) return false;
  keepOwnToken(server, token);
  history.replaceState(null, "", pathname + search + rest);
  return true;
}

/** The token in the part of an address behind the #, and what else stands there. */
export function tokenIn(hash: string): { readonly token: string | undefined; readonly rest: string } {
  const parts = new URLSearchParams(hash.slice(1));
  const token = parts.get("token")?.trim() || undefined;
  if (token === undefined) return { token, rest: hash };
  parts.delete("token");
  return { token, rest: parts.size === 0 ? "" : `#${parts}` };
}

function keyOf(server: string): string {
  return `arena.token.${server}`;
}
