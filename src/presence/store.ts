import type { Change, Entry, Told } from "./types.ts";

/** What has changed in a shard: users as they are now. */
export interface News {
  readonly shard: number;
  /** Rises by one with each change of the shard. */
  readonly revision: number;
  readonly users: ReadonlyMap<string, Told>;
}

/** Users of a shard as they are at a revision. */
export interface ShardState {
  readonly revision: number;
  readonly users: ReadonlyMap<string, Told>;
}

/** Who hears of news. */
export interface NewsListener {
  onNews(news: News): void;
  /** News may have been missed. */
  onMissed(): void;
}

/** Where all processes keep the sessions of users, in shards by user. Each call but `listen` is one atomic step for its shard. */
export interface PresenceStore {
  /** Nothing is told of what was so already. @throws ArenaError CLUSTER_UNAVAILABLE */
  apply(shard: number, changes: readonly Change[]): Promise<void>;
  /** @throws ArenaError CLUSTER_UNAVAILABLE */
  read(shard: number, userIds: readonly string[]): Promise<ShardState>;
  /** The sessions that a process has in a shard. @throws ArenaError CLUSTER_UNAVAILABLE */
  sessionsOf(shard: number, bootId: string): Promise<readonly Entry[]>;
  /** Hears of news of a shard from when it resolves. @throws ArenaError CLUSTER_UNAVAILABLE */
  listen(shard: number): Promise<void>;
  unlisten(shard: number): void;
  close(): void;
}

/** So many shards there are. A process hears of those only in which somebody is watched. */
export const SHARDS = 64;

const [FNV_OFFSET, FNV_PRIME] = [0x811c9dc5, 0x01000193];

/** The shard of a user. */
export function shardOf(userId: string): number {
  return hashOf(userId) % SHARDS;
}

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}
