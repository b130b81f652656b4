import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A Redis that the benchmark has for itself; it keeps nothing. */
export interface RedisProcess {
  readonly url: string;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
}

/** Ends Redis when the pipe to this process closes: then this process is gone, however it went. */
const WATCHED = "\"$@\" & redis=$!; trap 'kill $redis' TERM; cat > /dev/null; kill $redis; wait $redis";

/** Starts the Redis of the PATH on this machine only, on the core of the load, where the benchmark itself has little to do meanwhile. */
export async function startRedis(): Promise<RedisProcess> {
  const dir = await mkdtemp(join(tmpdir(), "arena-bench-redis-"));
  const port = await freePort();
  const options = { bind: "127.0.0.1", port: String(port), dir, save: "", appendonly: "no" };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn("/bin/sh", ["-c", WATCHED, "redis", "redis-server", ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const ready = new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    createInterface({ input: child.stdout }).on("line", (line) => {
      said.push(line);
      if (line.includes("Ready to accept connections")) resolve();
    });
    void ended.then(() => reject(new Error(`Redis ended: ${said.slice(-3).join(" ")}`)));
  });
  const close = async (): Promise<void> => {
    child.stdin.end();
    await ended;
    await rm(dir, { recursive: true, force: true });
  };
  await ready.catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { url: `redis://127.0.0.1:${port}`, close };
}

/** A port that nobody has at this moment; Redis cannot be told to choose one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}
