import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { type FoundImage, type Images, imageTooLarge } from "../images/images.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ReadGrant, Tokens } from "../tokens/tokens.ts";
import { cutLine } from "./answer-error.ts";
import { bearerOf } from "./bearer.ts";
import { Uploads, watchPace } from "./uploads.ts";

/** What the image routes are built from. */
export interface ImageRouteParts {
  readonly images: Images;
  readonly tokens: Tokens;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** What a request counts as by where it comes from. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Says why a call is refused, before its body is read. */
  readonly onRequest: (request: FastifyRequest) => Promise<void>;
}

interface ByHash {
  readonly Params: { readonly hash: string };
}

/**
 * `POST /api/images` takes an image from the holder of a ticket; the body is its content, whatever the request calls it.
 * `GET /api/images/<hash>` gives it to everybody who knows its hash.
 */
export async function addImageRoutes(app: FastifyInstance, parts: ImageRouteParts): Promise<void> {
  await app.register(async (scope) => addUpload(scope, parts));
  const { images, telemetry } = parts;
  app.route<ByHash>({
    method: ["GET", "HEAD"],
    url: "/api/images/:hash",
    async handler(request, reply) {
      const image = await findImage(images, request.params.hash);
      setHeaders(reply, image);
      if (request.headers["if-none-match"]?.includes(image.hash)) return reply.code(304).send();
      reply.header("content-length", image.bytes);
      if (request.method === "HEAD") return reply.send();
      telemetry.emit("image:served", { bytes: image.bytes });
      return reply.send(Readable.from(image.read(), { objectMode: false }));
    },
  });
}

async function addUpload(scope: FastifyInstance, parts: ImageRouteParts): Promise<void> {
  const { images, tokens } = parts;
  const tickets = new WeakMap<FastifyRequest, ReadGrant>();
  const uploads = new Uploads();
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  scope.setErrorHandler((error: Error & { statusCode?: number }) => {
    // Fastify's own refusal of a body over the bound.
    throw error.statusCode === 413 ? imageTooLarge(images.maxImageBytes) : error;
  });

  scope.post("/api/images", {
    bodyLimit: images.maxImageBytes,
    async onRequest(request, reply) {
      await parts.onRequest(request);
      const ticket = await tokens.readGrant(bearerOf(request) ?? "", "image");
      if (reply.raw.closed) return; // its line broke meanwhile: nothing would tell that it is on its way no more
      tickets.set(request, ticket);
      const end = uploads.begin({ who: ticket.userId ?? ticket.room, address: parts.addressOf(request.raw) });
      const stop = cutWhereSlow(request.raw, parts);
      reply.raw.once("close", () => {
        stop();
        end();
      });
    },
    async handler(request) {
      const ticket = tickets.get(request);
      if (!ticket) throw new ArenaError("GRANT_INVALID");
      return images.put(Buffer.isBuffer(request.body) ? request.body : Buffer.of(), ticket);
    },
  });
}

/** The images that are on their way share few places. */
function cutWhereSlow(request: IncomingMessage, { clock, telemetry }: ImageRouteParts): () => void {
  const { socket } = request;
  const beganAt = socket.bytesRead;
  return watchPace(
    clock,
    () => (request.complete ? Number.POSITIVE_INFINITY : socket.bytesRead - beganAt),
    () => cutLine(telemetry, socket, "LINE_TOO_SLOW"),
  );
}

const HASH = /^[0-9a-f]{64}$/;

async function findImage(images: Images, hash: string): Promise<FoundImage> {
  const image = HASH.test(hash) ? await images.find(hash) : undefined;
  if (!image) throw new ArenaError("IMAGE_UNKNOWN");
  return image;
}

/** Under these nothing runs, even where somebody opens the address itself and the content is more than an image. */
function setHeaders(reply: FastifyReply, { type, hash }: FoundImage): void {
  reply.headers({
    "content-type": type,
    "content-disposition": `inline; filename="image.${type.slice("image/".length)}"`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    // The page may be of another origin; what may read the content is said by CORS.
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": "public, max-age=31536000, immutable",
    etag: `"${hash}"`,
  });
}
