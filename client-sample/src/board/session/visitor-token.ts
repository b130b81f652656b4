import { ownToken } from "../../net/own-token.ts";
import { readKept, writeKept } from "./kept.ts";

const LOCK = "arena-guest";
/** The library's own number for a user who is not let in: it does not try for ever. */
const TOKEN_REFUSED = 4503;
const FORBIDDEN = 403;

/**
 * The token that the visitor has brought, or else that of a guest, who stays the same over a reload: a source for `connect`. A
 * guest's that was kept is renewed whenever a token is needed; where the server does not take it any more, this is a new guest.
 * The tabs of a browser take turns, so that they are one guest.
 *
 * @param server http: or https: origin of the server
 */
export function visitorToken(server: string): string | (() => Promise<string>) {
  const own = ownToken(server);
  if (own !== undefined) return own;
  const take = (): Promise<string> => renewed(server);
  return () => (navigator.locks ? navigator.locks.request(`${LOCK}/${server}`, take) : take());
}

/** Whose token is kept; undefined where none is. */
export function keptUserId(server: string): string | undefined {
  const claims = (ownToken(server) ?? readKept(keyOf(server)))?.split(".")[1];
  if (claims === undefined) return undefined;
  try {
    const { sub }: { sub?: unknown } = Object(JSON.parse(atob(claims.replaceAll("-", "+").replaceAll("_", "/"))));
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined; // nothing that this page kept
  }
}

/** @throws Error where the server cannot be reached, or gives no token */
async function renewed(server: string): Promise<string> {
  const kept = readKept(keyOf(server));
  const again = kept === undefined ? undefined : await ask(server, kept);
  const answer = again?.ok ? again : await ask(server);
  const { token, error }: { token?: unknown; error?: unknown } = Object(await answer.json());
  if (answer.ok && typeof token === "string") {
    writeKept(keyOf(server), token);
    return token;
  }
  const code = answer.status === FORBIDDEN ? TOKEN_REFUSED : undefined;
  throw Object.assign(new Error(typeof error === "string" ? error : "The server gave no token."), { code });
}

/** What the server says; a failure of its own is none of the token. @throws Error */
async function ask(server: string, token?: string): Promise<Response> {
  const headers: HeadersInit = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${server}/api/token`, { method: "POST", headers });
  if (answer.status >= 500 || answer.status === 429) throw new Error("The server gives no token now.");
  return answer;
}

function keyOf(server: string): string {
  return `arena.guest.${server}`;
}
