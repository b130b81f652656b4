/**
 * A process that writes to an LMDB store until it is killed, for tests: `lmdb-writer.ts <folder> <seed>` appends to each
 * of three logs and prints `<key> <seq>` for every batch that it was promised; `lmdb-writer.ts <folder> hold`
 * takes LMDB's lock for writing, prints `held`, and keeps it.
 */
import { writeSync } from "node:fs";
import { open } from "lmdb";
import { seededRandom, systemClock } from "../../src/clock/clock.ts";
import { createLmdbStore } from "../../src/op-log/lmdb-store.ts";
import type { LogStore } from "../../src/op-log/store.ts";
import { batch, snapshot } from "./log-bytes.ts";

const WRITER_KEYS = ["board/a", "board/b", "board/c"];

const [path = "", task = ""] = process.argv.slice(2);
if (task === "hold") hold();
else await writeAll(createLmdbStore({ path, clock: systemClock() }), Number(task));

function hold(): void {
  open({ path, noSubdir: false, overlappingSync: false }).transactionSync(() => {
    writeSync(1, "held\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
}

async function writeAll(store: LogStore, seed: number): Promise<void> {
  await Promise.all(WRITER_KEYS.map((key, index) => write(store, key, seededRandom(seed + index))));
}

async function write(store: LogStore, key: string, random: () => number): Promise<void> {
  const log = await store.open(key);
  const { batches, snapshot: bytes } = await log.load();
  const atSnapshot = Number(/snapshot (\d+);/.exec(Buffer.from(bytes ?? []).toString())?.[1] ?? 0);
  for (let seq = Math.max(atSnapshot, batches.at(-1)?.to ?? 0) + 1; ; seq++) {
    await log.append(batch(seq, seq, 64 + Math.floor(random() * 3000)));
    writeSync(1, `${key} ${seq}\n`);
    if (random() < 0.02) await log.compact(snapshot(seq, 50_000), Math.max(1, seq - 10));
  }
}
