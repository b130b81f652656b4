import type { Clock } from "../clock/clock.ts";
import { connectRedis, type RedisLink, script } from "../redis/redis.ts";
import { isImageType } from "./identify.ts";
import { type Charge, type FoundImage, type ImageInfo, type ImageStore, type PutOutcome, priceOf } from "./store.ts";

/** Time for one attempt: the largest image on its way to a Redis that is not next door. */
const COMMAND_TIMEOUT_MS = 10_000;
/** How long a call is tried again. */
const GIVE_UP_MS = 10_000;
const PART_BYTES = 256 * 1024;

/*
 * An image is a hash (`type`, `w`, `h`, `bytes`) and a text with its content. An account is a hash: `used`, and a field for
 * each image that it has paid for. All keys share one hash tag, since one script looks at an image and at those who pay.
 */
const keysOf = (prefix: string) => ({
  info: (hash: string) => `${prefix}:{images}:info:${hash}`,
  content: (hash: string) => `${prefix}:{images}:content:${hash}`,
  account: (account: string) => `${prefix}:{images}:paid:${account}`,
});

/** Where the images of one cluster are. */
interface Place {
  readonly link: RedisLink;
  readonly keys: ReturnType<typeof keysOf>;
}

/**
 * KEYS info, content, accounts. ARGV hash, price, type, w, h, bytes, content, then what each account may have. Gives OK and whether
 * the image is new (1 or 0); or FULL, which account (from 0) and what it has.
 */
const PUT = script(`
local hash, price = ARGV[1], tonumber(ARGV[2])
local due = {}
for i = 3, #KEYS do
  if redis.call('HEXISTS', KEYS[i], hash) == 0 then
    local used = tonumber(redis.call('HGET', KEYS[i], 'used') or 0)
    if used + price > tonumber(ARGV[i + 5]) then return {'FULL', tostring(i - 3), string.format('%.0f', used)} end
    table.insert(due, KEYS[i])
  end
end
local isNew = redis.call('STRLEN', KEYS[2]) ~= tonumber(ARGV[6])
-- The first write is one that a Redis without memory refuses; one comes always, for a WAITAOF on this connection to wait for.
if isNew then redis.call('SET', KEYS[2], ARGV[7]) end
redis.call('HSET', KEYS[1], 'type', ARGV[3], 'w', ARGV[4], 'h', ARGV[5], 'bytes', ARGV[6])
for _, key in ipairs(due) do
  redis.call('HSET', key, hash, 1)
  redis.call('HINCRBY', key, 'used', price)
end
return {'OK', isNew and '1' or '0'}
`);

/** Where the images are kept. */
export interface RedisImagesOptions {
  /** `redis://` or `rediss://`; of a cluster, any node. */
  readonly url: string;
  /** Beginning of every key. Default: arena. */
  readonly prefix?: string | undefined;
  readonly clock: Clock;
}

/**
 * A store in a Redis, shared by all nodes, over a connection of its own: an image on its way holds no operation up.
 *
 * @throws ArenaError CONFIG_INVALID for an address that is none; LOG_UNAVAILABLE where no Redis lets us in
 */
export async function createRedisStore({ url, prefix = "arena", clock }: RedisImagesOptions): Promise<ImageStore> {
  const link = await connectRedis({
    url,
    clock,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    connectTimeoutMs: GIVE_UP_MS,
    giveUpMs: GIVE_UP_MS,
    onConnected: () => {},
    onDisconnected: () => {}, // the documents' own connection tells of it
  });
  const keys = keysOf(prefix);
  const place = { link, keys };
  return {
    description: `Redis at ${link.address}`,
    put: (image, content, charges) => put(place, image, content, charges),
    find: (hash) => find(place, hash),
    usedBytes: (account) => link.read(async (client) => Number(await client.hget(keys.account(account), "used"))),
    close: async () => link.close(),
  };
}

async function put(
  { link, keys }: Place,
  image: ImageInfo,
  content: Uint8Array,
  charges: readonly Charge[],
): Promise<PutOutcome> {
  const { hash, type, w, h, bytes } = image;
  const { reply } = await link.runSafely({
    script: PUT,
    keys: [keys.info(hash), keys.content(hash), ...charges.map(({ account }) => keys.account(account))],
    args: [
      hash,
      ...[priceOf(image), type, w, h, bytes].map(String),
      Buffer.from(content.buffer, content.byteOffset, content.byteLength),
      ...charges.map(({ maxBytes }) => String(maxBytes)),
    ],
  });
  const [status, detail, used] = reply;
  if (status === "OK") return { isKept: true, isNew: detail === "1" };
  const charge = charges[Number(detail)];
  if (!charge) throw new Error(`Redis gave an unknown answer: ${status}`);
  return { isKept: false, charge, usedBytes: Number(used) };
}

async function find(place: Place, hash: string): Promise<FoundImage | undefined> {
  const { link, keys } = place;
  const [{ type = "", w, h, bytes }, length] = await link.read((client) =>
    Promise.all([client.hgetall(keys.info(hash)), client.strlen(keys.content(hash))]),
  );
  if (!isImageType(type) || length !== Number(bytes)) return undefined;
  return { hash, type, w: Number(w), h: Number(h), bytes: length, read: () => readParts(place, hash, length) };
}

async function* readParts({ link, keys }: Place, hash: string, bytes: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes; at += PART_BYTES) {
    const part = await link.read((client) => client.getrangeBuffer(keys.content(hash), at, at + PART_BYTES - 1));
    if (part.length !== Math.min(PART_BYTES, bytes - at)) throw new Error(`A part of the image ${hash} is missing.`);
    yield part;
  }
}
