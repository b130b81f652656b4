import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock/clock.ts";
import { ArenaError } from "../../src/errors/errors.ts";
import { createLmdbStore } from "../../src/op-log/lmdb-store.ts";
import type { LogStore, StoredLog } from "../../src/op-log/store.ts";
import { batch, snapshot } from "../support/log-bytes.ts";

const DISK_MB = 6;

describe("an LMDB store on a disk that is full or cannot be written", () => {
  let disk: string;
  const stores: LogStore[] = [];
  const unhandled: unknown[] = [];
  const keep = (error: unknown): void => void unhandled.push(error);

  before(function () {
    // Only root can mount the small disk that this needs.
    if (process.platform !== "linux" || process.getuid?.() !== 0) this.skip();
  });
  beforeEach(async () => {
    unhandled.length = 0;
    process.on("unhandledRejection", keep);
    disk = await mkdtemp(join(tmpdir(), "arena-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "tmpfs", disk]);
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    process.off("unhandledRejection", keep);
    execFileSync("umount", [disk]);
    await rm(disk, { recursive: true });
  });

  const startStore = (): LogStore => {
    const store = createLmdbStore({ path: join(disk, "logs"), clock: systemClock() });
    stores.push(store);
    return store;
  };
  const openLogs = (store: LogStore, count: number): Promise<StoredLog[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => store.open(`board/${index}`)));
  const freeRoom = (): Promise<void> => rm(join(disk, "ballast"));

  it("refuses what finds no room, keeps what it promised, and goes on once there is room", async () => {
    await writeFile(join(disk, "ballast"), Buffer.alloc(2_000_000));
    const logs = await openLogs(startStore(), 5);
    const kept = await fill(logs);

    await freeRoom();
    await Promise.all(logs.map((log, index) => log.append(batch(Number(kept[index]) + 1))));

    const loaded = await Promise.all(logs.map(async (log) => (await log.load()).batches.at(-1)?.to));
    assert.deepEqual(
      loaded,
      kept.map((last) => last + 1),
    );
    assert.deepEqual(unhandled, []);
  });

  it("says that the disk is full, when to try again, and what the system said", async () => {
    const [log] = await openLogs(startStore(), 1);
    assert.ok(log);

    const error = await log.compact(snapshot(1, DISK_MB * 1024 * 1024), 1).catch((reason: unknown) => reason);

    assert.ok(error instanceof ArenaError && error.cause instanceof Error);
    assert.equal(error.code, "LOG_UNAVAILABLE");
    assert.match(error.message, /the disk is full/);
    assert.deepEqual(error.details, { retryAfterMs: 1000 });
  });

  it("keeps after a restart exactly what it promised on the full disk", async () => {
    const store = startStore();
    const kept = await fill(await openLogs(store, 5));
    await store.close();
    freeRoomByMounting(disk);

    const logs = await openLogs(startStore(), 5);

    const loaded = await Promise.all(logs.map(async (log) => (await log.load()).batches.at(-1)?.to));
    assert.deepEqual(loaded, kept);
  });

  it("is not opened on a full disk, where the process would die, and is once there is room", async () => {
    await writeFile(join(disk, "ballast"), Buffer.alloc(DISK_MB * 1024 * 1024 - 4096));
    const store = startStore();

    await assert.rejects(store.open("board/a"), { code: "LOG_UNAVAILABLE", message: /the disk is full/ });

    await freeRoom();
    await (await store.open("board/a")).append(batch(1));
  });

  it("is not opened in a folder that cannot be written, says why, and is once it can be", async () => {
    await mkdir(join(disk, "logs"));
    execFileSync("mount", ["-o", "remount,ro", disk]);
    const store = startStore();

    await assert.rejects(store.open("board/a"), { code: "LOG_UNAVAILABLE", message: /Read-only file system/ });

    execFileSync("mount", ["-o", "remount,rw", disk]);
    await (await store.open("board/a")).append(batch(1));
  });

  it("is not opened where its folder cannot be made, and says why", async () => {
    execFileSync("mount", ["-o", "remount,ro", disk]);

    await assert.rejects(startStore().open("board/a"), { code: "LOG_UNAVAILABLE", message: /EROFS/ });
  });
});

/** Appends to all logs at once until some are refused five times in a row; gives the last seq that each was promised. */
async function fill(logs: readonly StoredLog[]): Promise<number[]> {
  const kept = logs.map(() => 0);
  for (let refusals = 0; refusals < 5; ) {
    const results = await Promise.allSettled(
      logs.map((log, index) => log.append(batch(Number(kept[index]) + 1, undefined, 20_000))),
    );
    let isRefused = false;
    for (const [index, result] of results.entries()) {
      if (result.status === "fulfilled") kept[index] = Number(kept[index]) + 1;
      else {
        isRefused = true;
        assert.equal(result.reason.code, "LOG_UNAVAILABLE");
      }
    }
    refusals = isRefused ? refusals + 1 : 0;
  }
  assert.ok(kept.every((last) => last > 1));
  return kept;
}

function freeRoomByMounting(disk: string): void {
  execFileSync("mount", ["-o", `remount,size=${DISK_MB * 2}m`, disk]);
}
