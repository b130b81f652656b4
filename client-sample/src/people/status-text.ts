import { printable } from "../ui/player-name.ts";

const AWAY = "away";
/** Of a status, in characters; the server refuses more. */
const MAX_STATUS = 64;
/** Of what one says of oneself: there is room before it to say that one is away. */
export const MAX_TEXT = MAX_STATUS - `${AWAY}: `.length;

/** How somebody is, as they say it. */
export interface Status {
  /** Whether the page is not being looked at. */
  readonly isAway: boolean;
  readonly text: string;
}

/** A status on its way to the others. */
export function writeStatus({ isAway, text }: Status): string {
  const tidy = tidyText(text);
  if (!isAway) return tidy;
  return tidy === "" ? AWAY : `${AWAY}: ${tidy}`;
}

/** A status as others sent it; it may be anything. */
export function readStatus(status: unknown): Status {
  const text = typeof status === "string" ? printable(status) : "";
  if (text !== AWAY && !text.startsWith(`${AWAY}: `)) return { isAway: false, text: tidyText(text) };
  return { isAway: true, text: tidyText(text.slice(AWAY.length + 1)) };
}

/** One line without what shows nothing, not too long, and no half of a character at its end. */
export function tidyText(text: string): string {
  return printable(text)
    .trim()
    .slice(0, MAX_TEXT)
    .toWellFormed()
    .replace(/\ufffd$/, "")
    .trim();
}
