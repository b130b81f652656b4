import { parseCloseReason } from "../../../src/protocol/protocol.ts";
import type { Answer } from "../matchmaking.ts";

/** How a client comes back: as the SDK does, or as the client library does. */
export type Manner = "stock" | "library";

/** How a connection or an attempt ended. */
export interface Ending {
  /** For the table: the code of a refusal, or of a close. */
  readonly label: string;
  /** When the server wants to see the client again, in ms; 0 where it did not say. */
  readonly floorMs: number;
  /** Whether a client does not come back after it. */
  readonly isFinal: boolean;
}

/** Of @colyseus/sdk 0.18.4, src/Reconnection.ts: no jitter, and what the server says is not heard. */
const STOCK = { maxRetries: 15, delayMs: 100, maxDelayMs: 5000 };
/** After these the SDK comes back, and after no other. */
const STOCK_RETURNS = /^(1001|1005|1006|4010)$/;
/** Of src/client/backoff.ts. */
const LIBRARY = { minMs: 500, maxMs: 20_000, minSpreadMs: 250 };
const LIBRARY_STAYS_AWAY = /^(4000|4002|4003|45\d\d)$/;
const SERVER_BUSY = 429;

/**
 * The wait before attempt number `attempt` (from 1), in ms; undefined where the client gives up.
 *
 * @param floorMs what the server asked for
 */
export function waitMs(manner: Manner, attempt: number, floorMs: number, random: number): number | undefined {
  if (manner === "stock") {
    return attempt > STOCK.maxRetries ? undefined : Math.min(STOCK.maxDelayMs, STOCK.delayMs * 2 ** attempt);
  }
  const spreadMs = floorMs === 0 ? 0 : floorMs + random * Math.max(LIBRARY.minSpreadMs, floorMs / 4);
  return Math.max(spreadMs, Math.min(LIBRARY.maxMs, LIBRARY.minMs + random * LIBRARY.minMs * 2 ** (attempt - 1)));
}

/** Reads how a socket ended. */
export function endingOf(manner: Manner, complaint: string): Ending {
  const refusedUpgrade = /refused the upgrade: HTTP\/1\.1 (.*)/.exec(complaint)?.[1];
  if (refusedUpgrade !== undefined) return { label: refusedUpgrade, floorMs: 0, isFinal: false };
  const [, code = "1006", reason = ""] = /connection: (\d{4}) ?(.*)$/s.exec(complaint) ?? [];
  const hint = parseCloseReason(reason);
  const isFinal = manner === "stock" ? !STOCK_RETURNS.test(code) : LIBRARY_STAYS_AWAY.test(code);
  return { label: hint ? `${code} ${hint.code}` : code, floorMs: hint?.retryAfterMs ?? 0, isFinal };
}

/** Reads a call for the old seat that was refused. */
export function refusalOf({ status, retryAfterMs, body }: Answer): Ending {
  const name = /"name":"(\w+)"/.exec(body)?.[1] ?? "";
  const isLater = retryAfterMs !== undefined || status === SERVER_BUSY || status >= 500;
  return { label: `${status} ${name}`, floorMs: retryAfterMs ?? 0, isFinal: !isLater };
}
