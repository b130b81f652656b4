import type { Clock } from "../clock/clock.ts";
import { connectRedis, type RedisLink, script } from "../redis/redis.ts";
import {
  byUrgency,
  type CheckpointHead,
  type CheckpointOwner,
  type CheckpointStore,
  ENDED_MS,
  type StoredCheckpoint,
  type Taken,
} from "./store.ts";

/** Time for one attempt: a large checkpoint on its way to a Redis that is not next door. */
const COMMAND_TIMEOUT_MS = 2000;
/** How long a call is tried again; the next checkpoint of the room is due by then. */
const GIVE_UP_MS = 2000;
const CONNECT_TIMEOUT_MS = 5000;
/** A checkpoint that nobody has written or taken for so long is of a cluster that is gone. Rooms write more often, whatever happens in them. */
const KEPT_MS = 86_400_000;
const MAX_LISTED = 10_000;
const FIELDS = ["epoch", "boot", "number", "name", "sessions", "content"] as const;

/*
 * Of a room: a hash with its owner (`epoch`, `boot`) and the `number` of its last write, and until it ends its checkpoint (`name`, `sessions`, `content`). Of a boot: a set of
 * its rooms, into which a room comes before it is written, and out of which it goes after it has ended; so what is in it may be
 * another's by now, which its hash tells. A set of boots likewise.
 */
const FENCE = `
local stored = tonumber(redis.call('HGET', KEYS[1], 'epoch') or 0)
if stored > tonumber(ARGV[1]) then return {'FENCED'} end
local number = stored == tonumber(ARGV[1]) and tonumber(redis.call('HGET', KEYS[1], 'number') or 0) or 0
`;

/** KEYS room. ARGV epoch, boot, number, name, sessions, content. */
const PUT = script(`${FENCE}
if number > tonumber(ARGV[3]) then return {'OLD'} end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'boot', ARGV[2], 'number', ARGV[3], 'name', ARGV[4], 'sessions', ARGV[5], 'content', ARGV[6])
redis.call('PEXPIRE', KEYS[1], ${KEPT_MS})
return {'OK'}
`);

/** KEYS room. ARGV epoch, boot. Gives OK and whose it was, or "". */
const TAKE = script(`${FENCE}
local before = redis.call('HGET', KEYS[1], 'boot') or ''
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'boot', ARGV[2], 'number', number)
redis.call('PEXPIRE', KEYS[1], redis.call('HEXISTS', KEYS[1], 'content') == 1 and ${KEPT_MS} or ${ENDED_MS})
return {'OK', before}
`);

/** KEYS room. ARGV epoch, number or "". */
const END = script(`${FENCE}
local last = tonumber(ARGV[2]) or number
if number > last then return {'OLD'} end
redis.call('HDEL', KEYS[1], 'name', 'sessions', 'content')
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'number', last)
redis.call('PEXPIRE', KEYS[1], ${ENDED_MS})
return {'OK', redis.call('HGET', KEYS[1], 'boot') or ''}
`);

/** Where the checkpoints of a cluster are. */
export interface RedisCheckpointsOptions {
  /** `redis://` or `rediss://`; of a cluster, any node. */
  readonly url: string;
  /** Beginning of every key. Default: arena. */
  readonly prefix?: string | undefined;
  readonly clock: Clock;
}

/**
 * A store in a Redis, shared by all nodes, over a connection of its own: a checkpoint on its way holds no operation up.
 *
 * @throws ArenaError CONFIG_INVALID for an address that is none; LOG_UNAVAILABLE where no Redis lets us in
 */
export async function createRedisStore({
  url,
  prefix = "arena",
  clock,
}: RedisCheckpointsOptions): Promise<CheckpointStore> {
  let store: RedisStore | undefined;
  const link = await connectRedis({
    url,
    clock,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    giveUpMs: GIVE_UP_MS,
    onConnected: () => store?.connected(),
    onDisconnected: () => {}, // the cluster's own connection tells of it
  });
  store = new RedisStore(link, prefix);
  return store;
}

class RedisStore implements CheckpointStore {
  readonly description: string;
  readonly #link: RedisLink;
  readonly #prefix: string;
  /** Rooms that are in the set of a boot, each with its boot; who takes one takes it out. */
  readonly #listed = new Map<string, string>();
  #generation = 0;

  constructor(link: RedisLink, prefix: string) {
    this.description = `Redis at ${link.address}`;
    this.#link = link;
    this.#prefix = prefix;
  }

  get generation(): number {
    return this.#generation;
  }

  /** A Redis that was away may be back with less than it had. */
  connected(): void {
    this.#generation++;
    this.#listed.clear();
  }

