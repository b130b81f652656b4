/** Small things that this browser keeps for the next visit, where it lets the page keep anything. */

import { parsed } from "../../net/parsed.ts";

/** What was kept under a key; undefined where that is nothing. */
export function readKept(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined; // a browser that forbids storage has kept nothing
  }
}

/** Keeps a text under a key, or nothing any more; says whether it does. */
export function writeKept(key: string, text: string | undefined): boolean {
  try {
    if (text === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    return true;
  } catch {
    return false; // a browser that forbids storage, or is full, begins anew with the next visit
  }
}

/** What was kept as JSON, or undefined where it is nothing that can be read. */
export function readKeptJson(key: string): unknown {
  return parsed(readKept(key) ?? "") ?? undefined;
}
