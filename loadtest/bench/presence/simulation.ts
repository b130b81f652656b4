import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type ManualClock, manualClock, type Stop, seededRandom } from "../../../src/clock/clock.ts";
import type { Cluster, NodeRecord } from "../../../src/cluster/cluster.ts";
import {
  type NewsListener,
  openPresenceOver,
  type Presence,
  PresenceMemory,
  PresenceMemoryStore,
  type PresenceStore,
} from "../../../src/presence/presence.ts";
import type { PresenceTold } from "../../../src/protocol/protocol.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";

/** A cluster that is simulated. */
interface Size {
  readonly nodes: number;
  readonly users: number;
  /** Whom one watcher of each node watches. */
  readonly friends: number;
}

/** Calls of the store, and news that it told. */
interface Calls {
  apply: number;
  read: number;
  sessionsOf: number;
  listen: number;
  news: number;
}

const FULL: Size = { nodes: 1000, users: 1_000_000, friends: 500 };
const QUICK: Size = { nodes: 50, users: 10_000, friends: 100 };
const STEP_MS = 50;
const REST_MS = 30_000;
const CHANGES = 200;
/** Grace, and the clearing up. */
const DEATH_MS = 10_000;
const [MS_PER_S, BYTES_PER_KB, BYTES_PER_MB] = [1000, 1e3, 1e6];

/** The product's own presence in each of many nodes, over one store in memory, in simulated time. Gives a table in Markdown. */
export async function simulatePresence(isQuick: boolean, tell: (words: string) => void): Promise<string> {
  const simulation = new Simulation(isQuick ? QUICK : FULL);
  const rows = await simulation.play(tell);
  const table = rows.map(([what, value]) => `| ${what} | ${value} |`).join("\n");
  return `${simulation.title}\n\n| what | |\n|---|---|\n${table}`;
}

type Row = readonly [what: string, value: string];

class Simulation {
  readonly #size: Size;
  readonly #clock: ManualClock = manualClock();
  readonly #memory = new PresenceMemory(this.#clock);
  readonly #nodes: SimulatedNode[] = [];
  readonly #alive = new Map<string, NodeRecord>();
  readonly #calls: Calls = { apply: 0, read: 0, sessionsOf: 0, listen: 0, news: 0 };
  readonly #random = seededRandom(1);
  #told = 0;
  #lastToldMs = 0;

  constructor(size: Size) {
    this.#size = size;
  }

  get title(): string {
    const { nodes, users, friends } = this.#size;
    const count = (value: number): string => value.toLocaleString("en");
    return `### ${count(nodes)} nodes, ${count(users)} users, simulated

The code of the product in each node, over one store in memory and a clock that is moved by hand. On each node one watcher follows
${count(friends)} users by chance. Calls are those that a node would send to Redis, one script each; the lease (two calls a second and node) comes on top.`;
  }

