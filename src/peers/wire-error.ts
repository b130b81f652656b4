import { ArenaError, ERRORS, type ErrorCode, type ErrorDetails } from "../errors/errors.ts";

/** An error on its way to another process: that of the catalogue, or a number or word and a sentence of a room author's. */
export type WireError =
  | { readonly arena: string; readonly detail: string; readonly details: ErrorDetails }
  | { readonly code: number | string; readonly message: string };

/** What is none of these stays inside, as it does for a client. */
export function toWire(error: unknown): WireError {
  if (error instanceof ArenaError) {
    const { code, message, row, details } = error;
    return { arena: code, detail: message.slice(row.sentence.length + 1), details };
  }
  if (error instanceof Error && "code" in error && (typeof error.code === "number" || typeof error.code === "string")) {
    return { code: error.code, message: error.message };
  }
  return { arena: "INTERNAL", detail: "", details: {} };
}

/** The error as it was thrown there. */
export function fromWire(wire: WireError): Error {
  if (!("arena" in wire)) return Object.assign(new Error(wire.message), { code: wire.code });
  const code = wire.arena in ERRORS ? (wire.arena as ErrorCode) : "INTERNAL"; // just looked up
  return new ArenaError(code, wire.detail, { details: wire.details });
}
