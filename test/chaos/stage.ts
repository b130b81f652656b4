import { appendFileSync, mkdirSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { COMPILED } from "../support/cluster-processes.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";
import type { Chronicle } from "./chronicle.ts";
import { judgeLine } from "./log-lines.ts";
import { EDGE, NODES } from "./plan.ts";

/** A process of the cluster, with the lines on which it can be cut off. It has the same addresses after each start. */
export interface Actor {
  readonly name: string;
  /** Between it and Redis. */
  readonly redis: FaultProxy;
  /** Between the other processes, and clients, and it. */
  readonly door: FaultProxy;
  process: NodeProcess | undefined;
  /** Whether it is about to end on purpose. */
  isEnding: boolean;
}

/** A room as `/api/rooms` lists it. */
export interface ListedRoom {
  readonly roomId: string;
  readonly nodeId: string | undefined;
  readonly clients: number;
  readonly epoch: number;
}

/** Who is told, and where what processes say is written to; "" for nowhere. */
interface StageParts {
  readonly chronicle: Chronicle;
  readonly logs: string;
}

const ADMIN_TOKEN = "an-admin-token-for-chaos";
export const TOKEN_SECRET = "a-secret-of-chaos-that-signs-tokens-of-everybody";
/** A seat is kept for longer than any overlap of faults can take. */
export const RECONNECT_SECONDS = 60;
const START_TRIES = 60;
const START_AGAIN_MS = 500;
const ASK_MS = 5000;
/** A machine that has other work is no reason to let nobody in: what is tried is what breaks, not what is slow. */
const STRONG = ["--max-loop-delay-ms", "60000", "--max-tick-lateness-ms", "60000", "--join-ms", "60000"];

/** Three nodes and an edge as processes of their own, their Redis, and all lines between them and to the clients. */
export class Stage {
  readonly redis: TestRedis;
  readonly actors: ReadonlyMap<string, Actor>;
  readonly #chronicle: Chronicle;
  readonly #logs: string;
  readonly #dataDir = `/tmp/arena-chaos-${process.pid}`;
  #isOver = false;
  /** The largest memory of each process, in bytes. */
  readonly peakBytes = new Map<string, number>();

  private constructor(redis: TestRedis, actors: ReadonlyMap<string, Actor>, parts: StageParts) {
    this.redis = redis;
    this.actors = actors;
    this.#chronicle = parts.chronicle;
    this.#logs = parts.logs;
    if (this.#logs !== "") mkdirSync(this.#logs, { recursive: true });
    process.once("exit", () => this.#kill()); // also where the run itself fails
  }

  /** Resolves when all serve. */
  static async open(parts: StageParts): Promise<Stage> {
    const redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
    const actors = new Map<string, Actor>();
    for (const name of [...NODES, EDGE]) {
      const [line, door] = [await openFaultProxy({ targetPort: redis.port }), await openFaultProxy({ targetPort: 0 })];
      actors.set(name, { name, redis: line, door, process: undefined, isEnding: false });
    }
    const stage = new Stage(redis, actors, parts);
    try {
      await Promise.all([...actors.keys()].map((name) => stage.start(name)));
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  actor(name: string): Actor {
    const found = this.actors.get(name);
    if (!found) throw new Error(`There is no process ${name}.`);
    return found;
  }

  /** Where clients come in that know of no node. */
  url(name: string = EDGE): string {
    return `http://127.0.0.1:${this.actor(name).door.port}`;
  }

  /** Starts a process, as what supervises it would: again and again until it serves, since Redis may be away. */
  async start(name: string): Promise<void> {
    for (let tries = 1; !this.#isOver; tries++) {
      const actor = this.actor(name);
      const spawned = this.#spawn(actor);
      actor.process = spawned;
      actor.isEnding = false;
      const ready = await spawned.ready.catch(() => undefined);
      if (ready) {
        actor.door.targetPort = ready.port;
        void spawned.ended.then((code) => this.#ended(actor, spawned, code));
        return;
      }
      if (this.#isOver) return;
      const [words = ""] = spawned.stderr().trim().split("\n").slice(-1);
      if (tries === START_TRIES) throw new Error(`${name} does not start: ${words}`);
      await delay(START_AGAIN_MS);
    }
  }

  /** Sends a signal; resolves when the process has ended of it. */
  async end(name: string, signal: "SIGKILL" | "SIGTERM"): Promise<number | string | undefined> {
    const actor = this.actor(name);
    actor.isEnding = true;
    actor.process?.child.kill(signal);
    return actor.process?.ended;
  }

  /** What a process answers to those who run it. @throws Error where it does not within 5 s, or with another status than 200 */
  async ask(path: string, via: string = EDGE, body?: object): Promise<unknown> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
    const signal = AbortSignal.timeout(ASK_MS);
    const order = body ? { method: "POST", body: JSON.stringify(body) } : {};
    const answer = await fetch(`${this.url(via)}${path}`, { headers, signal, ...order });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  }

  /** All rooms of a type, as far as one page shows them. */
  async rooms(name: string, via?: string): Promise<readonly ListedRoom[]> {
    return ((await this.ask(`/api/rooms?name=${name}`, via)) as { rooms: ListedRoom[] }).rooms;
  }

  /** Looks how much memory each process has. */
  async measure(): Promise<void> {
    for (const { name, process: own } of this.actors.values()) {
      const status = await readFile(`/proc/${own?.child.pid}/status`, "utf8").catch(() => ""); // it may just have ended
      const [, kilobytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
      this.peakBytes.set(name, Math.max(this.peakBytes.get(name) ?? 0, Number(kilobytes) * 1024));
    }
  }

  /** Ends everything at once. */
  async close(): Promise<void> {
    this.#isOver = true;
    const ended = [...this.actors.keys()].map(async (name) => {
      this.actor(name).process?.child.kill("SIGCONT");
      await this.end(name, "SIGKILL");
    });
    await Promise.all(ended);
    this.redis.resume();
    await this.redis.stop();
    await Promise.all([...this.actors.values()].flatMap(({ redis, door }) => [redis.close(), door.close()]));
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  #kill(): void {
    for (const { process: own } of this.actors.values()) own?.child.kill("SIGKILL");
    void this.redis.kill();
  }

  #spawn(actor: Actor): NodeProcess {
    const { name, redis, door } = actor;
    const role = name === EDGE ? "edge" : "node";
    const own = ["--port", "0", "--host", "127.0.0.1", "--role", role, "--node-id", name, "--synthetic"];
    const seats = ["--reconnect-seconds", String(RECONNECT_SECONDS)];
    const address = ["--internal-address", `127.0.0.1:${door.port}`];
    const env = {
      ...COMPILED,
      REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      ARENA_ADMIN_TOKEN: ADMIN_TOKEN,
      ARENA_TOKEN_SECRET: TOKEN_SECRET,
      ARENA_DATA_DIR: this.#dataDir,
      LOG_LEVEL: this.#logs === "" ? "warn" : "debug",
    };
    const spawned = spawnNode([...own, ...seats, ...address, ...STRONG], env);
    const { stderr } = spawned.child;
    if (stderr) createInterface({ input: stderr }).on("line", (line) => this.#read(name, line));
    return spawned;
  }

  #read(name: string, line: string): void {
    if (this.#logs !== "") appendFileSync(join(this.#logs, `${name}.log`), `${line}\n`);
    const verdict = judgeLine(line);
    if (verdict === "wrong") this.#chronicle.wrong(`${name} says: ${line.slice(0, 600)}`);
  }

  #ended(actor: Actor, spawned: NodeProcess, code: number | string): void {
    if (actor.process !== spawned || actor.isEnding || this.#isOver) return;
    this.#chronicle.wrong(`${actor.name} ended by itself, with ${code}: ${spawned.stderr().slice(-600)}`);
    void this.start(actor.name).catch((error) => this.#chronicle.wrong(String(error)));
  }
}
