import type { Clock } from "../clock/clock.ts";
import { systemClock } from "../clock/clock.ts";
import { endLeaseOf } from "../cluster/cluster.ts";
import { type Config, loadConfig, parseFlags } from "../config/config.ts";
import { ArenaError, toArenaError } from "../errors/errors.ts";
import { createTelemetry } from "../telemetry/telemetry.ts";
import { type Child, type Ready, startChild } from "./child.ts";
import type { CommandContext } from "./cli.ts";
import { type RedisServer, startRedisServer } from "./redis-server.ts";
import { restartPolicy } from "./restarts.ts";

const DEFAULT_NODES = 3;
const MAX_NODES = 64;
const HERE = "127.0.0.1";
const REDIS_PORT = 6379;
/** A Redis that hangs does not hear that it is to end. */
const REDIS_STOP_MS = 5000;

/** What `cluster` was asked for. */
export interface ClusterCommand {
  readonly nodes: number;
  /** Options of each process, checked. */
  readonly config: Config;
  /** Arguments for each process. */
  readonly args: readonly string[];
}

/** What each process gets from its cluster, whatever the command line says. */
const PER_PROCESS: ReadonlySet<string> = new Set([
  "port",
  "host",
  "role",
  "node-id",
  "data-dir",
  "redis-url",
  "internal-address",
]);

/**
 * Reads `--nodes`; everything else is for the processes, but for what differs from one to the other.
 *
 * @throws ArenaError CONFIG_INVALID
 */
export function readClusterCommand({ args, env }: CommandContext): ClusterCommand {
  const at = args.findIndex((arg) => arg === "--nodes" || arg.startsWith("--nodes="));
  const [own = `--nodes=${DEFAULT_NODES}`, next = ""] = at < 0 ? [] : args.slice(at);
  const isInline = own.includes("=");
  const text = isInline ? own.slice(own.indexOf("=") + 1) : next;
  const nodes = /^\d+$/.test(text) ? Number(text) : 0;
  if (nodes < 1 || nodes > MAX_NODES) {
    throw new ArenaError("CONFIG_INVALID", `--nodes: expected a whole number from 1 to ${MAX_NODES}, got "${text}".`);
  }
  const rest = at < 0 ? args : args.toSpliced(at, isInline ? 1 : 2);
  const shared = [...parseFlags(rest)].filter(([flag]) => !PER_PROCESS.has(flag));
  return { nodes, config: loadConfig({ env, args: rest }), args: shared.map(([flag, value]) => `--${flag}=${value}`) };
}

/**
 * Starts a cluster on this machine: a Redis where none is named, an edge on the port, and nodes on free ports; starts again what dies,
 * and ends everything with itself.
 *
 * @throws ArenaError CONFIG_INVALID, CLUSTER_UNAVAILABLE
 */
