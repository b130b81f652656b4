/**
 * images: what people bring to a room and everybody there sees. Says what a content is, bounds how much of it there is for
 * each image, room and user, and keeps it, under the hash of its content, apart from the log.
 *
 * What is not certainly one of four formats is refused, whatever it is called: an image must be nothing but an image in every
 * browser that shows it. Keeps IMG1 and IMG2; http serves what is kept.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { identify } from "./identify.ts";
import { createLmdbStore } from "./lmdb-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import { createRedisStore } from "./redis-store.ts";
import type { Charge, FoundImage, ImageInfo, ImageStore } from "./store.ts";

export type { FoundImage, ImageInfo } from "./store.ts";

/** How much there may be, in bytes. A small image counts 4096. */
export interface ImageLimits {
  /** Of one image. */
  readonly maxImageBytes: number;
  /** Of all images in one room. */
  readonly maxBoardImageBytes: number;
  /** Of all images that one user brought. */
  readonly maxUserImageBytes: number;
  /** Of all images that are kept where this node keeps them. */
  readonly maxAllImageBytes: number;
}

/** What images are opened with. */
export interface ImagesOptions {
  /** `auto` is redis where there is a `redisUrl`, else lmdb. */
  readonly kind: "auto" | "lmdb" | "redis" | "memory";
  /** Folder of LMDB's database. */
  readonly path: string;
  /** Empty where there is none. */
  readonly redisUrl: string;
  /** Beginning of every key in Redis. Default: arena. */
  readonly redisPrefix?: string;
  readonly limits: ImageLimits;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

/** For whom an image is kept. */
export interface ImageOwner {
  /** Room name and instance, such as `whiteboard/plans`. */
  readonly room: string;
  /** Undefined where nobody knows who brings it; then only the room pays for it. */
  readonly userId?: string;
  /** Most bytes that this image may have, where that is less than any may. */
  readonly maxBytes?: number;
}

/** The images of a node. */
export interface Images {
  /** Largest size of one image. */
  readonly maxImageBytes: number;
  /**
   * Keeps an image; resolves when it is as safe as an operation. The same content again costs neither room nor user anything.
   *
   * @throws {ArenaError} IMAGE_UNKNOWN_TYPE, IMAGE_TOO_LARGE, IMAGES_FULL; IMAGES_UNAVAILABLE where it cannot be kept now
   */
  put(content: Uint8Array, owner: ImageOwner): Promise<ImageInfo>;
  /** The image of that hash, where it is kept. @throws {ArenaError} IMAGES_UNAVAILABLE */
  find(hash: string): Promise<FoundImage | undefined>;
  close(): Promise<void>;
}

/** What browsers show in one piece; many of them make no larger canvas. */
const MAX_SIDE = 16_384;
/** An image takes four bytes a pixel where it is shown, however few it has on the disk. */
const MAX_PIXELS = 100_000_000;
const RETRY_MS = 5000;
/** Failures are told of no more often than this. */
const REPORT_MS = 5000;

/**
 * Opens the images of a node, where it keeps its documents.
 *
 * @throws {ArenaError} CONFIG_INVALID for an address of no Redis; LOG_UNAVAILABLE where no Redis lets us in
 */
export async function openImages({ limits, clock, telemetry, ...place }: ImagesOptions): Promise<Images> {
  const store = await openStore(place, clock);
  const report = reporter(clock, telemetry);
  const done = <T>(action: Action, work: Promise<T>): Promise<T> =>
    work.catch((cause: unknown) => {
      report(action, cause);
      throw new ArenaError("IMAGES_UNAVAILABLE", "", { cause, details: { retryAfterMs: RETRY_MS } });
    });

  return {
    maxImageBytes: limits.maxImageBytes,
    async put(content, owner) {
      const startMs = clock.nowMs();
      const image = judge(content, Math.min(owner.maxBytes ?? limits.maxImageBytes, limits.maxImageBytes));
      const outcome = await done("put", store.put(image, content, chargesOf(owner, limits)));
      if (!outcome.isKept) throw fullError(image, outcome);
      const { type, bytes } = image;
      telemetry.emit("image:kept", { type, bytes, isNew: outcome.isNew, durationMs: clock.nowMs() - startMs });
      return image;
    },
    async find(hash) {
      const found = await done("read", store.find(hash));
      return found && { ...found, read: () => whole(found.read(), (error) => report("read", error)) };
    },
    close: () => store.close(),
  };
}

type Action = "put" | "read";

/** Where everything fails, one failure of many is told of. */
function reporter(clock: Clock, telemetry: Telemetry): (action: Action, error: unknown) => void {
  let times = 0;
  let afterMs = Number.NEGATIVE_INFINITY;
  return (action, error) => {
    times++;
    if (clock.nowMs() < afterMs) return;
    telemetry.emit("images:failed", { action, error, times });
    afterMs = clock.nowMs() + REPORT_MS;
    times = 0;
  };
}

/** Tells where a content breaks off. */
async function* whole(
  content: AsyncIterable<Uint8Array>,
  onFailed: (error: unknown) => void,
): AsyncIterable<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    onFailed(error);
    throw error;
  }
}