  async play(tell: (words: string) => void): Promise<readonly Row[]> {
    const { nodes, users, friends } = this.#size;
    const rows: Row[] = [];
    const say = (what: string, value: string): void => {
      rows.push([what, value]);
      tell(`${what}: ${value}`);
    };
    for (let n = 0; n < nodes; n++) this.#nodes.push(this.#open(n));
    const emptyBytes = heapBytes();
    for (let n = 0; n < users; n++) this.#nodes[n % nodes]?.presence.arrived(seatOf(n));
    const written = await this.#pass(2 * MS_PER_S);
    const filledBytes = heapBytes();
    say(
      "memory of a user, in the node and the store together, kB",
      number((filledBytes - emptyBytes) / users / BYTES_PER_KB),
    );
    say("calls of the store for all users to appear at once", count(written.calls.apply));
    for (const { presence } of this.#nodes) await presence.watch(this.#friends(), (told) => this.#hear(told));
    say(
      "memory of a watcher's followed user, kB",
      number((heapBytes() - filledBytes) / nodes / friends / BYTES_PER_KB),
    );
    const rest = await this.#pass(REST_MS);
    const seconds = REST_MS / MS_PER_S;
    say("at rest: calls of the store a second and node", number(totalOf(rest.calls) / seconds / nodes));
    say("at rest: CPU a second and node, ms", number(rest.cpuMs / seconds / nodes));
    const changed = await this.#change();
    say("a change: calls of the store", number(totalOf(changed.calls) / CHANGES));
    say("a change: nodes that hear of it", number(changed.calls.news / CHANGES));
    say("a change: watchers who are told", number(changed.told / CHANGES));
    say("a change: CPU of all nodes beyond what is spent at rest, ms", number(changed.cpuMs / CHANGES));
    const died = await this.#kill();
    say(
      `a node with ${count(users / nodes)} users dies: until the last watcher is told, s after its lease`,
      number(died.untilMs / MS_PER_S),
    );
    say("a node dies: calls of the store until nothing is left of it", count(died.calls.apply + died.calls.sessionsOf));
    say("a node dies: watchers who are told", count(died.told));
    say("a node dies: CPU of all nodes beyond what is spent at rest, s", number(died.cpuMs / MS_PER_S));
    say("a node dies: sessions of it that are left in the store", count(died.left));
    say("memory in all, MB", count(Math.round(heapBytes() / BYTES_PER_MB)));
    return rows;
  }

  async #change(): Promise<Passed> {
    for (let n = 0; n < CHANGES; n++) {
      const user = Math.floor(this.#random() * this.#size.users);
      this.#nodes[user % this.#size.nodes]?.presence.setStatus(sessionOf(user), `status ${n}`);
    }
    const passed = await this.#pass(MS_PER_S);
    const rest = await this.#pass(MS_PER_S);
    return { ...passed, cpuMs: passed.cpuMs - rest.cpuMs };
  }

  async #kill(): Promise<Passed & { readonly untilMs: number; readonly left: number }> {
    const rest = await this.#pass(DEATH_MS);
    const victim = this.#nodes[0];
    if (!victim) throw new RangeError("There is no node.");
    const { record } = victim;
    victim.presence.close();
    this.#alive.delete(record.bootId);
    const goneMs = this.#clock.nowMs();
    const startMs = cpuMs();
    for (const node of this.#nodes.slice(1)) node.hearOfDeath(record);
    const judgedMs = cpuMs() - startMs;
    const passed = await this.#pass(DEATH_MS);
    let left = 0;
    for (const shard of this.#memory.shards) left += shard.byBoot.get(record.bootId)?.size ?? 0;
    return { ...passed, cpuMs: passed.cpuMs + judgedMs - rest.cpuMs, untilMs: this.#lastToldMs - goneMs, left };
  }

  /** Moves time on; promises have their turns in between. */
  async #pass(ms: number): Promise<Passed> {
    const [calls, told, startMs] = [{ ...this.#calls }, this.#told, cpuMs()];
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.#clock.advance(STEP_MS);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    const differ = Object.entries(this.#calls).map(([name, value]) => [name, value - calls[name as keyof Calls]]);
    return { calls: Object.fromEntries(differ) as Calls, told: this.#told - told, cpuMs: cpuMs() - startMs };
  }

  #open(n: number): SimulatedNode {
    const node = new SimulatedNode(n, this.#alive, this.#clock, (listener) => this.#count(listener));
    this.#alive.set(node.record.bootId, node.record);
    return node;
  }

  /** A door to the store that counts. */
  #count(listener: NewsListener): PresenceStore {
    const calls = this.#calls;
    const store = new PresenceMemoryStore(this.#memory, {
      onNews: (news) => {
        calls.news++;
        listener.onNews(news);
      },
      onMissed: () => {},
    });
    const counted = <K extends keyof Calls & keyof PresenceStore>(name: K): PresenceStore[K] =>
      ((...args: never[]) => {
        calls[name]++;
        return (store[name] as (...of: never[]) => unknown).apply(store, args);
      }) as PresenceStore[K]; // takes and gives what the store's own does
    return {
      apply: counted("apply"),
      read: counted("read"),
      sessionsOf: counted("sessionsOf"),
      listen: counted("listen"),
      unlisten: (shard) => store.unlisten(shard),
      close: () => store.close(),
    };
  }

  #hear({ isSnapshot }: PresenceTold): void {
    if (isSnapshot) return;
    this.#told++;
    this.#lastToldMs = this.#clock.nowMs();
  }

  #friends(): readonly string[] {
    const friends = new Set<string>();
    while (friends.size < this.#size.friends) friends.add(userOf(Math.floor(this.#random() * this.#size.users)));
    return [...friends];
  }
}

interface Passed {
  readonly calls: Calls;
  readonly told: number;
  readonly cpuMs: number;
}

/** A node of which there is nothing but its presence. */
class SimulatedNode {
  readonly record: NodeRecord;
  readonly presence: Presence;
  readonly #listeners = new Set<(node: NodeRecord) => void>();

  constructor(
    n: number,
    alive: ReadonlyMap<string, NodeRecord>,
    clock: ManualClock,
    store: (listener: NewsListener) => PresenceStore,
  ) {
    const identity = { nodeId: `n${n}`, bootId: `boot-${n}`, role: "node" as const, internalAddress: "" };
    const about = { publicAddress: "", version: "", region: "", labels: [], pid: n };
    this.record = { ...identity, ...about, ageMs: 0, isDraining: false, report: undefined, reservations: [] };
    const cluster: Pick<Cluster, "identity" | "node" | "nodes" | "isGone" | "onLease" | "onNodeGone"> = {
      identity: this.record,
      node: (bootId) => alive.get(bootId),
      nodes: () => [...alive.values()],
      isGone: async ({ bootId }) => !alive.has(bootId),
      onLease: () => () => {},
      onNodeGone: (listener): Stop => {
        this.#listeners.add(listener);
        return () => void this.#listeners.delete(listener);
      },
    };
    this.presence = openPresenceOver(store, { clock, telemetry: createTelemetry(), cluster });
  }

  hearOfDeath(node: NodeRecord): void {
    for (const listener of this.#listeners) listener(node);
  }
}

function seatOf(n: number): Parameters<Presence["arrived"]>[0] {
  return { userId: userOf(n), sessionId: sessionOf(n), roomId: `room-${n % 100_000}`, room: "arena" };
}

function userOf(n: number): string {
  return `user-${n}`;
}

function sessionOf(n: number): string {
  return `session-${n}`;
}

function totalOf({ apply, read, sessionsOf, listen }: Calls): number {
  return apply + read + sessionsOf + listen;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MS_PER_S;
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)(); // there from then on
  return process.memoryUsage().heapUsed;
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function number(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 4 });
}
