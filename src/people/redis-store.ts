import { ArenaError } from "../errors/errors.ts";
import { RedisFailure, type RedisLink, script } from "../redis/redis.ts";
import { KEPT_MS, type PeopleStore } from "./store.ts";

/** KEYS value. ARGV what is expected and what comes in its place, "" for no value; how long it is kept in ms. Done again, it says OK again. */
const SWAP = script(`
local value = redis.call('GET', KEYS[1]) or ''
if value ~= ARGV[1] and value ~= ARGV[2] then return {'OTHER'} end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return {'OK'}
`);

/** Values in a Redis or a Redis Cluster; every key begins with the prefix. */
export class PeopleRedisStore implements PeopleStore {
  readonly #link: RedisLink;
  readonly #prefix: string;

  constructor(link: RedisLink, prefix: string) {
    this.#link = link;
    this.#prefix = prefix;
  }

  async read(key: string): Promise<string | undefined> {
    return (await guarded(() => this.#link.read((client) => client.get(this.#key(key))))) ?? undefined;
  }

  async swap(key: string, expected = "", next = ""): Promise<boolean> {
    const call = { script: SWAP, keys: [this.#key(key)], args: [expected, next, String(KEPT_MS)] };
    return (await guarded(() => this.#link.run(call))).reply[0] === "OK";
  }

  close(): void {
    this.#link.close();
  }

  #key(key: string): string {
    return `${this.#prefix}:people:${key}`;
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RedisFailure)) throw error;
    throw new ArenaError("CLUSTER_UNAVAILABLE", "", { cause: error });
  }
}
