import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { ArenaError } from "../errors/errors.ts";

/** Answers an upgrade with the HTTP status of `error` instead of a WebSocket, and ends the line. */
export function refuseUpgrade(socket: Duplex, error: ArenaError): void {
  const { httpStatus, wireCode } = error.row;
  const body = JSON.stringify({ code: wireCode, name: error.code, error: error.wireMessage });
  const head = [
    `HTTP/1.1 ${httpStatus} ${STATUS_CODES[httpStatus] ?? ""}`,
    "connection: close",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    ...(error.retryAfterSeconds === undefined ? [] : [`retry-after: ${error.retryAfterSeconds}`]),
  ];
  socket.on("error", () => socket.destroy()); // nobody else listens, and the peer may be gone
  socket.once("finish", () => socket.destroy()); // a peer that never ends its half must not keep the line
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}
