import { Redis } from "ioredis";
import { seededRandom } from "../../../src/clock/clock.ts";
import type { Figure } from "../case.ts";
import type { BenchOptions } from "../options.ts";
import { type RedisProcess, startRedis } from "../redis-process.ts";
import { markdownTable, percentile, type Sample } from "../summary.ts";
import { Child, nowMs } from "./child.ts";
import { simulatePresence } from "./simulation.ts";

const PROCESSES = 1;
const SIMULATED = 2;
const NODES = 3;
const ENTRIES = {
  arena: "loadtest/bench/servers/arena-presence.ts",
  socketio: "loadtest/bench/servers/socketio-presence.ts",
} as const;
type PresencePeer = keyof typeof ENTRIES;

/** How many there are of everything. */
interface Size {
  readonly users: number;
  readonly watchers: number;
  readonly friends: number;
  readonly changes: number;
  readonly restSeconds: number;
  /** Who watches one user. */
  readonly fans: number;
  /** Who appear at once. */
  readonly crowd: number;
}

const FULL: Size = {
  users: 20_000,
  watchers: 200,
  friends: 500,
  changes: 1000,
  restSeconds: 10,
  fans: 10_000,
  crowd: 10_000,
};
const QUICK: Size = { users: 600, watchers: 12, friends: 50, changes: 60, restSeconds: 2, fans: 300, crowd: 300 };
const DEVICES = 50;
const CHANGES_PER_S = 100;
const POLL_SECONDS = 5;
const FETCHES = 50;
const LOOK_MS = 20;
const PATIENCE_MS = 60_000;
/** A batch is written, told, and told on. */
const QUIET_MS = 500;
const [MS_PER_S, US_PER_MS] = [1000, 1000];

const NOTES = `Three processes, each with a cluster's lease and presence as \`openPresence\` gives it, beside one Redis. Users arrive at the door that
rooms use, and watchers are listeners there: no sockets, so no cost of sockets. Each watcher follows 500 users of 20,000, over all 64 shards. Socket.IO has as
many sockets, known to its adapter and without connections, in a room for each user; who wants to know where 500 friends are asks
\`io.in(rooms).fetchSockets()\`, and again a second later. Commands of Redis count those within scripts; what something costs is beyond what
is spent at rest. A ratio stands where both have the figure.`;

/** Measures presence in processes, and simulates a large cluster. */
export async function measurePresence(options: BenchOptions, tell: (words: string) => void): Promise<string> {
  const parts: string[] = [];
  if (options.points.includes(PROCESSES)) parts.push(`${NOTES}\n\n${await measureProcesses(options, tell)}`);
  if (options.points.includes(SIMULATED)) parts.push(await simulatePresence(options.isQuick, tell));
  return parts.join("\n\n");
}

async function measureProcesses({ rounds, isQuick }: BenchOptions, tell: (words: string) => void): Promise<string> {
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const peer of ["arena", "socketio"] as const) {
      const figures = await measurePeer(peer, isQuick ? QUICK : FULL);
      samples.push(...figures.map((figure) => ({ ...figure, peer, round })));
      for (const { name, value } of figures) tell(`round ${round}, ${peer}: ${name}: ${value.toPrecision(3)}`);
    }
  }
  return markdownTable(samples, "socketio");
}

async function measurePeer(peer: PresencePeer, size: Size): Promise<readonly Figure[]> {
  const redis = await startRedis();
  const children: Child[] = [];
  try {
    for (let n = 0; n < NODES; n++) children.push(await Child.start(ENTRIES[peer], [redis.url, `n${n + 1}`]));
    const bench = new Bench(children, redis, size);
    return peer === "arena" ? await bench.measureArena() : await bench.measureSocketIo();
  } finally {
    await Promise.all(children.map((child) => child.end()));
    await redis.close();
  }
}

interface Reading {
  readonly atMs: number;
  /** Of the three processes. */
  readonly cpuUs: number;
  readonly redisCpuUs: number;
  readonly commands: number;
  readonly bytes: number;
}

type Seen = readonly [userId: string, status: string, sessions: number, atMs: number];

