/**
 * Where the game server is: the origin of the page, or what `?server=` names (for a page served by Vite).
 * Only http, https, ws and wss count; anything else falls back to the origin.
 */
export function serverEndpoint(location: Pick<Location, "origin" | "search">): string {
  const asked = new URLSearchParams(location.search).get("server");
  if (asked === null || !URL.canParse(asked)) return location.origin;
  const { protocol, host } = new URL(asked);
  const isSecure = protocol === "https:" || protocol === "wss:";
  const isPlain = protocol === "http:" || protocol === "ws:";
  return isSecure || isPlain ? `${isSecure ? "https" : "http"}://${host}` : location.origin;
}
