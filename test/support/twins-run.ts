import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/clock/clock.ts";
import { startRedis, type TestRedis } from "./redis.ts";
import { type LiveRoom, SEATS, TwinsProcess } from "./twins-process.ts";

/** One run: rooms are asked for by many at once while the processes that make them stand still at the worst moments. */
export interface TwinsRun {
  readonly seed: number;
  /** Rooms that are wanted. */
  readonly creations: number;
  /** Told now and then how far it is. */
  readonly tell: (words: string) => void;
}

/** What came of a run. Everything that must not be is told by a sentence in `wrongs`. */
export interface TwinsOutcome {
  readonly calls: number;
  readonly seats: number;
  /** How often each error of the catalogue was answered. */
  readonly refusals: Readonly<Record<string, number>>;
  /** How often a process stood still at each moment, and for 2 s or longer, after which its lease is gone. */
  readonly stops: Readonly<Record<string, number>>;
  readonly rooms: number;
  readonly wrongs: readonly string[];
}

/** How one call ended. */
type Ending =
  | { readonly kind: "seat"; readonly roomId: string }
  | { readonly kind: "refused"; readonly code: string }
  | { readonly kind: "lost"; readonly words: string };

interface Call {
  readonly method: "create" | "joinOrCreate";
  readonly name: "single" | "grouped" | "named";
  /** What the room is for: callers with the same key want the same room, or one of the same group. */
  readonly key: string;
  ending?: Ending;
}

const ADMIN = "an-admin-token-for-tests";
const NODES = ["n1", "n2", "n3"];
const EDGE = "edge";
const NAMES = ["single", "grouped", "named"];
/** Of the rooms: most are made by one call each; some are asked for by several at once. */
const SINGLE_SHARE = 0.6;
const CALLS_PER_NAMED = 3;
const ROOMS_PER_GROUP = 4;
/** Calls for one room come that close to one another, among the others. */
const NEARNESS = 24;
const CALLS_IN_FLIGHT = 32;
/** What a call may take in all: it is answered, whatever stands still. */
const CALL_MS = 30_000;
/** Of the moments at which a process may stop by itself. */
const STOP_SHARE = 0.02;
const MIN_STOP_MS = 50;
const MAX_STOP_MS = 4000;
/** One in so many stops is a long one. */
const LONG_EVERY = 3;
const SHORT_STOP_MS = 500;
const LEASE_MS = 2000;
/** From one stop from outside to the next. */
const MAX_QUIET_MS = 3000;
/** For leases to be held again, and rows to be written anew. */
const SETTLE_MS = 30_000;
const LOOK_MS = 200;
/** What never has to be, whatever stands still. */
const FAILURES = /^.*"event":"(node|room):failed".*$/gm;
const TELL_EVERY = 1000;
const OPTIONS = [
  ...["--port", "0", "--host", "127.0.0.1", "--log-level", "warn", "--volatile-redis"],
  // A machine that is busy with standing still is no reason to refuse anybody.
  ...["--max-loop-delay-ms", "60000", "--max-tick-lateness-ms", "60000"],
];

