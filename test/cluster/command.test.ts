import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import { DEPARTED_MS } from "../../src/cluster/types.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";

const run = promisify(execFile);
const ADMIN = "an-admin-token-for-tests";

interface ClusterReady {
  readonly edge: { readonly port: number; readonly pid: number };
  readonly nodes: readonly { readonly nodeId: string; readonly pid: number; readonly port: number }[];
  readonly redis: { readonly port: number; readonly pid: number };
}

describe("the command `cluster`", function () {
  this.timeout(60_000);
  let dir: string;
  let cluster: NodeProcess;
  let ready: ClusterReady;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "arena-cluster-"));
    cluster = spawnNode(["cluster", "--nodes", "2", "--port", "0", "--data-dir", dir], { ARENA_ADMIN_TOKEN: ADMIN });
    ready = (await cluster.ready) as unknown as ClusterReady; // the ready line of a cluster
  });
  afterEach(async () => {
    cluster.child.kill("SIGKILL");
    await cluster.ended;
    for (const pid of pids()) while (isAlive(pid)) await turn();
    await rm(dir, { recursive: true });
  });

  const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 20));
  const pids = (): number[] => [ready.edge.pid, ready.redis.pid, ...ready.nodes.map(({ pid }) => pid)];
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };

  it("starts a Redis, an edge and nodes, prints one ready line, and ends all of it on SIGTERM", async () => {
    const page = await fetch(`http://127.0.0.1:${ready.edge.port}/healthz`);

    cluster.child.kill("SIGTERM");

    assert.equal(await cluster.ended, 0);
    assert.deepEqual([page.status, ready.nodes.length, cluster.lines.length], [200, 2, 1]);
    assert.deepEqual(pids().filter(isAlive), []);
  });

  it("has its edge on the same port again when that was killed", async () => {
    process.kill(ready.edge.pid, "SIGKILL");
    while (isAlive(ready.edge.pid)) await turn();

    const health = async (): Promise<number> => (await fetch(`http://127.0.0.1:${ready.edge.port}/healthz`)).status;
    let status = 0;
    while (status !== 200) {
      await turn();
      status = await health().catch(() => 0);
    }

    assert.equal(status, 200);
  });

  it("[FOV1] ends the lease of a node that was killed, which nobody has to wait for then", async () => {
    const redis = new Redis(ready.redis.port, "127.0.0.1");
    const leases = async (): Promise<readonly string[]> => redis.zrange("arena:{nodes}:leases", 0, -1, "WITHSCORES");
    const who = await redis.hgetall("arena:{nodes}:who");
    const [killed] = ready.nodes;
    assert.ok(killed);
    const bootId = Object.keys(who).find((boot) => JSON.parse(who[boot] ?? "").nodeId === killed.nodeId) ?? "";
    const endMs = Number((await leases())[(await leases()).indexOf(bootId) + 1]);

    process.kill(killed.pid, "SIGKILL");
    while ((await leases()).includes(bootId)) await turn();
    const [seconds] = await redis.time();
    redis.disconnect();

    // One that has run out by itself is there for so long yet.
    assert.ok(Number(seconds) * 1000 < endMs + DEPARTED_MS);
  });

  it("[NOD3] empties its processes on a signal to all of them, as Ctrl-C is, and ends Redis last", async () => {
    const group = [cluster.child.pid ?? 0, ...ready.nodes.map(({ pid }) => pid), ready.edge.pid];

    for (const pid of group) process.kill(pid, "SIGTERM");

    assert.equal(await cluster.ended, 0);
    assert.equal(cluster.stderr().match(/"event":"node:stopped"/g)?.length, group.length - 1);
    assert.deepEqual(pids().filter(isAlive), []);
  });

  it("[FLT2] ends on a signal also where its Redis hangs", async () => {
    process.kill(ready.redis.pid, "SIGSTOP");

    cluster.child.kill("SIGTERM");

    assert.equal(await cluster.ended, 0);
    assert.deepEqual(pids().filter(isAlive), []);
  });

  it("[FLT2] starts its Redis again where that was killed, at the same port and with what it had", async () => {
    const redis = new Redis(ready.redis.port, "127.0.0.1", { retryStrategy: () => 50, maxRetriesPerRequest: null });
    redis.on("error", () => {}); // it is away for a while
    const secret = await redis.get("arena:{nodes}:secret");

    process.kill(ready.redis.pid, "SIGKILL");
    while (isAlive(ready.redis.pid)) await turn();
    const kept = await redis.get("arena:{nodes}:secret");
    redis.disconnect();
    const isReady = async (): Promise<boolean> =>
      (await fetch(`http://127.0.0.1:${ready.edge.port}/readyz`)).status === 200;
    while (!(await isReady())) await turn();

    assert.ok(secret);
    assert.equal(kept, secret);
    cluster.child.kill("SIGTERM");
    assert.equal(await cluster.ended, 0);
  });

  it("refuses a folder that another one has, says so, and leaves that alone", async () => {
    const second = spawnNode(["cluster", "--nodes", "1", "--port", "0", "--data-dir", dir]);
    await assert.rejects(second.ready);

    assert.equal(await second.ended, 1);
    assert.match(second.stderr(), /Redis at 127\.0\.0\.1:\d+ .* has .*redis.* choose another folder with --data-dir/);
    assert.deepEqual(pids().filter(isAlive), pids());
  });

  it("[DRN1] starts again what `restart` ends, one after the other, and the edge where it was", async () => {
    const args = ["--url", `http://127.0.0.1:${ready.edge.port}`, "--nodes", "2", "--budget-ms", "1000"];
    const env = { PATH: process.env["PATH"], ARENA_ADMIN_TOKEN: ADMIN };

    const { stdout } = await run(process.execPath, ["src/main.ts", "restart", ...args], { env });

    assert.deepEqual(stdout.match(/(?<=back as ).*/g), ["node-1", "node-2", "edge"]);
    assert.deepEqual(pids().filter(isAlive), [ready.redis.pid]);
    assert.equal((await fetch(`http://127.0.0.1:${ready.edge.port}/healthz`)).status, 200);
    cluster.child.kill("SIGTERM");
    assert.equal(await cluster.ended, 0);
  });

  it("leaves nothing behind when it is killed", async () => {
    cluster.child.kill("SIGKILL");
    await cluster.ended;

    for (const pid of pids()) while (isAlive(pid)) await turn();

    assert.deepEqual(pids().filter(isAlive), []);
  });
});

it("the command `cluster` ends at once with a sentence where its processes cannot start", async function () {
  this.timeout(60_000);
  const dir = await mkdtemp(join(tmpdir(), "arena-cluster-"));
  const env = { REDIS_URL: "redis://127.0.0.1:1" };
  const cluster = spawnNode(["cluster", "--nodes", "1", "--port", "0", "--data-dir", dir], env);
  await assert.rejects(cluster.ready);
  const said = cluster.stderr();
  await rm(dir, { recursive: true, force: true });

  assert.equal(await cluster.ended, 1);
  assert.match(said, /The cluster ends: /);
  assert.doesNotMatch(said, /started again/);
});
