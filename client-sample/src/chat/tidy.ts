/** Characters that a message may have; the server refuses more. */
export const MAX_CHARACTERS = 2000;
/** From here on the page says how many are left. */
const NEAR_MAX = 1800;

/** A message as the server takes it: lines end in \n, nothing that shows nothing, no space around it. */
export function tidyMessage(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replaceAll("\t", "  ")
    .replace(/(?!\n)\p{Cc}/gu, "")
    .trim();
}

/** What to tell of a text's length; empty while there is room. */
export function lengthText(length: number): string {
  if (length < NEAR_MAX) return "";
  if (length <= MAX_CHARACTERS) return `${MAX_CHARACTERS - length} left`;
  return `${(length - MAX_CHARACTERS).toLocaleString("en-US")} characters too many`;
}