  async put({ roomId, epoch, bootId, number, name, sessions, content }: StoredCheckpoint): Promise<boolean> {
    await this.#list(roomId, bootId);
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const args = [String(epoch), bootId, String(number), name, String(sessions), bytes];
    const { reply } = await this.#link.run({ script: PUT, keys: [this.#keyOf(roomId)], args });
    return reply[0] !== "FENCED";
  }

  async take(roomId: string, { epoch, bootId }: CheckpointOwner): Promise<Taken> {
    this.#listed.delete(roomId); // another process may have had it meanwhile
    await this.#list(roomId, bootId);
    const args = [String(epoch), bootId];
    const { reply } = await this.#link.run({ script: TAKE, keys: [this.#keyOf(roomId)], args });
    if (reply[0] !== "OK") return { isTaken: false };
    const [, before = ""] = reply;
    const isOthers = before !== "" && before !== bootId;
    const [checkpoint] = await Promise.all([
      this.find(roomId),
      isOthers && this.#listAgain(roomId, bootId),
      isOthers && this.#unlist(roomId, before),
    ]);
    return { isTaken: true, checkpoint };
  }

  async end(roomId: string, epoch: number, number?: number): Promise<void> {
    const args = [String(epoch), String(number ?? "")];
    const { reply } = await this.#link.run({ script: END, keys: [this.#keyOf(roomId)], args });
    const [status, bootId = ""] = reply;
    if (status === "OK" && bootId !== "") await this.#unlist(roomId, bootId);
  }

  async find(roomId: string): Promise<StoredCheckpoint | undefined> {
    const key = this.#keyOf(roomId);
    const [epoch, boot, number, name, sessions, content] = await this.#link.read((client) =>
      client.hmgetBuffer(key, ...FIELDS),
    );
    if (!content) return undefined;
    const head = { epoch: Number(epoch), bootId: String(boot), name: String(name), sessions: Number(sessions) };
    return { ...head, roomId, number: Number(number), content };
  }

  async headOf(roomId: string): Promise<CheckpointHead | undefined> {
    const key = this.#keyOf(roomId);
    const [epoch, bootId, name, sessions] = await this.#link.read((client) =>
      client.hmget(key, "epoch", "boot", "name", "sessions"),
    );
    if (!name) return undefined;
    return { roomId, epoch: Number(epoch), bootId: bootId ?? "", name, sessions: Number(sessions) };
  }

  async roomsOf(
    bootId: string,
    isLeftOut: (roomId: string) => boolean = () => false,
  ): Promise<readonly CheckpointHead[]> {
    const roomIds = await this.#link.read((client) => client.smembers(this.#setOf(bootId)));
    const wanted = roomIds.filter((roomId) => !isLeftOut(roomId));
    const heads = await Promise.all(wanted.map((roomId) => this.headOf(roomId)));
    if (roomIds.length === 0) await this.#link.read((client) => client.srem(this.#boots, bootId));
    return byUrgency(heads.filter((head) => head !== undefined).filter((head) => head.bootId === bootId));
  }

  async boots(): Promise<readonly string[]> {
    return this.#link.read((client) => client.smembers(this.#boots));
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  async #list(roomId: string, bootId: string): Promise<void> {
    if (this.#listed.get(roomId) !== bootId) await this.#listAgain(roomId, bootId);
  }

  /** A room that was elsewhere meanwhile was taken out by whoever had it, or is so at this moment: that one looks whose it is. */
  async #listAgain(roomId: string, bootId: string): Promise<void> {
    await this.#link.read((client) =>
      Promise.all([client.sadd(this.#boots, bootId), client.sadd(this.#setOf(bootId), roomId)]),
    );
    if (this.#listed.size >= MAX_LISTED) this.#listed.clear(); // most have moved away by now
    this.#listed.set(roomId, bootId);
  }

  async #unlist(roomId: string, bootId: string): Promise<void> {
    if (this.#listed.get(roomId) === bootId) this.#listed.delete(roomId);
    await this.#link.read((client) => client.srem(this.#setOf(bootId), roomId));
    if ((await this.headOf(roomId))?.bootId === bootId) await this.#listAgain(roomId, bootId);
  }

  /** Braces would move the hash tag. */
  #keyOf(roomId: string): string {
    return `${this.#prefix}:checkpoint:{${roomId.replace(/[%{}]/g, encodeURIComponent)}}`;
  }

  #setOf(bootId: string): string {
    return `${this.#prefix}:checkpoints:{${bootId}}`;
  }

  get #boots(): string {
    return `${this.#prefix}:checkpoints:boots`;
  }
}