/** Plays a run; its seed decides who asks for what and who stops when, as far as one can decide that. */
export async function playTwinsRun(run: TwinsRun): Promise<TwinsOutcome> {
  const redis = await startRedis();
  const world = new World(run, redis);
  try {
    return await world.play();
  } catch (cause) {
    throw new Error(`TWINS_SEED=${run.seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  } finally {
    await world.end();
    await redis.stop();
  }
}

class World {
  readonly #run: TwinsRun;
  readonly #redis: TestRedis;
  readonly #random: () => number;
  readonly #processes = [...NODES, EDGE].map((nodeId) => new TwinsProcess(nodeId));
  readonly #stops: Record<string, number> = {};
  readonly #stopping = new Set<Promise<void>>();
  #isCalm = false;

  constructor(run: TwinsRun, redis: TestRedis) {
    this.#run = run;
    this.#redis = redis;
    this.#random = seededRandom(run.seed);
  }

  async play(): Promise<TwinsOutcome> {
    await Promise.all(this.#processes.map((each, index) => this.#serve(each, index)));
    await this.#untilWhole();
    const calls = planCalls(this.#run.creations, this.#random);
    const stopper = this.#stopFromOutside();
    await this.#make(calls);
    this.#isCalm = true;
    for (const each of this.#processes) each.calm();
    await stopper;
    await Promise.all(this.#stopping);
    await this.#untilWhole();
    const wrongs = await this.#untilRight(calls);
    for (const { nodeId, log } of this.#processes)
      for (const line of log.match(FAILURES) ?? []) this.#run.tell(`${nodeId}: ${line}`);
    return { ...outcomeOf(calls), stops: this.#stops, rooms: (await this.#live()).length, wrongs };
  }

  async end(): Promise<void> {
    await Promise.all(this.#processes.map((each) => each.kill()));
  }

  async #serve(each: TwinsProcess, index: number): Promise<void> {
    const role = each.nodeId === EDGE ? "edge" : "node";
    const own = ["--node-id", each.nodeId, "--role", role, "--redis-url", this.#redis.url, "--admin-token", ADMIN];
    each.onStop((moment) => this.#count(moment, (ms) => each.resume(ms)));
    await each.serve({
      args: [...OPTIONS, ...own],
      seed: this.#run.seed * NODES.length + index,
      stopShare: STOP_SHARE,
    });
  }

  /** Stops any process at any moment, until it is calm. */
  async #stopFromOutside(): Promise<void> {
    while (!this.#isCalm) {
      await delay(this.#random() * MAX_QUIET_MS);
      const each = this.#processes[Math.floor(this.#random() * this.#processes.length)];
      if (each && !this.#isCalm) this.#count(each.nodeId === EDGE ? "edge" : "any", (ms) => each.stop(ms));
    }
  }

  #count(moment: string, stop: (ms: number) => Promise<void>): void {
    const isLong = this.#random() < 1 / LONG_EVERY;
    const ms = MIN_STOP_MS + this.#random() * ((isLong ? MAX_STOP_MS : SHORT_STOP_MS) - MIN_STOP_MS);
    this.#stops[moment] = (this.#stops[moment] ?? 0) + 1;
    if (ms > LEASE_MS) this.#stops["over 2 s"] = (this.#stops["over 2 s"] ?? 0) + 1;
    const stopping = stop(ms).finally(() => this.#stopping.delete(stopping));
    this.#stopping.add(stopping);
  }

  async #make(calls: readonly Call[]): Promise<void> {
    let next = 0;
    const runner = async (): Promise<void> => {
      for (let call = calls[next]; call; call = calls[next]) {
        const index = next++;
        if (index % TELL_EVERY === 0) this.#run.tell(`call ${index} of ${calls.length}`);
        call.ending = await this.#ask(call, index);
      }
    };
    await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, runner));
  }

  async #ask({ method, name, key }: Call, call: number): Promise<Ending> {
    const { port } = this.#processes[Math.floor(this.#random() * this.#processes.length)] ?? { port: 0 };
    return post(`http://127.0.0.1:${port}/matchmake/${method}/${name}`, { call, key });
  }

  /** Until every process sees every other, with its load told. */
  async #untilWhole(): Promise<void> {
    for (const { port } of this.#processes) {
      const isWhole = async (): Promise<boolean> => {
        const { nodes } = await get<{ nodes: { role: string; load?: object }[] }>(port, "/api/nodes");
        return nodes.length === this.#processes.length && nodes.every(({ role, load }) => role === "edge" || load);
      };
      for (const untilMs = performance.now() + SETTLE_MS; !(await isWhole()); await delay(LOOK_MS))
        if (performance.now() > untilMs) throw new Error("The cluster is not whole again.");
    }
  }

  /** What is wrong, once that changes no more. */
  async #untilRight(calls: readonly Call[]): Promise<readonly string[]> {
    for (const untilMs = performance.now() + SETTLE_MS; ; await delay(LOOK_MS)) {
      const wrongs = wrongsOf(calls, await this.#live(), await this.#listed());
      if (wrongs.length === 0) return this.#unfindable(calls);
      if (performance.now() > untilMs) return wrongs;
    }
  }

  async #live(): Promise<readonly LiveIn[]> {
    const rooms = this.#processes.map(async (each) => {
      const live = await each.rooms();
      return live.map((room) => ({ ...room, nodeId: each.nodeId }));
    });
    return (await Promise.all(rooms)).flat();
  }

  /** Every listed room, as the edge tells it. */
  async #listed(): Promise<readonly Listed[]> {
    const port = this.#processes.at(-1)?.port ?? 0;
    const listed: Listed[] = [];
    for (const name of NAMES) {
      for (let cursor: string | undefined = ""; cursor !== undefined; ) {
        const page: { rooms: Listed[]; cursor?: string } = await get(port, `/api/rooms?name=${name}${cursor}`);
        listed.push(...page.rooms);
        cursor = page.cursor && `&cursor=${page.cursor}`;
      }
    }
    return listed;
  }

  /** Rooms in which somebody has a seat and which cannot be joined by their id from another process. */
  async #unfindable(calls: readonly Call[]): Promise<readonly string[]> {
    const seated = new Map(
      calls.flatMap(({ name, key, ending }) => (ending?.kind === "seat" ? [[ending.roomId, { name, key }]] : [])),
    );
    const wrongs: string[] = [];
    const rooms = [...seated];
    const runner = async (): Promise<void> => {
      for (let room = rooms.pop(); room; room = rooms.pop()) {
        const [roomId, { key }] = room;
        const { port } = this.#processes[rooms.length % this.#processes.length] ?? { port: 0 };
        const ending = await post(`http://127.0.0.1:${port}/matchmake/joinById/${roomId}`, { call: -1, key });
        const isFound = ending.kind === "seat" || (ending.kind === "refused" && ending.code === "ROOM_FULL");
        if (!isFound) wrongs.push(`unfindable: ${roomId} (${key}) answers ${JSON.stringify(ending)}`);
      }
    };
    await Promise.all(Array.from({ length: CALLS_IN_FLIGHT }, runner));
    return wrongs;
  }
}

