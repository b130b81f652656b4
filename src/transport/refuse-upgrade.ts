import type { Duplex } from "node:stream";
import { type ArenaError, rawAnswer } from "../errors/errors.ts";

/** Answers an upgrade with the HTTP status of `error` instead of a WebSocket, and ends the line. */
export function refuseUpgrade(socket: Duplex, error: ArenaError): void {
  answerUpgrade(socket, rawAnswer(error));
}

/** The same with a ready-made answer. */
export function answerUpgrade(socket: Duplex, answer: string | Buffer): void {
  socket.on("error", () => socket.destroy()); // nobody else listens, and the peer may be gone
  socket.once("finish", () => socket.destroy()); // a peer that never ends its half must not keep the line
  socket.end(answer);
}
