import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { ArenaError } from "../errors/errors.ts";
import { assertAdmin, bearerOf } from "./bearer.ts";
import type { HttpParts } from "./http.ts";

type Parts = Pick<HttpParts, "presence" | "tokens" | "adminToken">;

const MAX_USERS = 100;
const query = z.object({
  users: z
    .string()
    .min(1)
    .max(MAX_USERS * 130),
});

/** `GET /api/presence?users=a,b`: who is online, and where. With the admin token of anybody; with a user's own, of that user. */
export function addPresenceRoutes(app: FastifyInstance, { presence, tokens, adminToken }: Parts): void {
  app.get("/api/presence", async (request, reply) => {
    reply.header("cache-control", "no-store");
    const users = query.safeParse(request.query).data?.users.split(",");
    if (!users || users.length > MAX_USERS)
      throw new ArenaError("OPTIONS_INVALID", `Expected up to ${MAX_USERS} users.`);
    const isOwn = await isOnlyOwn(users);
    if (!isOwn) assertAdmin(request, adminToken);
    return { users: await presence.of(users) };

    async function isOnlyOwn(asked: readonly string[]): Promise<boolean> {
      const bearer = bearerOf(request);
      if (bearer === undefined || bearer === adminToken) return false;
      const { userId } = await tokens.verify(bearer);
      return asked.every((user) => user === userId);
    }
  });
}
