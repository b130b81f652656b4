import { seededRandom } from "../../src/clock/clock.ts";

/** What can be done to a cluster. `FAULTS` says what each is. */
export type FaultKind = keyof typeof FAULTS;

/** One fault, in a round. */
export interface Fault {
  readonly kind: FaultKind;
  /** The process that it happens to; "" where it is none. */
  readonly target: string;
  /** From the beginning of the round, in ms. */
  readonly atMs: number;
  /** How long it lasts. What is killed is started again after that. */
  readonly forMs: number;
}

/** Faults that overlap, after which the cluster is left alone until all is well. */
export interface Round {
  readonly faults: readonly Fault[];
}

/** What a kind of fault is, and what it may overlap with. */
interface FaultRow {
  /** Processes that it can happen to. */
  readonly targets: "node" | "process" | "none";
  /** Shortest and longest, in ms. */
  readonly forMs: readonly [number, number];
  /** Faults of the same class never overlap. "alone" overlaps with none but those of clients' own network. */
  readonly class: "process" | "line" | "redis" | "clients" | "move" | "alone";
  readonly sentence: string;
}

/** The nodes of the cluster, by name. */
export const NODES = ["n1", "n2", "n3"] as const;
export const EDGE = "edge";

/**
 * Every fault. All sessions and all acknowledged operations outlive each of them, and each overlap that a plan makes. What is *not*
 * promised, and so in no plan: that a Redis which comes back with less than it had is told everything anew where a process that
 * could tell it dies at the same time; that a room is had once where a process that has just come is cut off from the others as well as
 * they from Redis.
 */
export const FAULTS = {
  kill: row("process", [300, 6000], "process", "is killed with SIGKILL, and started again"),
  freeze: row("process", [500, 20_000], "process", "stands still (SIGSTOP), and goes on"),
  drain: row("node", [8000, 8000], "process", "is emptied, ends, and is started again"),
  terminate: row("node", [0, 0], "process", "gets SIGTERM, and is started again"),
  move: row("none", [0, 0], "move", "some rooms are moved"),
  cutFromRedis: row("process", [500, 15_000], "line", "has its connections to Redis reset, and gets no new ones"),
  deafToRedis: row("process", [500, 15_000], "line", "hears nothing from Redis, and cannot say anything"),
  cutFromOthers: row("node", [500, 15_000], "line", "cannot be reached by the other processes"),
  deafToOthers: row("node", [500, 15_000], "line", "is not heard by the other processes, whose connections stay"),
  isolate: row("node", [500, 15_000], "alone", "is cut off from Redis and the others"),
  redisStop: row("none", [500, 20_000], "redis", "Redis stands still"),
  redisKill: row("none", [200, 10_000], "redis", "Redis is killed, and comes back with what it had"),
  redisSlow: row("none", [2000, 15_000], "redis", "Redis is 100 ms away in each direction"),
  redisEmpty: row("none", [200, 6000], "alone", "Redis is killed, and comes back empty"),
  redisOld: row("none", [200, 6000], "alone", "Redis is killed, and comes back without its last second"),
  slowClients: row("none", [2000, 15_000], "clients", "clients are 200 ms away in each direction"),
  deafClients: row("none", [500, 8000], "clients", "nothing gets through between clients and the edge"),
  cutClients: row("none", [0, 0], "clients", "the connections of all clients are reset"),
} as const satisfies Record<string, FaultRow>;

const KINDS = Object.keys(FAULTS) as readonly FaultKind[]; // it has no others
/** Faults of a round beside the first begin within this time of it. */
const SPREAD_MS = 6000;
const MAX_EXTRAS = 3;
const EXTRA_SHARE = 0.6;

/**
 * Rounds without end, the same for the same seed: each kind of fault comes once before any comes again, in an order of the seed's, and
 * some have others beside them.
 */
export function* planRounds(seed: number): Generator<Round, never> {
  const random = seededRandom(seed);
  let deck: FaultKind[] = [];
  for (;;) {
    if (deck.length === 0) deck = shuffled(KINDS, random);
    const faults: Fault[] = [];
    let kind = deck.pop();
    for (let extras = 0; kind !== undefined; extras++) {
      const fault = faultOf(kind, faults, random);
      if (fault) faults.push(fault);
      kind = extras < MAX_EXTRAS && random() < EXTRA_SHARE ? pick(KINDS, random) : undefined;
    }
    yield { faults: faults.toSorted((one, other) => one.atMs - other.atMs) };
  }
}

/** The rest of a sentence that begins with the target. */
export function describeFault({ kind, target, atMs, forMs }: Fault): string {
  const { sentence } = FAULTS[kind];
  const lasts = forMs > 0 ? `, for ${(forMs / 1000).toFixed(1)} s` : "";
  return `${(atMs / 1000).toFixed(1)} s: ${target === "" ? sentence : `${target} ${sentence}`}${lasts}`;
}

/** A fault of that kind beside others; undefined where it may not be. */
function faultOf(kind: FaultKind, others: readonly Fault[], random: () => number): Fault | undefined {
  const { targets, forMs, class: own }: FaultRow = FAULTS[kind];
  const [least, most] = forMs;
  const taken = new Set(others.map(({ target }) => target));
  const free = (targets === "process" ? [...NODES, EDGE] : [...NODES]).filter((name) => !taken.has(name));
  const target = targets === "none" ? "" : pick(free, random);
  const atMs = Math.round(others.length === 0 ? 0 : random() * SPREAD_MS);
  const lastsMs = Math.round(least + random() * random() * (most - least)); // rather short than long
  const classes = others.map((other): FaultRow["class"] => FAULTS[other.kind].class);
  return target !== undefined && mayJoin(own, classes) ? { kind, target, atMs, forMs: lastsMs } : undefined;
}

/** Several processes may fail at once, and rooms be moved meanwhile. */
function mayJoin(own: FaultRow["class"], others: readonly FaultRow["class"][]): boolean {
  const isAlone = (each: FaultRow["class"]): boolean => each === "alone";
  if (own === "clients" || others.every((each) => each === "clients")) return !others.includes(own);
  if (isAlone(own) || others.some(isAlone)) return false;
  if (own === "process" || own === "move") return true;
  // One line and Redis itself at the same time would be several lines.
  return !others.includes("line") && !others.includes("redis");
}

function row(
  targets: FaultRow["targets"],
  forMs: FaultRow["forMs"],
  own: FaultRow["class"],
  sentence: string,
): FaultRow {
  return { targets, forMs, class: own, sentence };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => [random(), item] as const)
    .toSorted(([one], [other]) => one - other)
    .map(([, item]) => item);
}

function pick<T>(of: readonly T[], random: () => number): T | undefined {
  return of[Math.floor(random() * of.length)];
}
