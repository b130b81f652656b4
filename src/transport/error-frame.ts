import { getMessageBytes, Protocol } from "@colyseus/core";
import type { ArenaError } from "../errors/errors.ts";

/** The Colyseus ERROR frame that tells a client what was refused; a stock SDK hands it to `room.onError`. */
export function errorFrame(error: ArenaError): Uint8Array {
  return getMessageBytes[Protocol.ERROR](error.row.wireCode, error.wireMessage);
}
