/**
 * What it costs to keep rooms: `node loadtest/bench/checkpoint-cost.ts [rooms] [entities] [seconds]`. The same rooms run in a node of their own
 * twice, kept and not, each with one client; what differs is the checkpoints. Prints one JSON line for each.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { Client } from "@colyseus/sdk";

const [rooms = 100, entities = 300, seconds = 10] = process.argv.slice(2).map(Number);
const WARM_UP_MS = 3000;
const MANY = "100000";

for (const durability of ["none", "checkpoint"]) {
  console.log(JSON.stringify({ durability, rooms, entities, seconds, ...(await measure(durability)) }));
}
process.exit(); // the SDK would try to come back

async function measure(durability: string): Promise<Record<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), "arena-cost-"));
  const flags = ["matchmaking-per-second", "connections-per-second", "max-connections-per-ip"].flatMap((flag) => [
    `--${flag}`,
    MANY,
  ]);
  const args = ["src/main.ts", "--port", "0", "--host", "127.0.0.1", "--data-dir", folder, ...flags];
  const env = { ARENA_SYNTHETIC: "1", LOG_LEVEL: "error" };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  try {
    const port = await new Promise<number>((resolve) =>
      createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line).port)),
    );
    const sdk = new Client(`ws://127.0.0.1:${port}`);
    for (let room = 0; room < rooms; room++) {
      const options = { entities, changed: Math.ceil(entities / 10), durability };
      (await sdk.create("synthetic", options)).onMessage("*", () => {});
    }
    await delay(WARM_UP_MS);
    const before = await metricsAt(port);
    await delay(seconds * 1000);
    return difference(before, await metricsAt(port));
  } finally {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true });
  }
}

async function metricsAt(port: number): Promise<Map<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return new Map(
    text.split("\n").map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  );
}

function difference(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  const of = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  const kept = of('arena_checkpoint_capture_seconds_count{name="synthetic"}');
  const rounded = (value: number): number => Math.round(value * 1000) / 1000;
  return {
    cpuSeconds: rounded(of("process_cpu_seconds_total")),
    checkpoints: kept,
    captureMs: rounded((1000 * of('arena_checkpoint_capture_seconds_sum{name="synthetic"}')) / Math.max(1, kept)),
    bytes: Math.round(of('arena_checkpoint_bytes_total{name="synthetic"}') / Math.max(1, kept)),
  };
}
