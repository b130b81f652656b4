/** How much of what it was given a Redis keeps, from what it says of itself. */

/** How safe what Redis acknowledges is: on the disk; there within about a second; not at all; nobody can tell. */
export type DurabilityLevel = "fsync" | "everysec" | "none" | "unknown";

/** What a Redis is good for. */
export interface Durability {
  readonly level: DurabilityLevel;
  /** For those who run the server. */
  readonly sentence: string;
  /** Whether `level` holds only for appends behind which WAITAOF was sent. */
  readonly needsWaitAof: boolean;
}

/** What a Redis says of itself; undefined where it does not, as managed ones keep their configuration to themselves. */
export interface RedisFacts {
  /** As `[7, 2]` for 7.2. */
  readonly version: readonly [number, number] | undefined;
  readonly isCluster: boolean;
  readonly isAofOn: boolean | undefined;
  readonly appendfsync: string | undefined;
  /** `no-appendfsync-on-rewrite`: no fsync while the AOF is written anew. */
  readonly isFsyncLeftOut: boolean | undefined;
  readonly maxmemoryPolicy: string | undefined;
}

/** Reads the answers of INFO and `CONFIG GET *append*`; an empty text or list is one that was refused. */
export function readFacts(info: string, config: readonly string[]): RedisFacts {
  const field = (name: string) => new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1];
  const setting = (name: string) => {
    const index = config.indexOf(name);
    return index < 0 ? undefined : config[index + 1];
  };
  const isYes = (value: string | undefined, yes: string) => (value === undefined ? undefined : value === yes);
  const version = /^(\d+)\.(\d+)/.exec(field("redis_version") ?? "");
  return {
    version: version ? [Number(version[1]), Number(version[2])] : undefined,
    isCluster: field("redis_mode") === "cluster",
    isAofOn: isYes(field("aof_enabled"), "1") ?? isYes(setting("appendonly"), "yes"),
    appendfsync: setting("appendfsync"),
    isFsyncLeftOut: isYes(setting("no-appendfsync-on-rewrite"), "yes"),
    maxmemoryPolicy: field("maxmemory_policy"),
  };
}

/** Says what a Redis with these facts keeps. */
export function judgeDurability(facts: RedisFacts): Durability {
  if (facts.maxmemoryPolicy?.startsWith("allkeys")) {
    return verdict(
      "none",
      `Redis throws documents away when its memory is full (maxmemory-policy ${facts.maxmemoryPolicy}).`,
    );
  }
  if (facts.isAofOn === undefined)
    return verdict("unknown", "Redis does not say whether it writes what it is given to its disk.");
  if (!facts.isAofOn) return verdict("none", "Redis keeps nothing but occasional dumps (appendonly no).");
  switch (facts.appendfsync) {
    case "always":
      return facts.isFsyncLeftOut
        ? verdict("everysec", "Redis leaves out its fsync while it rewrites its log (no-appendfsync-on-rewrite yes).")
        : verdict("fsync", "Redis acknowledges what is on its disk (appendfsync always).");
    case "everysec":
      return judgeEverySecond(facts);
    case undefined:
      return verdict(
        "unknown",
        "Redis does not say when what it is given is safe on its disk (CONFIG is not allowed).",
      );
    default:
      return verdict(
        "none",
        `Redis leaves it to its machine when to write to the disk (appendfsync ${facts.appendfsync}).`,
      );
  }
}

function judgeEverySecond({ version, isCluster }: RedisFacts): Durability {
  const hasWaitAof = version !== undefined && (version[0] > 7 || (version[0] === 7 && version[1] >= 2));
  // WAITAOF waits for its own connection's writes, and a cluster's client has one to each node.
  if (hasWaitAof && !isCluster) {
    const sentence =
      "Each append waits, up to about a second, until Redis has it on its disk (appendfsync everysec, WAITAOF).";
    return { level: "fsync", sentence, needsWaitAof: true };
  }
  return verdict("everysec", "A crash of Redis loses up to its last second (appendfsync everysec).");
}

function verdict(level: DurabilityLevel, sentence: string): Durability {
  return { level, sentence, needsWaitAof: false };
}
