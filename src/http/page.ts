import { existsSync } from "node:fs";
import { resolve, sep } from "node:path";
import files from "@fastify/static";
import type { FastifyInstance } from "fastify";

/** Nothing runs or is loaded that is not part of the page; what it draws and people bring may be shown as images. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' blob: data:",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self' ws: wss:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join("; ");

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
    redirect: true, // a folder without its slash: what its page loads is found beside it
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header("cache-control", path.includes(assets) ? YEAR : "no-cache");
      reply.header("x-content-type-options", "nosniff");
      if (path.endsWith(".html")) reply.header("content-security-policy", POLICY);
    },
  });
}
