import { CLOSE_CODES, FIRST_FINAL_CODE, parseCloseReason } from "../protocol/protocol.ts";
import type { RefusedCall } from "./answers.ts";

/** Why a connection is not there, for the program and for the person. */
export interface Reason {
  /** Of the server's catalogue of errors, or the number of a close. */
  readonly code: string;
  readonly detail: string;
}

/**
 * What follows from a lost connection or a failed attempt. "retry": after at least `floorMs`, with the seat that was had if
 * `keepsSeat`. "token": with another token. "final": not at all.
 */
export type Verdict =
  | { readonly kind: "retry"; readonly reason: Reason; readonly floorMs: number; readonly keepsSeat: boolean }
  | { readonly kind: "token"; readonly reason: Reason }
  | { readonly kind: "final"; readonly reason: Reason };

/** Codes from here to 4599 end a connection for good; 46xx are errors that came in the place of a close code. */
const LAST_FINAL_CODE = 4599;
/** Colyseus' number of an error for a user who is not let in. */
const AUTH_FAILED = 525;
const UNAUTHORIZED = 401;
/** Of the 4xx, those that say "not now": timeout, conflict, too early, too many. */
const NOT_NOW: readonly number[] = [408, 425, 429];
const SEATLESS: readonly number[] = [
  CLOSE_CODES.SERVER_SHUTDOWN,
  CLOSE_CODES.WITH_ERROR,
  CLOSE_CODES.FAILED_TO_RECONNECT,
];

/** What follows from the end of a socket on which this client was joined. */
export function judgeClose(code: number, reasonText = ""): Verdict {
  const hint = parseCloseReason(reasonText);
  const reason = { code: hint?.code ?? String(code), detail: hint ? "" : reasonText };
  if (code === CLOSE_CODES.TOKEN_REFUSED) return { kind: "token", reason };
  const isEnded = code === CLOSE_CODES.CONSENTED; // the room let this client go: coming back would undo that
  if (isEnded || isFinal(code)) return { kind: "final", reason };
  return { kind: "retry", reason, floorMs: hint?.retryAfterMs ?? 0, keepsSeat: !SEATLESS.includes(code) };
}

/** What follows from an attempt that failed, given what the server said over HTTP, if it did. */
export function judgeFailure(error: unknown, refused: RefusedCall | undefined): Verdict {
  if (refused) return judgeRefusal(refused);
  const { code, message }: { code?: unknown; message?: unknown } = Object(error);
  const reason = { code: String(code ?? "UNREACHABLE"), detail: String(message ?? error) };
  if (code === CLOSE_CODES.TOKEN_REFUSED || code === AUTH_FAILED) return { kind: "token", reason };
  if (typeof code === "number" && isFinal(code)) return { kind: "final", reason };
  return { kind: "retry", reason, floorMs: 0, keepsSeat: true };
}

function judgeRefusal({ status, code, detail, retryAfterMs }: RefusedCall): Verdict {
  const reason = { code, detail };
  if (status === UNAUTHORIZED) return { kind: "token", reason };
  const isLater = retryAfterMs !== undefined || status >= 500 || NOT_NOW.includes(status);
  return isLater ? { kind: "retry", reason, floorMs: retryAfterMs ?? 0, keepsSeat: true } : { kind: "final", reason };
}

function isFinal(code: number): boolean {
  return code >= FIRST_FINAL_CODE && code <= LAST_FINAL_CODE;
}
