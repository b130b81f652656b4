import type { IncomingMessage } from "node:http";
import { type AuthContext, createAuthContext } from "@colyseus/core";

/**
 * What Colyseus hands to a room's `onAuth`. Its `ip` is `address`: Colyseus itself would believe whatever address a
 * client writes into its headers.
 */
export function authContext(request: IncomingMessage, address: string, token?: string | null): AuthContext {
  const headers = request.headers as Record<string, string | undefined>; // the few repeated headers are not read
  const context = createAuthContext({ headers, ...(token !== undefined && { token }) });
  context.ip = address;
  return context;
}
