const KEY = "arena.name";
const MAX_CHARACTERS = 24;

/** The name of the last visit, or an empty text where there is none or the browser keeps nothing. */
export function loadName(): string {
  try {
    return tidyName(localStorage.getItem(KEY) ?? "");
  } catch {
    return ""; // a browser that forbids storage asks for the name each time
  }
}

/** Keeps the name for the next visit, where the browser allows it. */
export function saveName(name: string): void {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // the name still serves for this visit
  }
}

/** A text without the characters that the server refuses in a name: those that show nothing. */
export function printable(text: string): string {
  return text.replace(/\p{C}/gu, "");
}

/** A name as the server takes it: printable, no spaces around it, at most 24 characters. */
export function tidyName(text: string): string {
  return printable(printable(text).trim().slice(0, MAX_CHARACTERS)).trim(); // the cut may leave half a character
}
