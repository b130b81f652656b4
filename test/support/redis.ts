import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Redis } from "ioredis";

/** Debian's Redis unless `REDIS_SERVER_PATH` names another. */
const REDIS_SERVER_PATH = process.env["REDIS_SERVER_PATH"] ?? "/usr/bin/redis-server";
const MAX_PORTS = 10;

/** A Redis of one's own, on this machine only, with a folder of its own. */
export interface TestRedis {
  readonly port: number;
  readonly url: string;
  /** Sends one command over a connection of its own, and gives the reply. */
  call(name: string, ...args: readonly string[]): Promise<unknown>;
  /** Lets it stand still: it takes connections and answers nothing. */
  pause(): void;
  resume(): void;
  /** Ends it with SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Keeps a copy of what is on its disk now: what a replica had that lags behind. */
  copy(): Promise<void>;
  /** Starts it again at the same address: with what it has in its folder, with the last copy of it, or `isEmpty`; `config` goes over what it had. */
  restart(options?: RestartOptions): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** How a Redis comes back. */
interface RestartOptions {
  readonly isEmpty?: boolean;
  readonly isCopy?: boolean;
  readonly config?: Readonly<Record<string, string>>;
}

/** Starts a Redis; `config` is that of redis.conf, such as `{ appendonly: "yes" }`. Nothing is kept unless it says so. */
export async function startRedis(config: Readonly<Record<string, string>> = {}): Promise<TestRedis> {
  for (let tries = 1; ; tries++) {
    const dir = await mkdtemp(join(tmpdir(), "arena-redis-"));
    const port = await freePort();
    try {
      return new RunningRedis(port, { dir, config, child: await launch(port, dir, config) });
    } catch (error) {
      await rm(dir, { recursive: true });
      if (tries === MAX_PORTS || !String(error).includes("in use")) throw error;
    }
  }
}

interface Parts {
  readonly dir: string;
  readonly config: Readonly<Record<string, string>>;
  readonly child: ChildProcess;
}

class RunningRedis implements TestRedis {
  readonly port: number;
  readonly #dir: string;
  readonly #config: Readonly<Record<string, string>>;
  #child: ChildProcess;

  constructor(port: number, { dir, config, child }: Parts) {
    this.port = port;
    this.#dir = dir;
    this.#config = config;
    this.#child = child;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async call(name: string, ...args: readonly string[]): Promise<unknown> {
    const password = this.#config["requirepass"];
    const client = new Redis(this.url, password === undefined ? {} : { password });
    try {
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  pause(): void {
    assert.ok(this.#child.kill("SIGSTOP"));
  }

  resume(): void {
    assert.ok(this.#child.kill("SIGCONT"));
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }

  async copy(): Promise<void> {
    await rm(this.#copyDir, { recursive: true, force: true });
    await cp(this.#dir, this.#copyDir, { recursive: true });
  }

  async restart({ isEmpty = false, isCopy = false, config = {} }: RestartOptions = {}): Promise<void> {
    await this.kill();
    if (isEmpty || isCopy) await rm(this.#dir, { recursive: true });
    if (isEmpty) await mkdir(this.#dir);
    if (isCopy) await cp(this.#copyDir, this.#dir, { recursive: true });
    this.#child = await launch(this.port, this.#dir, { ...this.#config, ...config });
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#dir, { recursive: true });
    await rm(this.#copyDir, { recursive: true, force: true });
  }

  get #copyDir(): string {
    return `${this.#dir}-copy`;
  }
}

/** Resolves when it serves; rejects with what it said where it ends instead. */
async function launch(port: number, dir: string, config: Readonly<Record<string, string>>): Promise<ChildProcess> {
  const options = { bind: "127.0.0.1", port: String(port), dir, save: "", ...config };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(REDIS_SERVER_PATH, args, { stdio: ["ignore", "pipe", "inherit"] });
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      if (line.includes("Ready to accept connections")) resolve(child);
    });
    child.on("error", reject);
    child.on("close", () => reject(new Error(`Redis ended: ${said.join("\n")}`)));
  });
}

/** A Redis Cluster of three masters, each with a third of the slots. */
export interface TestRedisCluster {
  /** Of one of them. */
  readonly url: string;
  /** Empties all of them. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/** First and last slot of each. */
const SLOTS = [
  [0, 5460],
  [5461, 10922],
  [10923, 16383],
] as const;

/** Starts a cluster; resolves when each node knows it whole. */
export async function startRedisCluster(): Promise<TestRedisCluster> {
  const busPorts: number[] = [];
  for (const _ of SLOTS) busPorts.push(await freePort());
  const nodes = await Promise.all(busPorts.map(startClusterNode));
  const [first] = nodes;
  assert.ok(first);
  for (const [index, node] of nodes.entries()) {
    await node.call("CLUSTER", "ADDSLOTSRANGE", ...(SLOTS[index] ?? []).map(String));
    if (node !== first) await first.call("CLUSTER", "MEET", "127.0.0.1", String(node.port), String(busPorts[index]));
  }
  await Promise.all(nodes.map(knowsAllSlots));
  return {
    url: first.url,
    flush: async () => {
      await Promise.all(nodes.map((node) => node.call("FLUSHALL")));
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

function startClusterNode(busPort: number): Promise<TestRedis> {
  return startRedis({ "cluster-enabled": "yes", "cluster-port": String(busPort), "cluster-announce-ip": "127.0.0.1" });
}

/** Nodes tell nobody when they have learned of each other, so this asks until they have. */
async function knowsAllSlots(node: TestRedis): Promise<void> {
  while (!String(await node.call("CLUSTER", "INFO")).startsWith("cluster_state:ok")) {}
}

/** A port that nobody has at this moment; Redis cannot be told to choose one. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  server.close();
  await once(server, "close");
  return address.port;
}