class Bench {
  readonly #children: readonly Child[];
  readonly #redisUrl: string;
  readonly #size: Size;
  readonly #random = seededRandom(1);
  readonly #figures: Figure[] = [];
  readonly #restPerSecond: Partial<Record<Exclude<keyof Reading, "atMs">, number>> = {};

  constructor(children: readonly Child[], { url }: RedisProcess, size: Size) {
    this.#children = children;
    this.#redisUrl = url;
    this.#size = size;
  }

  async measureArena(): Promise<readonly Figure[]> {
    const { users } = this.#size;
    await this.#rest("no users");
    const before = await this.#rss();
    await this.#arrive(range(users).map((n) => [userOf(n), `s${n}`]));
    await delay(10 * QUIET_MS);
    this.#say("memory of a user in its process, kB", ((await this.#rss()) - before) / users / 1000);
    await this.#rest(`${users.toLocaleString("en")} users`);
    this.#times("snapshot of 500 friends, ms", await this.#watchAll());
    await this.#rest(`${users.toLocaleString("en")} users, ${this.#size.watchers} watchers`);
    await this.#changes();
    await this.#crowd();
    await this.#devices();
    await this.#fans();
    return this.#figures;
  }

  async measureSocketIo(): Promise<readonly Figure[]> {
    const { users, watchers } = this.#size;
    await Promise.all(
      this.#children.map((child, at) =>
        child.ask(
          "add",
          range(users)
            .filter((n) => n % NODES === at)
            .map(userOf),
        ),
      ),
    );
    await delay(MS_PER_S * 2); // the adapters count each other
    const friends = range(watchers).map(() => this.#friends());
    const times: number[] = [];
    const before = await this.#read();
    for (let n = 0; n < FETCHES; n++) times.push(await this.#at(n).ask<number>("fetch", friends[n % watchers]));
    this.#times("snapshot of 500 friends, ms", times);
    this.#cost("snapshot", FETCHES, before, await this.#read());
    const polled = await this.#read();
    const asked = await Promise.all(
      this.#children.map((child, at) =>
        child.ask<(number | null)[]>("poll", [friends.filter((_, n) => n % NODES === at), POLL_SECONDS]),
      ),
    );
    const after = await this.#read();
    const all = asked.flat();
    const seconds = (after.atMs - polled.atMs) / MS_PER_S;
    this.#say(
      "200 watchers kept up to date: CPU of all processes, ms a second",
      (after.cpuUs - polled.cpuUs) / US_PER_MS / seconds,
    );
    this.#say("200 watchers kept up to date: bytes of Redis a second", (after.bytes - polled.bytes) / seconds);
    this.#say("200 watchers kept up to date: seconds for what was to take 5", seconds);
    const got = all.filter((ms) => ms !== null);
    this.#say("askings without an answer, of 1,000", ((all.length - got.length) / all.length) * 1000);
    // Who asks each second learns of a change half a second later on the average, and of the slowest hundredth a second later.
    const sorted = got.toSorted((one, other) => one - other);
    this.#say("time to see a change: p50, ms", MS_PER_S / 2 + percentile(sorted, 0.5));
    this.#say("time to see a change: p99, ms", MS_PER_S + percentile(sorted, 0.99));
    return this.#figures;
  }

  async #watchAll(): Promise<readonly number[]> {
    const times: number[] = [];
    const before = await this.#read();
    for (let n = 0; n < this.#size.watchers; n++) times.push(await this.#at(n).ask<number>("watch", this.#friends()));
    this.#cost("snapshot", this.#size.watchers, before, await this.#read());
    return times;
  }

  /** Statuses change, evenly over time; each names the change. */
  async #changes(): Promise<void> {
    const { changes, users } = this.#size;
    const [made, pending] = [new Map<string, number>(), [] as Promise<void>[]];
    await this.#seen();
    const before = await this.#read();
    for (let n = 0; n < changes; n++) {
      const user = Math.floor(this.#random() * users);
      const change = this.#at(user).ask<number>("status", [`s${user}`, `c${n}`]);
      pending.push(change.then((atMs) => void made.set(`c${n}`, atMs)));
      await delay(MS_PER_S / CHANGES_PER_S);
    }
    await Promise.all(pending);
    await delay(QUIET_MS);
    const after = await this.#read();
    const { seen, bytes } = await this.#seen();
    const times = seen.flatMap(([, status, , atMs]) => (made.has(status) ? [atMs - (made.get(status) ?? 0)] : []));
    this.#times("time to see a change", times);
    this.#cost("change", changes, before, after);
    const seconds = (after.atMs - before.atMs) / MS_PER_S;
    this.#say(
      "200 watchers kept up to date: CPU of all processes, ms a second",
      (after.cpuUs - before.cpuUs) / US_PER_MS / seconds,
    );
    this.#say("200 watchers kept up to date: bytes of Redis a second", (after.bytes - before.bytes) / seconds);
    this.#say("changes a second meanwhile", changes / seconds);
    this.#say("watchers told of a change, mean", seen.length / changes);
    this.#say("bytes told to watchers for a change, JSON", bytes / changes);
  }

  /** So many appear at once, half of them watched by whoever watches. */
  async #crowd(): Promise<void> {
    const { crowd } = this.#size;
    const names = range(crowd).map((n) => `crowd-${n}`);
    await Promise.all(range(NODES).map((at) => this.#at(at).ask("watch", names.slice(0, this.#size.friends))));
    await this.#seen();
    const before = await this.#read();
    await this.#arrive(names.map((name) => [name, `s-${name}`]));
    const seen = await this.#untilSeen(
      NODES * this.#size.friends,
      ([name, , sessions]) => name.startsWith("crowd-") && sessions > 0,
    );
    const after = await this.#read();
    const what = `${crowd.toLocaleString("en")} at once`;
    this.#say(
      `${what}: until all who watch them are told, ms`,
      Math.max(...seen.map(([, , , atMs]) => atMs)) - before.atMs,
    );
    this.#cost(`user of ${what}`, crowd, before, after);
  }

  async #devices(): Promise<void> {
    await this.#at(0).ask("watch", ["multi"]);
    await this.#seen();
    const startMs = nowMs();
    await this.#arrive(range(DEVICES).map((n) => ["multi", `multi-${n}`]));
    const seen = await this.#untilSeen(1, ([name, , sessions]) => name === "multi" && sessions === DEVICES);
    this.#say(
      `a user with ${DEVICES} devices: until all are shown, ms`,
      Math.max(...seen.map(([, , , atMs]) => atMs)) - startMs,
    );
    const before = await this.#read();
    await this.#at(0).ask("status", ["multi-0", "changed"]);
    await delay(QUIET_MS);
    this.#cost(`change of one of ${DEVICES} devices`, 1, before, await this.#read());
    this.#say(`a user with ${DEVICES} devices: bytes told to a watcher for a change, JSON`, (await this.#seen()).bytes);
  }

  async #fans(): Promise<void> {
    const { fans } = this.#size;
    await this.#arrive([["star", "s-star"]]);
    for (let from = 0; from < fans; from += 100) {
      await Promise.all(range(Math.min(100, fans - from)).map((n) => this.#at(from + n).ask("watch", ["star"])));
    }
    await delay(QUIET_MS);
    await this.#seen();
    const before = await this.#read();
    await this.#at(0).ask("status", ["s-star", "shining"]);
    const seen = await this.#untilSeen(fans, ([, status]) => status === "shining");
    const after = await this.#read();
    const what = `a user watched by ${fans.toLocaleString("en")}`;
    this.#say(`${what}: until the last is told, ms`, Math.max(...seen.map(([, , , atMs]) => atMs)) - before.atMs);
    this.#say(`${what}: CPU of all processes for a change, ms`, (after.cpuUs - before.cpuUs) / US_PER_MS);
    this.#say(`${what}: bytes of Redis for a change`, after.bytes - before.bytes);
  }

  /** What is spent while nothing happens. */
  async #rest(what: string): Promise<void> {
    const before = await this.#read();
    await delay(this.#size.restSeconds * MS_PER_S);
    const after = await this.#read();
    const perSecond = (field: Exclude<keyof Reading, "atMs">): number =>
      ((after[field] - before[field]) / (after.atMs - before.atMs)) * MS_PER_S;
    for (const field of ["commands", "bytes", "cpuUs", "redisCpuUs"] as const) {
      this.#restPerSecond[field] = perSecond(field);
    }
    this.#say(`at rest, ${what}: commands of Redis a second`, perSecond("commands"));
    this.#say(`at rest, ${what}: bytes of Redis a second`, perSecond("bytes"));
    this.#say(`at rest, ${what}: CPU of all processes, ms a second`, perSecond("cpuUs") / US_PER_MS);
  }

  /** What `count` of something took beyond what is spent at rest. */
  #cost(what: string, count: number, before: Reading, after: Reading): void {
    const seconds = (after.atMs - before.atMs) / MS_PER_S;
    const cost = (field: Exclude<keyof Reading, "atMs">): number =>
      Math.max(0, after[field] - before[field] - (this.#restPerSecond[field] ?? 0) * seconds) / count;
    this.#say(`commands of Redis for a ${what}`, cost("commands"));
    this.#say(`bytes of Redis for a ${what}`, cost("bytes"));
    this.#say(`CPU of all processes for a ${what}, ms`, cost("cpuUs") / US_PER_MS);
    this.#say(`CPU of Redis for a ${what}, ms`, cost("redisCpuUs") / US_PER_MS);
  }

  #times(what: string, times: readonly number[]): void {
    const sorted = times.toSorted((one, other) => one - other);
    const [name, unit = "ms"] = what.split(", ");
    this.#say(`${name}: p50, ${unit}`, percentile(sorted, 0.5));
    this.#say(`${name}: p99, ${unit}`, percentile(sorted, 0.99));
  }

  #say(name: string, value: number): void {
    this.#figures.push({ name, value });
  }

  async #arrive(users: readonly (readonly [userId: string, sessionId: string])[]): Promise<void> {
    await Promise.all(
      this.#children.map((child, at) =>
        child.ask(
          "arrive",
          users.filter((_, n) => n % NODES === at),
        ),
      ),
    );
  }

  async #seen(): Promise<{ readonly seen: readonly Seen[]; readonly bytes: number }> {
    const all = await Promise.all(this.#children.map((child) => child.ask<{ seen: Seen[]; bytes: number }>("seen")));
    return { seen: all.flatMap(({ seen }) => seen), bytes: all.reduce((sum, { bytes }) => sum + bytes, 0) };
  }

  async #untilSeen(count: number, fits: (seen: Seen) => boolean): Promise<readonly Seen[]> {
    const found: Seen[] = [];
    for (const startMs = nowMs(); found.length < count; await delay(LOOK_MS)) {
      found.push(...(await this.#seen()).seen.filter(fits));
      if (nowMs() > startMs + PATIENCE_MS) throw new Error(`${found.length} of ${count} were told.`);
    }
    return found;
  }

  async #rss(): Promise<number> {
    const all = await Promise.all(this.#children.map((child) => child.ask<number>("rssBytes")));
    return all.reduce((sum, each) => sum + each, 0);
  }

  async #read(): Promise<Reading> {
    const client = new Redis(this.#redisUrl, { lazyConnect: true });
    await client.connect();
    const info = await client.info();
    client.disconnect();
    const field = (name: string): number => Number(new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? Number.NaN);
    const cpu = await Promise.all(this.#children.map((child) => child.ask<number>("cpuUs")));
    return {
      atMs: nowMs(),
      cpuUs: cpu.reduce((sum, each) => sum + each, 0),
      redisCpuUs: (field("used_cpu_sys") + field("used_cpu_user")) * MS_PER_S * US_PER_MS,
      commands: field("total_commands_processed") - field("total_connections_received"),
      bytes: field("total_net_input_bytes") + field("total_net_output_bytes"),
    };
  }

  #friends(): readonly string[] {
    const friends = new Set<string>();
    while (friends.size < this.#size.friends) friends.add(userOf(Math.floor(this.#random() * this.#size.users)));
    return [...friends];
  }

  #at(n: number): Child {
    const child = this.#children[n % NODES];
    if (!child) throw new RangeError(`There is no process ${n}.`);
    return child;
  }
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function userOf(n: number): string {
  return `user-${n}`;
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
