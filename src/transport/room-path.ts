/** Where a client wants to go, as its request says. */
export interface Destination {
  /** Boot of the process that had the room when the seat was given; empty where it names no room. */
  readonly lastKnown: string;
  readonly roomId: string;
}

const ROOM_PATH = /^\/([\w-]+)\/([\w-]+)$/;

/** Reads the path of a request, without its query. */
export function destinationOf(path: string): Destination {
  const [, lastKnown = "", roomId = ""] = ROOM_PATH.exec(path) ?? [];
  return { lastKnown, roomId };
}

/** The session that a client comes for; empty where it names none. */
export function sessionIdOf(url: URL): string {
  return url.searchParams.get("sessionId") ?? "";
}
