import type { IncomingHttpHeaders } from "node:http";
import { type AuthContext, createAuthContext } from "@colyseus/core";

/**
 * What Colyseus hands to a room's `onAuth`. Its `ip` is `address`: Colyseus itself would believe whatever address a
 * client writes into its headers.
 */
export function authContext(all: IncomingHttpHeaders, address: string, token?: string | null): AuthContext {
  const headers = all as Record<string, string | undefined>; // the few repeated headers are not read
  const context = createAuthContext({ headers, ...(token !== undefined && { token }) });
  context.ip = address;
  return context;
}
