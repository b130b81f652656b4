import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { manualClock, seededRandom, systemClock } from "../../src/clock/clock.ts";
import { createLmdbStore } from "../../src/op-log/lmdb-store.ts";
import type { LogContent, LogStore } from "../../src/op-log/store.ts";
import { batch } from "../support/log-bytes.ts";

const ROUNDS = 20;

describe("an LMDB store that several processes use", () => {
  let path: string;
  const stores: LogStore[] = [];
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "arena-logs-"));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await rm(path, { recursive: true });
  });

  const startStore = (clock = systemClock()): LogStore => {
    const store = createLmdbStore({ path, clock });
    stores.push(store);
    return store;
  };
  const startWriter = (task: string): ChildProcess & { readonly stdout: NodeJS.ReadableStream } => {
    const child = spawn(process.execPath, ["test/support/lmdb-writer.ts", path, task], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    return child;
  };
  /** Kills the writer after so many promises; gives the last seq of each log that it had been promised. */
  const killAfter = async (promises: number, task: string): Promise<Map<string, number>> => {
    const writer = startWriter(task);
    const promised = new Map<string, number>();
    let left = promises;
    createInterface({ input: writer.stdout }).on("line", (line) => {
      const [key = "", seq] = line.split(" ");
      promised.set(key, Number(seq));
      if (--left === 0) writer.kill("SIGKILL");
    });
    await once(writer, "close");
    return promised;
  };

  it(`loses nothing that it promised, in ${ROUNDS} rounds of killing the writer at any moment`, async () => {
    const seed = Math.floor(Math.random() * 1e6);
    const random = seededRandom(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const promised = await killAfter(1 + Math.floor(random() * 300), String(seed + round));
      const store = startStore();
      for (const [key, seq] of promised) {
        const log = await store.open(key);
        assertKept(await log.load(), seq, `seed ${seed}, round ${round}, ${key}`);
        await log.close();
      }
      await store.close();
    }
  }).timeout(180_000);

  it("leaves the log to the process that opened it last, whose lock goes with it when it is killed", async () => {
    const store = startStore();
    const log = await store.open("board/a");
    await log.append(batch(1));

    await killAfter(5, "1");

    await assert.rejects(log.append(batch(2)), { code: "LOG_FENCED" });
    await log.close();
    const again = await store.open("board/a");
    const last = Number((await again.load()).batches.at(-1)?.to);
    await again.append(batch(last + 1));
    assert.ok(last > 1);
  });

  it("says of a write that hangs that it is uncertain, refuses more, and goes on once it has ended", async () => {
    const clock = manualClock();
    const store = startStore(clock);
    const [log, other] = [await store.open("board/a"), await store.open("board/b")];
    const holder = startWriter("hold");
    await once(holder.stdout, "data");

    const hung = log.append(batch(1));
    await passDeadline(clock, hung);
    await assert.rejects(hung, { code: "LOG_UNCERTAIN" });
    await assert.rejects(log.append(batch(1)), { code: "LOG_UNCERTAIN" });
    await assert.rejects(other.append(batch(1)), { code: "LOG_UNAVAILABLE" });
    await log.close();
    await assert.rejects(store.open("board/a"), { code: "LOG_UNAVAILABLE" });

    holder.kill("SIGKILL");
    const again = await openOnceItAnswers(store, "board/a");
    assert.deepEqual(
      (await again.load()).batches.map(({ to }) => to),
      [1],
    );
    await other.append(batch(1));
  });
});

/** Everything up to `seq` is there, in order and without a hole; what was never promised may be too. */
function assertKept({ snapshot, batches }: LogContent, seq: number, where: string): void {
  const atSnapshot = Number(/snapshot (\d+);/.exec(Buffer.from(snapshot ?? []).toString())?.[1] ?? 0);
  let next = batches[0]?.from ?? atSnapshot + 1;
  assert.ok(next <= atSnapshot + 1, `${where}: ${next} is behind the snapshot of ${atSnapshot}`);
  for (const { from, to, bytes } of batches) {
    assert.equal(from, next, where);
    assert.ok(Buffer.from(bytes).toString().startsWith(`${from}-${to}-`), where);
    next = to + 1;
  }
  assert.ok(next > seq, `${where}: ${seq} was promised, the log ends at ${next - 1}`);
}

/** Moves the clock until `promise` is settled. */
async function passDeadline(clock: ReturnType<typeof manualClock>, promise: Promise<unknown>): Promise<void> {
  let isSettled = false;
  promise.catch(() => {}).finally(() => (isSettled = true));
  while (!isSettled) {
    clock.advance(200);
    await new Promise(setImmediate);
  }
}

async function openOnceItAnswers(store: LogStore, key: string): ReturnType<LogStore["open"]> {
  for (;;) {
    try {
      return await store.open(key);
    } catch {
      await new Promise(setImmediate);
    }
  }
}
