import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import { ArenaError, describeIssues } from "../errors/errors.ts";
import type { Tokens } from "../tokens/tokens.ts";
import { assertAdmin, bearerOf } from "./bearer.ts";

/** What the token routes are built from. */
export interface TokenRouteParts {
  readonly tokens: Tokens;
  /** Bearer token of those who run the node; "" closes their routes. */
  readonly adminToken: string;
  /** Says why a call is refused, before its body is read. */
  readonly onRequest: (request: FastifyRequest) => Promise<void>;
}

const revocation = z.union([
  z.strictObject({ userId: z.string().min(1).max(128) }),
  z.strictObject({ tokenId: z.string().min(1).max(128) }),
]);

/**
 * `POST /api/token` gives a guest a token, or renews the one in the Authorization header. `POST /api/revoke` ends a
 * user's or a token's rights and connections; it needs the admin token.
 */
export function addTokenRoutes(app: FastifyInstance, { tokens, adminToken, onRequest }: TokenRouteParts): void {
  app.post("/api/token", { onRequest }, async (request, reply) => {
    reply.header("cache-control", "no-store");
    const bearer = bearerOf(request);
    return bearer === undefined ? tokens.issueGuest() : tokens.renew(bearer);
  });
  app.post("/api/revoke", { onRequest }, async (request) => {
    assertAdmin(request, adminToken);
    const parsed = revocation.safeParse(request.body);
    if (!parsed.success) throw new ArenaError("BODY_INVALID", describeIssues(parsed.error.issues, "body"));
    if ("userId" in parsed.data) tokens.revokeUser(parsed.data.userId);
    else tokens.revokeToken(parsed.data.tokenId);
    return { revoked: parsed.data };
  });
}