interface LiveIn extends LiveRoom {
  readonly nodeId: string;
}

interface Listed {
  readonly roomId: string;
  readonly nodeId?: string;
}

/** The calls for so many rooms, in an order in which those for one room are near to one another. */
function planCalls(creations: number, random: () => number): readonly Call[] {
  const singles = Math.round(creations * SINGLE_SHARE);
  const groups = Math.max(1, Math.round((creations - singles) / 4 / ROOMS_PER_GROUP));
  const nameds = creations - singles - groups * ROOMS_PER_GROUP;
  const wanted: { readonly call: Call; readonly times: number }[] = [];
  for (let index = 0; index < singles; index++)
    wanted.push({ call: { method: "create", name: "single", key: `s${index}` }, times: 1 });
  for (let index = 0; index < groups; index++)
    wanted.push({
      call: { method: "joinOrCreate", name: "grouped", key: `g${index}` },
      times: ROOMS_PER_GROUP * SEATS,
    });
  for (let index = 0; index < nameds; index++)
    wanted.push({ call: { method: "joinOrCreate", name: "named", key: `n${index}` }, times: CALLS_PER_NAMED });
  const placed = wanted.flatMap(({ call, times }) => {
    const at = random() * creations;
    return Array.from({ length: times }, () => ({ call: { ...call }, at: at + random() * NEARNESS }));
  });
  return placed.toSorted((one, other) => one.at - other.at).map(({ call }) => call);
}

/** Everything that must not be: of the calls, the rooms that live, and the listing. */
function wrongsOf(calls: readonly Call[], live: readonly LiveIn[], listed: readonly Listed[]): readonly string[] {
  const open = live.filter(({ isOpen }) => isOpen);
  const [openIds, listedIds] = [new Set(open.map(({ roomId }) => roomId)), new Set(listed.map(({ roomId }) => roomId))];
  const isOfOne = ({ name }: LiveRoom): boolean => name !== "grouped";
  return [
    ...calls.flatMap(({ ending, key }) =>
      ending?.kind === "lost" ? [`lost: the call for ${key} ended with ${ending.words}`] : [],
    ),
    ...calls.flatMap(({ ending, key }) =>
      ending?.kind === "seat" && !openIds.has(ending.roomId)
        ? [`lost: ${key} has a seat in ${ending.roomId}, which does not live`]
        : [],
    ),
    ...twice(open.map(({ roomId }) => roomId)).map(
      (roomId) =>
        `twin: ${roomId} lives in ${open.flatMap((room) => (room.roomId === roomId ? room.nodeId : []))}; listed ${JSON.stringify(listed.filter((row) => row.roomId === roomId))}`,
    ),
    ...twice(open.filter(isOfOne).map(({ name, key }) => `${name} ${key}`)).map((key) => `twin: ${key} has two rooms`),
    ...live
      .filter(({ isOpen }) => !isOpen)
      .map(({ roomId, key }) => `ghost: ${roomId} (${key}) was begun and is neither open nor ended`),
    ...open
      .filter(({ roomId }) => !listedIds.has(roomId))
      .map(({ roomId, key }) => `vanished: ${roomId} (${key}) lives and is not listed`),
    ...listed
      .filter(({ roomId }) => !openIds.has(roomId))
      .map(({ roomId }) => `dead: ${roomId} is listed and does not live`),
    ...twice(listed.map(({ roomId }) => roomId)).map((roomId) => `listed twice: ${roomId}`),
  ];
}

function twice(values: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}

function outcomeOf(calls: readonly Call[]): Pick<TwinsOutcome, "calls" | "seats" | "refusals"> {
  const refusals: Record<string, number> = {};
  let seats = 0;
  for (const { ending } of calls) {
    if (ending?.kind === "seat") seats++;
    if (ending?.kind === "refused") refusals[ending.code] = (refusals[ending.code] ?? 0) + 1;
  }
  return { calls: calls.length, seats, refusals };
}

/** An answer of the catalogue is a clear one, unless it is INTERNAL; everything else means that the call was lost. */
async function post(url: string, options: object): Promise<Ending> {
  try {
    // A line that was kept may be cut for its idleness just when its process goes on; that is no matter of matchmaking.
    const headers = { "content-type": "application/json", connection: "close" };
    const signal = AbortSignal.timeout(CALL_MS);
    const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(options), signal });
    const body = (await answer.json()) as { roomId?: string; name?: string }; // a seat, or a row of the catalogue
    if (answer.ok && body.roomId !== undefined) return { kind: "seat", roomId: body.roomId };
    if (!answer.ok && body.name !== undefined && body.name !== "INTERNAL") return { kind: "refused", code: body.name };
    return { kind: "lost", words: `${answer.status} ${JSON.stringify(body)}` };
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${error.cause}` : "";
    return { kind: "lost", words: `${error}${cause}` };
  }
}

async function get<T>(port: number, path: string): Promise<T> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${ADMIN}` } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}