type Place = Pick<ImagesOptions, "kind" | "path" | "redisUrl" | "redisPrefix">;

async function openStore({ kind, path, redisUrl, redisPrefix }: Place, clock: Clock): Promise<ImageStore> {
  const auto = redisUrl === "" ? "lmdb" : "redis";
  const chosen = kind === "auto" ? auto : kind;
  if (chosen === "redis") return createRedisStore({ url: redisUrl, prefix: redisPrefix, clock });
  return chosen === "lmdb" ? createLmdbStore({ path, clock }) : createMemoryStore();
}

/** The refusal of an image of more than `maxBytes`. */
export function imageTooLarge(maxBytes: number): ArenaError {
  return new ArenaError("IMAGE_TOO_LARGE", `It may have ${mib(maxBytes)}.`);
}

/** What the content is. */
function judge(content: Uint8Array, maxBytes: number): ImageInfo {
  if (content.length > maxBytes) throw imageTooLarge(maxBytes);
  const identity = identify(content);
  if (!identity) throw new ArenaError("IMAGE_UNKNOWN_TYPE");
  const { w, h } = identity;
  if (Math.max(w, h) > MAX_SIDE || w * h > MAX_PIXELS) {
    const most = `${MAX_SIDE} on a side and ${MAX_PIXELS / 1e6} million in all`;
    throw new ArenaError("IMAGE_TOO_LARGE", `It has ${w} x ${h} pixels; there may be ${most}.`);
  }
  return { hash: createHash("sha256").update(content).digest("hex"), ...identity, bytes: content.length };
}

const ROOM = "room ";
/** Pays for every image, once. */
const ALL = "all";

function chargesOf({ room, userId }: ImageOwner, limits: ImageLimits): Charge[] {
  const charges = [{ account: ROOM + room, maxBytes: limits.maxBoardImageBytes }];
  if (userId !== undefined) charges.push({ account: `user ${userId}`, maxBytes: limits.maxUserImageBytes });
  return [...charges, { account: ALL, maxBytes: limits.maxAllImageBytes }];
}

function fullError(image: ImageInfo, { charge, usedBytes }: { charge: Charge; usedBytes: number }): ArenaError {
  const who = payerOf(charge);
  const amounts = `${mib(usedBytes)} of images of at most ${mib(charge.maxBytes)}`;
  return new ArenaError("IMAGES_FULL", `${who} ${amounts}, and this one has ${mib(image.bytes)}.`);
}

function payerOf({ account }: Charge): string {
  if (account === ALL) return "This server has";
  return account.startsWith(ROOM) ? "This board has" : "You have brought";
}

/** Rounded up, so that what is above a bound never reads like the bound. */
function mib(bytes: number): string {
  return `${Math.ceil((bytes / 1024 / 1024) * 10) / 10} MiB`;
}