export async function runCluster(context: CommandContext): Promise<void> {
  const command = readClusterCommand(context);
  const { config } = command;
  const { dataDir } = config;
  const path = context.env["REDIS_SERVER_PATH"];
  const redis = config.redisUrl === "" ? await startRedisServer({ dataDir, path }) : undefined;
  const cluster = new LocalCluster(command, context.env, redis);
  endOnSignal(cluster);
  const ready = await cluster.start();
  process.stderr.write(`Arena is ready. Open http://localhost:${ready.edge.port}/ in a browser.\n`);
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

interface ClusterReady {
  readonly event: "ready";
  readonly edge: Pick<Ready, "port" | "pid">;
  readonly nodes: readonly Omit<Ready, "event" | "bootId">[];
  /** Without a pid where it was there before. */
  readonly redis: { readonly port: number; readonly pid?: number };
}

class LocalCluster {
  readonly #command: ClusterCommand;
  readonly #env: CommandContext["env"];
  #redis: RedisServer | undefined;
  readonly #clock: Clock = systemClock("foreground");
  readonly #children = new Set<Child>();
  #isEnding = false;
  /** Up to the end of the others: what they have they bring to it. */
  #isRedisNeeded = true;

  constructor(command: ClusterCommand, env: CommandContext["env"], redis: RedisServer | undefined) {
    this.#command = command;
    this.#env = env;
    this.#redis = redis;
    if (redis) void this.#keepRedis(redis);
  }

  get #redisUrl(): string {
    return this.#redis?.url ?? this.#command.config.redisUrl;
  }

  async start(): Promise<ClusterReady> {
    const { nodes, config } = this.#command;
    const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
    const [edge, ...rest] = await Promise.all([
      this.#keep("edge", { ARENA_ROLE: "edge", PORT: String(config.port), HOST: config.host }),
      ...names.map((name) => this.#keep(name, { ARENA_ROLE: "node", PORT: "0", HOST: HERE })),
    ]);
    const { port, pid } = this.#redis ?? { port: Number(new URL(config.redisUrl).port || REDIS_PORT), pid: undefined };
    return {
      event: "ready",
      edge: { port: edge?.port ?? 0, pid: edge?.pid ?? 0 },
      nodes: rest.map(({ nodeId, pid, port }) => ({ nodeId, pid, port })),
      redis: { port, ...(pid !== undefined && { pid }) },
    };
  }

  /** Ends all of it, Redis last: the nodes bring what they have to it. */
  async end(): Promise<void> {
    this.#isEnding = true;
    for (const child of this.#children) child.signal("SIGTERM");
    await Promise.all([...this.#children].map(({ ended }) => ended));
    this.#isRedisNeeded = false;
    const stop = this.#clock.after(REDIS_STOP_MS, () => this.#redis?.kill());
    await this.#redis?.stop();
    stop();
  }

  /** Ends all of it at once. */
  kill(): void {
    for (const child of this.#children) child.signal("SIGKILL");
    process.exit(1);
  }

  /** Keeps one process going; resolves when it is first ready. */
  #keep(name: string, role: Readonly<Record<string, string>>): Promise<Ready> {
    return new Promise((resolve) => void this.#run(name, role, resolve));
  }

  async #run(name: string, role: Readonly<Record<string, string>>, onReady: (ready: Ready) => void): Promise<void> {
    const policy = restartPolicy();
    let port = role["PORT"] ?? "";
    while (!this.#isEnding) {
      const startMs = this.#clock.nowMs();
      const child = this.#launch(name, { ...role, PORT: port });
      const ready = await child.ready;
      if (ready) onReady(ready);
      if (ready && role["ARENA_ROLE"] === "edge") port = String(ready.port); // where clients look for it
      await child.ended;
      this.#children.delete(child);
      if (this.#isEnding) return;
      void this.#endLease(ready);
      const waitMs = policy.after(this.#clock.nowMs() - startMs, ready !== undefined);
      if (waitMs === undefined) return this.#giveUp(`${name} does not start`);
      await this.#pause(name, waitMs);
    }
  }

  /** Nobody has to wait until the lease of a process has run out that was seen to end. */
  async #endLease(ended: Ready | undefined): Promise<void> {
    if (!ended) return; // it held none that is known here
    const { nodeId, bootId } = ended;
    const { redisPrefix } = this.#command.config;
    try {
      const where = { redisUrl: this.#redisUrl, redisPrefix, clock: this.#clock, telemetry: createTelemetry() };
      await endLeaseOf({ nodeId, bootId }, where);
    } catch (error) {
      process.stderr.write(`The lease of ${nodeId} runs out by itself: ${toArenaError(error).message}\n`);
    }
  }

  async #pause(name: string, waitMs: number): Promise<void> {
    process.stderr.write(`${name} has ended; it is started again in ${waitMs} ms.\n`);
    await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
  }

  /** The others find it where it was, with what it had. */
  async #keepRedis(first: RedisServer): Promise<void> {
    const policy = restartPolicy();
    const { dataDir } = this.#command.config;
    const options = { dataDir, path: this.#env["REDIS_SERVER_PATH"], port: first.port };
    let startMs = this.#clock.nowMs();
    for (let redis: RedisServer | undefined = first; ; ) {
      await redis?.ended;
      // It is not given up: the others go on without it for as long as it takes.
      const waitMs = policy.after(this.#clock.nowMs() - startMs, true);
      if (this.#isRedisNeeded) await this.#pause("Redis", waitMs ?? 0);
      if (!this.#isRedisNeeded) return;
      startMs = this.#clock.nowMs();
      redis = await startRedisServer(options).catch((error: unknown) => {
        process.stderr.write(`${toArenaError(error).message}\n`);
        return undefined;
      });
      this.#redis = redis ?? this.#redis;
    }
  }

  #launch(name: string, role: Readonly<Record<string, string>>): Child {
    const { config, args } = this.#command;
    const env = {
      NODE_COMPILE_CACHE: `${config.dataDir}/compiled`, // who is started again has less to do while others take its rooms
      ...this.#env,
      ...role,
      ARENA_NODE_ID: name,
      ARENA_INTERNAL_ADDRESS: HERE,
      ARENA_DATA_DIR: `${config.dataDir}/${name}`,
      REDIS_URL: this.#redisUrl,
    };
    const child = startChild(args, env);
    this.#children.add(child);
    return child;
  }

  #giveUp(reason: string): void {
    if (this.#isEnding) return;
    process.stderr.write(`The cluster ends: ${reason}.\n`);
    void this.end().finally(() => process.exit(1));
  }
}

function endOnSignal(cluster: LocalCluster): void {
  let isEnding = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (isEnding) cluster.kill();
      isEnding = true;
      void cluster.end().finally(() => process.exit(0));
    });
  }
}
