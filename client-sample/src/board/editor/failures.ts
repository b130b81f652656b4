import { DocumentClosed, OutboxFull, PushTooLarge } from "../../../../src/client/client.ts";

/** Why a change could not be made at all; undefined for what is a mistake of this page. */
export function failureWords(error: unknown): string | undefined {
  if (error instanceof PushTooLarge) return "That is too much for one change. Take less at a time.";
  if (error instanceof OutboxFull) return "Too many changes wait for the server. Wait until the connection is back.";
  if (error instanceof DocumentClosed) return "This board is closed. Load the page again to go on.";
  if (error instanceof TypeError) return "That change cannot be sent.";
  return undefined;
}
