import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile, realpath, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { ArenaError } from "../errors/errors.ts";
import { openDataDir } from "./data-dir.ts";

/** A Redis that this process has started. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  /** Ends it at once; what it has acknowledged is on the disk. */
  kill(): void;
}

const HERE = "127.0.0.1";
/** In the folder of a Redis: at which port it is. */
const PORT_FILE = "port";
/** A Redis on this machine answers sooner, or is none. */
const ASK_MS = 1000;
const DEFAULT_PATH = "/usr/bin/redis-server";
/** Ends with Redis; and ends it when the pipe to this process closes: then this process is gone, however it went. */
const WATCHED = `exec 3<&0
"$@" 3<&- & redis=$!
{ cat <&3; kill $redis; } > /dev/null 2>&1 & watch=$!
exec 3<&-
trap 'kill $redis' TERM
{ wait $redis; wait $redis; } 2> /dev/null
kill $watch 2> /dev/null`;

/** Where a Redis keeps what it has, and which it is. */
export interface RedisServerOptions {
  readonly dataDir: string;
  /** Default: Debian's. */
  readonly path?: string | undefined;
  /** Default: one that is free. */
  readonly port?: number | undefined;
}

/**
 * Starts a Redis for this machine only, which keeps everything in `<dataDir>/redis` and acknowledges nothing before it
 * is on the disk.
 *
 * @throws ArenaError CLUSTER_UNAVAILABLE where there is none, it does not start, or another has the folder
 */
export async function startRedisServer(options: RedisServerOptions): Promise<RedisServer> {
  const { dataDir, path = DEFAULT_PATH } = options;
  if (!existsSync(path)) {
    throw new ArenaError("CLUSTER_UNAVAILABLE", `There is no Redis at ${path}; install it, or set REDIS_URL.`);
  }
  const dir = join(dataDir, "redis");
  await openDataDir(dir);
  await refuseSecond(dir);
  const port = options.port ?? (await freePort());
  await writeFile(join(dir, PORT_FILE), String(port));
  const config = { bind: HERE, port: String(port), dir, save: "", appendonly: "yes", appendfsync: "always" };
  const args = Object.entries(config).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn("/bin/sh", ["-c", WATCHED, "redis", path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true, // a Ctrl-C is for this process, which ends Redis last
  });
  const pid = await becomesReady(child);
  const ended = once(child, "close").then(() => {}); // not before nobody has its files any more, as its output
  return {
    url: `redis://${HERE}:${port}`,
    port,
    pid,
    ended,
    stop: async () => {
      child.stdin?.end();
      await ended;
    },
    kill: () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(pid, "SIGKILL"); // its watcher ends with it
    },
  };
}

/** Two in one folder would write into each other's files: each tells there where it is. */
async function refuseSecond(dir: string): Promise<void> {
  const port = Number(await readFile(join(dir, PORT_FILE), "utf8").catch(() => 0)); // nobody has been there
  if (!port || (await folderOf(port)) !== (await realpath(dir))) return;
  const advice = "End that cluster, or choose another folder with --data-dir.";
  throw new ArenaError("CLUSTER_UNAVAILABLE", `The Redis at ${HERE}:${port} of another cluster has ${dir}. ${advice}`);
}

/** Where the Redis at a port keeps what it has; undefined where there is none. */
async function folderOf(port: number): Promise<string | undefined> {
  const socket = connect(port, HERE).setTimeout(ASK_MS, () => socket.destroy());
  socket.end("CONFIG GET dir\r\n");
  const answer = await text(socket).catch(() => ""); // nobody is there
  return /\r\n(\/.*)\r\n/.exec(answer)?.[1];
}

/** Gives the pid of Redis itself, which it says first of all. */
function becomesReady(child: ChildProcess): Promise<number> {
  const said: string[] = [];
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error("It has no output."); // it was started with one
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      const pid = Number(/^(\d+):/.exec(line)?.[1]);
      if (line.includes("Ready to accept connections")) resolve(pid);
    });
    child.once("close", () => {
      reject(new ArenaError("CLUSTER_UNAVAILABLE", `Redis ended: ${said.slice(-3).join(" ")}`));
    });
  });
}

/** A port that nobody has at this moment; Redis cannot be told to choose one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, HERE);
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
