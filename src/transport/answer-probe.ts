import type { Clock } from "../clock/clock.ts";
import { CLOSE_CODES } from "../protocol/protocol.ts";
import type { Connection } from "./connection.ts";

/** A socket that names no room, such as the SDK's latency probe, is let go after this time. */
const ROOMLESS_MS = 1000;
const PONG = new Uint8Array([18]);

/** The SDK measures latency with a socket to "/" and expects one byte back. */
export function answerProbe(connection: Connection, clock: Pick<Clock, "after">): void {
  const stop = clock.after(ROOMLESS_MS, () => connection.close(CLOSE_CODES.NORMAL));
  connection.on("message", () => connection.send(PONG));
  connection.once("close", stop);
}
