import type { FastifyRequest } from "fastify";

/** What stands behind `Bearer` in the Authorization header, where there is such a one. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
}
