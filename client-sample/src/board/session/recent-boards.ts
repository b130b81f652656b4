import { readKeptJson, writeKept } from "./kept.ts";

const KEY = "arena.boards";
const MAX_BOARDS = 12;

/** The boards that were opened in this browser, the last one first. */
export function recentBoards(): readonly string[] {
  const kept = readKeptJson(KEY);
  return Array.isArray(kept) ? kept.filter((id) => typeof id === "string").slice(0, MAX_BOARDS) : [];
}

/** Puts a board at the head of the list. */
export function rememberBoard(id: string): void {
  const others = recentBoards().filter((other) => other !== id);
  writeKept(KEY, JSON.stringify([id, ...others].slice(0, MAX_BOARDS)));
}
