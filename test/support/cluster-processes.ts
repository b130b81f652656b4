import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { ColyseusSDK } from "@colyseus/sdk";
import { startRedis, type TestRedis } from "./redis.ts";
import { type NodeProcess, spawnServer } from "./spawn-node.ts";

/** A node as `/api/nodes` lists it. */
export interface ListedNode {
  readonly nodeId: string;
  readonly bootId: string;
  readonly role: string;
  readonly pid: number;
  /** Undefined before it has told it. */
  readonly load?: { readonly loop: number };
}

/** A room as `/api/rooms` lists it. */
export interface ListedRoom {
  readonly roomId: string;
  readonly nodeId: string;
  readonly clients: number;
}

/**
 * What a process has compiled is kept for the next, which then starts in two thirds of the time. Which lines run cannot be
 * counted exactly with that, so it is not: most of these processes are killed, and never told.
 */
export const COMPILED = { NODE_COMPILE_CACHE: "node_modules/.cache/arena-compiled", NODE_V8_COVERAGE: "" };
const ADMIN = "an-admin-token-for-tests";
/** Use of the event loop at which it says nothing about where a room should be. */
const AT_REST = 0.4;
const LOOK_EVERY_MS = 10;

/** What a cluster is started with. */
interface ClusterOptions {
  readonly nodes?: readonly string[];
  readonly edges?: readonly string[];
  /** Done between the start of Redis and that of the processes. */
  readonly prepare?: (redis: TestRedis) => Promise<void>;
  /** Where a process finds Redis; where it is, unless told otherwise. */
  readonly redisUrl?: (name: string, redis: TestRedis) => string;
  readonly args?: readonly string[];
  /** What each process runs. Default: src/main.ts. */
  readonly program?: string;
  /** For Node itself, of a process. */
  readonly nodeFlags?: (name: string) => readonly string[];
}

/** Processes of one cluster, and their Redis, on this machine. */
export class TestCluster {
  readonly redis: TestRedis;
  readonly processes = new Map<string, NodeProcess>();
  readonly #ports = new Map<string, number>();
  readonly #options: ClusterOptions;

  private constructor(redis: TestRedis, options: ClusterOptions) {
    this.redis = redis;
    this.#options = options;
  }

  /** Starts three nodes and an edge, unless told otherwise; resolves when all serve and know of each other. */
  static async start(options: ClusterOptions = {}): Promise<TestCluster> {
    const redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
    await options.prepare?.(redis);
    const cluster = new TestCluster(redis, options);
    const { nodes = ["n1", "n2", "n3"], edges = ["edge"] } = options;
    const roles = [...nodes.map((name) => [name, "node"] as const), ...edges.map((name) => [name, "edge"] as const)];
    await Promise.all(roles.map(([name, role]) => cluster.add(name, role)));
    // A machine that is still busy with starting them would be a reason to have all rooms on one node.
    const isAtRest = ({ role, load }: ListedNode): boolean => role === "edge" || (load?.loop ?? 1) < AT_REST;
    while ((await cluster.nodes()).filter(isAtRest).length < roles.length) await turn();
    return cluster;
  }

  /** For a command that is run against it. */
  get adminEnv(): NodeJS.ProcessEnv {
    return { PATH: process.env["PATH"], ARENA_ADMIN_TOKEN: ADMIN };
  }

  /** Starts one more process. */
  async add(name: string, role: "node" | "edge"): Promise<NodeProcess> {
    const spawned = this.spawn(name, role);
    this.processes.set(name, spawned);
    this.#ports.set(name, (await spawned.ready).port);
    return spawned;
  }

  /** Starts a process that the cluster need not take in; it has to be ended by the test. */
  spawn(name: string, role: "node" | "edge"): NodeProcess {
    const {
      redisUrl = (_, redis) => redis.url,
      args = [],
      nodeFlags = () => [],
      program = "src/main.ts",
    } = this.#options;
    const own = ["--port", "0", "--host", "127.0.0.1", "--role", role, "--node-id", name];
    const env = {
      ...COMPILED,
      REDIS_URL: redisUrl(name, this.redis),
      ARENA_ADMIN_TOKEN: ADMIN,
      ARENA_DATA_DIR: `/tmp/arena-test-${process.pid}`,
    };
    return spawnServer([...nodeFlags(name), program, ...own, ...args], env);
  }

  /** `host:port` of a process; of the first edge unless told otherwise. */
  address(name = this.#options.edges?.[0] ?? "edge"): string {
    return `127.0.0.1:${this.#ports.get(name)}`;
  }

  sdk(name?: string): ColyseusSDK {
    return new ColyseusSDK(`http://${this.address(name)}`);
  }

  process(name: string | undefined): NodeProcess {
    const found = this.processes.get(name ?? "");
    assert.ok(found, `no process ${name}`);
    return found;
  }

  async nodes(via?: string): Promise<readonly ListedNode[]> {
    return ((await this.ask("/api/nodes", via)) as { nodes: ListedNode[] }).nodes;
  }

  async rooms(name: string, via?: string): Promise<readonly ListedRoom[]> {
    return ((await this.ask(`/api/rooms?name=${name}`, via)) as { rooms: ListedRoom[] }).rooms;
  }

  async ask(path: string, via?: string): Promise<unknown> {
    const answer = await fetch(`http://${this.address(via)}${path}`, { headers: { authorization: `Bearer ${ADMIN}` } });
    assert.equal(answer.status, 200, `${path}: ${answer.status}`);
    return answer.json();
  }

  /** Posts to a route for those who run the cluster. */
  async post(path: string, body: object = {}, via?: string): Promise<unknown> {
    const headers = { authorization: `Bearer ${ADMIN}`, "content-type": "application/json" };
    const answer = await fetch(`http://${this.address(via)}${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  }

  /** Moves a room to another node. */
  async move(roomId: string, nodeId?: string): Promise<{ readonly outcome: string; readonly nodeId: string }> {
    const body = nodeId === undefined ? {} : { nodeId };
    return (await this.post(`/api/rooms/${roomId}/move`, body)) as { outcome: string; nodeId: string };
  }

  async stop(): Promise<void> {
    for (const { child } of this.processes.values()) child.kill("SIGKILL");
    await Promise.all([...this.processes.values()].map(({ ended }) => ended));
    await this.redis.stop();
  }
}

/** Between two looks at what tells nobody when it changes: who looks all the time keeps from its work what is looked at. */
export function turn(): Promise<void> {
  return delay(LOOK_EVERY_MS);
}
