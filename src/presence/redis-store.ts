import type { Clock, Stop } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { type Call, type RedisClient, RedisFailure, type RedisLink } from "../redis/redis.ts";
import { APPLY, READ } from "./redis-scripts.ts";
import type { NewsListener, PresenceStore, ShardState } from "./store.ts";
import type { Change, Entry, Session, Told } from "./types.ts";

/** What a store in Redis is made of. */
export interface RedisPresenceParts {
  readonly link: RedisLink;
  /** A connection of its own, which hears of news. */
  readonly news: RedisClient;
  readonly prefix: string;
  readonly listener: NewsListener;
  readonly clock: Pick<Clock, "every" | "nowMs">;
}

/** A connection over which nothing comes may be dead; one that does not answer is made anew. */
const PING_EVERY_MS = 2000;
/** Users of one call: a script holds up everybody else. */
const MAX_USERS = 200;

/** Sessions in a Redis or a Redis Cluster; every key begins with the prefix. */
export class PresenceRedisStore implements PresenceStore {
  readonly #link: RedisLink;
  readonly #news: RedisClient;
  readonly #prefix: string;
  /** Shards that are listened to, by their channels. */
  readonly #channels = new Map<string, number>();
  readonly #clock: Pick<Clock, "nowMs">;
  /** How far the clock of each shard's Redis is ahead of ours, in ms. */
  readonly #aheadMs = new Map<number, number>();
  readonly #stopPings: Stop;

  constructor({ link, news, prefix, listener, clock }: RedisPresenceParts) {
    this.#clock = clock;
    this.#link = link;
    this.#news = news;
    this.#prefix = prefix;
    news.on("message", (channel: string, text: string) => {
      const shard = this.#channels.get(channel);
      if (shard !== undefined) listener.onNews({ shard, ...readNews(text) });
    });
    this.#stopPings = clock.every(PING_EVERY_MS, () => void news.ping().catch(() => {})); // what fails ends the connection
    news.on("ready", () => void this.#hearAgain(listener));
  }

  async apply(shard: number, changes: readonly Change[]): Promise<void> {
    for (let from = 0; from < changes.length; from += MAX_USERS) {
      const args = changes
        .slice(from, from + MAX_USERS)
        .flatMap(({ userId, sessionId, bootId, term, agoMs, session }) => [
          ...[userId, sessionId, bootId, String(term), String(Math.round(agoMs))],
          session ? JSON.stringify(session) : "",
        ]);
      const head = [this.#channel(shard), this.#timeAt(shard)];
      const [, now] = await this.#run({ script: APPLY, keys: this.#keys(shard), args: [...head, ...args] });
      const aheadMs = Number(now) - this.#clock.nowMs(); // less by the time that the answer took
      this.#aheadMs.set(shard, Math.max(aheadMs, this.#aheadMs.get(shard) ?? aheadMs));
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

  async sessionsOf(shard: number, bootId: string): Promise<readonly Entry[]> {
    const key = this.#key(shard, "boots");
    const [from, to] = [`[${bootId}\n`, `(${bootId}\v`];
    const lines = await guarded(() => this.#link.read((client) => client.zrangebylex(key, from, to)));
    return lines.map(readEntry);
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
    this.#stopPings();
    this.#news.disconnect();
    this.#link.close();
  }

  /** What time it is where a shard is kept: what arrives there late was so for longer. "" before that is known. */
  #timeAt(shard: number): string {
    const aheadMs = this.#aheadMs.get(shard);
    return aheadMs === undefined ? "" : String(Math.ceil(this.#clock.nowMs() + aheadMs));
  }

  #channel(shard: number): string {
    return `${this.#prefix}:presence:${shard}`;
  }

  /** Only who is subscribed again hears of what comes after it has read. Where the connection is lost meanwhile, the next one does it. */
  async #hearAgain(listener: NewsListener): Promise<void> {
    const channels = [...this.#channels.keys()];
    if (channels.length > 0) await this.#news.subscribe(...channels).catch(() => {});
    listener.onMissed();
  }

  #key(shard: number, name: string): string {
    return `${this.#prefix}:{presence/${shard}}:${name}`;
  }

  #keys(shard: number): readonly string[] {
    return ["sessions", "revision", "seen", "boots"].map((name) => this.#key(shard, name));
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
  return Array.isArray(sessions) ? sessions.map(undated) : [];
}

/** Since when it is there is for the scripts. */
function undated({ since: _, ...session }: Session & { readonly since?: number }): Session {
  return session;
}

/** A name may have lines of its own, and comes last. */
function readEntry(text: string): Entry {
  const [bootId = "", term = "", sessionId = "", ...user] = text.split("\n");
  return { bootId, term: Number(term), sessionId, userId: user.join("\n") };
}

function readNews(text: string): ShardState {
  const { revision, users } = JSON.parse(text) as { revision: number; users: Record<string, unknown> }; // of our own script
  const told = Object.entries(users).map(([userId, is]): [string, Told] => [
    userId,
    Array.isArray(is) ? { sessions: is.map(undated), goneForMs: undefined } : { sessions: [], goneForMs: Number(is) },
  ]);
  return { revision, users: new Map(told) };
}
