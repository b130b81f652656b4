import { existsSync } from "node:fs";
import { resolve, sep } from "node:path";
import files from "@fastify/static";
import type { FastifyInstance } from "fastify";

const YEAR = "public, max-age=31536000, immutable";

/**
 * Serves the built page. Its assets carry a hash of their content in their names and are kept for ever; the page
 * itself is asked for anew each time, so that a deploy shows at once.
 */
export async function servePage(app: FastifyInstance, pageDir: string): Promise<void> {
  const root = resolve(pageDir);
  if (!existsSync(root)) return;
  const assets = `${sep}assets${sep}`;
  await app.register(files, {
    root,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header("cache-control", path.includes(assets) ? YEAR : "no-cache");
      reply.header("x-content-type-options", "nosniff");
    },
  });
}
