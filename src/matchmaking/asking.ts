import { ArenaError } from "../errors/errors.ts";
import { RedisFailure } from "../redis/redis.ts";

/** What Redis answers. @throws ArenaError CLUSTER_UNAVAILABLE where it does not */
export async function asking<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof RedisFailure)) throw cause;
    throw new ArenaError("CLUSTER_UNAVAILABLE", cause.message, { cause });
  }
}
