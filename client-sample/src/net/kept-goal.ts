import { parsed } from "./parsed.ts";

const KEY = "arena.goTo";

/** The game that a page which has none leads to: its room's id. */
export function keepGoal(roomId: string): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ roomId }));
  } catch {
    // a browser that forbids storage leads to the lobby
  }
}

/** The game to which another page has led, once. */
export function takeGoal(): string | undefined {
  try {
    const { roomId }: { roomId?: unknown } = Object(parsed(sessionStorage.getItem(KEY) ?? ""));
    sessionStorage.removeItem(KEY);
    return typeof roomId === "string" ? roomId : undefined;
  } catch {
    return undefined; // nothing can have been kept
  }
}
