import { ArenaError } from "../errors/errors.ts";

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use by another program",
  EACCES: "may not be opened by this user",
  EADDRNOTAVAIL: "is not an address of this machine",
  ENOTFOUND: "cannot be resolved",
};

/** Why a port could not be opened, in a sentence; `address` as `host:port`. */
export function portError(cause: unknown, address: string): ArenaError {
  const reason = cause instanceof Error && "code" in cause ? REASONS[String(cause.code)] : undefined;
  return new ArenaError("PORT_UNAVAILABLE", `${address} ${reason ?? String(cause)}.`, { cause });
}
