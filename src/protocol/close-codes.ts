/**
 * Every code with which Arena closes a WebSocket. 4000-4099 are Colyseus' own and keep their meaning; a stock
 * SDK reconnects after RECONNECT and no other; 45xx are final.
 */
export const CLOSE_CODES = {
  /** The socket ended as asked, or a connection that never named a room was let go. */
  NORMAL: 1000,
  /** A frame was larger than the bound; sent by the WebSocket layer itself. */
  FRAME_TOO_LARGE: 1009,
  /** The client asked to leave; its seat is free. */
  CONSENTED: 4000,
  /** The node is shutting down and its rooms end with it. */
  SERVER_SHUTDOWN: 4001,
  /** Joining failed, or a frame could not be decoded; the ERROR frame before it says why. */
  WITH_ERROR: 4002,
  /** The seat that the client wanted back is gone; it must join anew. */
  FAILED_TO_RECONNECT: 4003,
  /** Come back with the same session; the reason carries a {@link RetryHint}. */
  RECONNECT: 4010,
  /** Too much of what this connection sent was refused. */
  REFUSED: 4500,
  /** The room failed too often and has ended. */
  ROOM_FAILED: 4501,
  /** The token is missing, wrong, at its end or revoked; another one is needed. */
  TOKEN_REFUSED: 4503,
  /** The invitation or ticket is not valid here or has ended; another one is needed. */
  GRANT_REFUSED: 4504,
  /** The room is open to others only. */
  NOT_LET_IN: 4505,
} as const;

/** From this code on a close is final: the client does not come back, and its seat is not kept. */
export const FIRST_FINAL_CODE = 4500;

/** What a 4010 close says about coming back. */
export interface RetryHint {
  /** Code of the error catalogue. */
  readonly code: string;
  /** Wait at least this long, in ms, before the next attempt. */
  readonly retryAfterMs: number;
}

/** A WebSocket close reason holds at most this many bytes (RFC 6455). */
const MAX_REASON_BYTES = 123;

/** What a process may say, of RFC 6455 and its registry; 1004 to 1006 are said by nobody. */
const SAYABLE = [
  [1000, 1003],
  [1007, 1014],
  [3000, 4999],
] as const;

/** @throws RangeError where no WebSocket can be closed with these words */
export function assertCanClose(code: number, reason = ""): void {
  const isSayable = Number.isInteger(code) && SAYABLE.some(([first, last]) => code >= first && code <= last);
  if (!isSayable) throw new RangeError(`A client cannot be closed with the code ${code}.`);
  const bytes = new TextEncoder().encode(reason).length;
  if (bytes > MAX_REASON_BYTES) throw new RangeError(`A reason of ${bytes} bytes: ${MAX_REASON_BYTES} is the most.`);
}

/** Encodes a hint as the reason of a 4010 close; falls back to the bare code where it would not fit. */
export function closeReason(hint: RetryHint): string {
  const text = JSON.stringify({ code: hint.code, retryAfterMs: Math.round(hint.retryAfterMs) });
  return text.length <= MAX_REASON_BYTES ? text : hint.code.slice(0, MAX_REASON_BYTES);
}

/** Reads the reason of a 4010 close, or returns undefined where it carries no hint. */
export function parseCloseReason(reason: string): RetryHint | undefined {
  try {
    const hint: unknown = JSON.parse(reason);
    if (typeof hint !== "object" || hint === null) return undefined;
    const { code, retryAfterMs } = hint as Record<string, unknown>;
    if (typeof code !== "string" || typeof retryAfterMs !== "number" || !(retryAfterMs >= 0)) return undefined;
    return { code, retryAfterMs };
  } catch {
    return undefined; // a reason in plain words is not a hint
  }
}
