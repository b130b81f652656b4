import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { ArenaError } from "../errors/errors.ts";

/** What stands behind `Bearer` in the Authorization header, where there is such a one. */
export function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
}

/** @throws ArenaError ADMIN_ONLY, also where there is no admin token */
export function assertAdmin(request: FastifyRequest, adminToken: string): void {
  if (adminToken === "" || !isSame(bearerOf(request) ?? "", adminToken)) throw new ArenaError("ADMIN_ONLY");
}

/** Compares digests, which are equally long, so that the time tells nothing of the secret. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
