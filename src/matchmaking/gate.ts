import { type RedisLink, script } from "../redis/redis.ts";
import { asking } from "./asking.ts";

/** What a caller that found no room is to do: make one, or wait for one that is being made. */
export interface Passage {
  /** The room that the caller makes or waits for. */
  readonly roomId: string;
  readonly isMaker: boolean;
}

/** One caller at a gate. */
export interface Arrival {
  /** Room type and what its filters ask for. */
  readonly group: string;
  /** Id of the room that the caller would make. */
  readonly roomId: string;
  /** Seats that the caller needs. */
  readonly seats: number;
  /** Seats that a room of the type has, as far as is known. */
  readonly capacity: number;
}

/**
 * Where callers meet who found no room: as many rooms are made as they need seats, and no more. A room that is being made
 * counts for {@link PASSAGE_MS} at most.
 *
 * Each throws CLUSTER_UNAVAILABLE while Redis is away.
 */
export interface Gate {
  enter(arrival: Arrival): Promise<Passage>;
  /** The room is there, or will not be: it takes nobody in any more who waits. */
  leave(arrival: Pick<Arrival, "group" | "roomId">): Promise<void>;
}

/** As long as making a room may take. */
const PASSAGE_MS = 10_000;

/**
 * KEYS seats that are left by room id, ends by room id. ARGV room id, seats, capacity, how long it counts in ms. Gives the room
 * and whether the caller makes it (1 or 0).
 */
const ENTER = script(`
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
-- The same call again, whose first answer was lost.
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then return {ARGV[1], '1'} end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[2], '+inf', 'LIMIT', 0, 100)) do
  if tonumber(redis.call('ZSCORE', KEYS[2], id) or 0) > now then
    redis.call('ZINCRBY', KEYS[1], -tonumber(ARGV[2]), id)
    return {id, '0'}
  end
  redis.call('ZREM', KEYS[1], id)
  redis.call('ZREM', KEYS[2], id)
end
redis.call('ZADD', KEYS[1], tonumber(ARGV[3]) - tonumber(ARGV[2]), ARGV[1])
redis.call('ZADD', KEYS[2], string.format('%.0f', now + tonumber(ARGV[4])), ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {ARGV[1], '1'}
`);

/** KEYS as above. ARGV room id. */
const LEAVE = script(`
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
return {'OK'}
`);

/** More seats than any room has: what Redis takes for "no bound". */
const UNBOUNDED = 1e9;

/** The gate of a cluster. */
export function redisGate(link: RedisLink, prefix: string): Gate {
  const keysOf = (group: string): string[] => {
    const base = `${prefix}:{make/${group.replace(/[%{}]/g, encodeURIComponent)}}`;
    return [`${base}:seats`, `${base}:ends`];
  };
  return {
    async enter({ group, roomId, seats, capacity }) {
      const args = [roomId, seats, Math.min(capacity, UNBOUNDED), PASSAGE_MS].map(String);
      const { reply } = await asking(() => link.run({ script: ENTER, keys: keysOf(group), args }));
      return { roomId: reply[0] ?? roomId, isMaker: reply[1] === "1" };
    },
    async leave({ group, roomId }) {
      await asking(() => link.run({ script: LEAVE, keys: keysOf(group), args: [roomId] }));
    },
  };
}

/** The gate of one process on its own. */
export function localGate(): Gate {
  const groups = new Map<string, Map<string, number>>();
  return {
    async enter({ group, roomId, seats, capacity }) {
      const left = groups.get(group) ?? new Map<string, number>();
      groups.set(group, left);
      for (const [id, free] of left) {
        if (free < seats) continue;
        left.set(id, free - seats);
        return { roomId: id, isMaker: false };
      }
      left.set(roomId, capacity - seats);
      return { roomId, isMaker: true };
    },
    async leave({ group, roomId }) {
      const left = groups.get(group);
      left?.delete(roomId);
      if (left?.size === 0) groups.delete(group);
    },
  };
}
