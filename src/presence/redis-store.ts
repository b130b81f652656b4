import { ArenaError } from "../errors/errors.ts";
import { type Call, type RedisClient, RedisFailure, type RedisLink } from "../redis/redis.ts";
import { endsOf } from "./memory-store.ts";
import { APPLY, READ } from "./redis-scripts.ts";
import type { NewsListener, PresenceStore, ShardState } from "./store.ts";
import type { Change, Session, Told } from "./types.ts";

/** What a store in Redis is made of. */
export interface RedisPresenceParts {
  readonly link: RedisLink;
  /** A connection of its own, which hears of news. */
  readonly news: RedisClient;
  readonly prefix: string;
  readonly listener: NewsListener;
}

const SCAN_USERS = 500;
/** Users of one call: a script holds up everybody else. */
const MAX_USERS = 200;

/** Sessions in a Redis or a Redis Cluster; every key begins with the prefix. */
export class PresenceRedisStore implements PresenceStore {
  readonly #link: RedisLink;
  readonly #news: RedisClient;
  readonly #prefix: string;
  /** Shards that are listened to, by their channels. */
  readonly #channels = new Map<string, number>();

  constructor({ link, news, prefix, listener }: RedisPresenceParts) {
    this.#link = link;
    this.#news = news;
    this.#prefix = prefix;
    news.on("message", (channel: string, text: string) => {
      const shard = this.#channels.get(channel);
      if (shard !== undefined) listener.onNews({ shard, ...readNews(text) });
    });
    news.on("ready", () => listener.onMissed());
  }

  async apply(shard: number, changes: readonly Change[]): Promise<void> {
    for (let from = 0; from < changes.length; from += MAX_USERS) {
      const args = changes
        .slice(from, from + MAX_USERS)
        .flatMap(({ userId, sessionId, bootId, session }) => [
          ...[userId, sessionId, bootId],
          session ? JSON.stringify(session) : "",
        ]);
      await this.#run({ script: APPLY, keys: this.#keys(shard), args: [this.#channel(shard), ...args] });
    }
  }

  async read(shard: number, userIds: readonly string[]): Promise<ShardState> {
    const users = new Map<string, Told>();
    let revision: number | undefined;
    // What is read in several parts is as of the first: news of what came between comes, or came, and is newer.
    for (let from = 0; from < Math.max(1, userIds.length); from += MAX_USERS) {
      const part = userIds.slice(from, from + MAX_USERS);
      const [at, ...values] = await this.#run({ script: READ, keys: this.#keys(shard), args: part });
      revision ??= Number(at);
      for (const [n, userId] of part.entries()) users.set(userId, toldOf(values[2 * n], values[2 * n + 1]));
    }
    return { revision: revision ?? 0, users };
  }

  async sweep(shard: number, isGone: (bootId: string) => boolean): Promise<void> {
    const [key = ""] = this.#keys(shard);
    let cursor = "0";
    do {
      const [next, fields] = await guarded(() =>
        this.#link.read((client) => client.hscan(key, cursor, "COUNT", SCAN_USERS)),
      );
      const changes: Change[] = [];
      for (let at = 0; at < fields.length; at += 2) {
        changes.push(...endsOf(fields[at] ?? "", sessionsOf(fields[at + 1]), isGone));
      }
      if (changes.length > 0) await this.apply(shard, changes);
      cursor = next;
    } while (cursor !== "0");
  }

  async listen(shard: number): Promise<void> {
    const channel = this.#channel(shard);
    this.#channels.set(channel, shard);
    try {
      await this.#news.subscribe(channel);
    } catch (cause) {
      throw new ArenaError("CLUSTER_UNAVAILABLE", "", { cause });
    }
  }

  unlisten(shard: number): void {
    this.#channels.delete(this.#channel(shard));
    this.#news.unsubscribe(this.#channel(shard)).catch(() => {}); // what still comes is not heard
  }

  close(): void {
    this.#news.disconnect();
    this.#link.close();
  }

  #channel(shard: number): string {
    return `${this.#prefix}:presence:${shard}`;
  }

  #keys(shard: number): readonly string[] {
    return ["sessions", "revision", "seen"].map((name) => `${this.#prefix}:{presence/${shard}}:${name}`);
  }

  async #run(call: Call): Promise<readonly string[]> {
    return (await guarded(() => this.#link.run(call))).reply;
  }
}

async function guarded<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof RedisFailure)) throw cause;
    throw new ArenaError("CLUSTER_UNAVAILABLE", cause.message, { cause });
  }
}

function toldOf(sessions = "", goneForMs = ""): Told {
  return { sessions: sessionsOf(sessions), goneForMs: goneForMs === "" ? undefined : Number(goneForMs) };
}

/** What processes of ours wrote. Redis' JSON has no empty lists, but empty objects. */
function sessionsOf(json: string | undefined): readonly Session[] {
  const sessions: unknown = json ? JSON.parse(json) : [];
  return Array.isArray(sessions) ? (sessions as Session[]) : [];
}

function readNews(text: string): ShardState {
  const { revision, users } = JSON.parse(text) as { revision: number; users: Record<string, unknown> }; // of our own script
  const told = Object.entries(users).map(([userId, sessions]): [string, Told] => [
    userId,
    Array.isArray(sessions) ? { sessions, goneForMs: undefined } : { sessions: [], goneForMs: 0 },
  ]);
  return { revision, users: new Map(told) };
}
