import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock/clock.ts";
import { createLmdbStore } from "../../../src/op-log/lmdb-store.ts";
import type { LogStore } from "../../../src/op-log/store.ts";
import { batch, snapshot } from "../../support/log-bytes.ts";
import { logStoreContract } from "../../support/log-store-contract.ts";

logStoreContract("the LMDB store", async (clock) => {
  const path = await mkdtemp(join(tmpdir(), "arena.logs-"));
  const stores: LogStore[] = [];
  return {
    async start(options) {
      const store = createLmdbStore({ path, clock, ...options });
      stores.push(store);
      return store;
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await rm(path, { recursive: true });
    },
  };
});

describe("the LMDB store", () => {
  let path: string;
  let store: LogStore;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "arena-logs-"));
    store = createLmdbStore({ path: join(path, "logs"), clock: systemClock() });
  });
  afterEach(async () => {
    await store.close();
    await rm(path, { recursive: true });
  });

  it("says where it keeps what it is given", () => {
    assert.equal(store.description, `LMDB in ${join(path, "logs")}`);
  });

  it("[HIS2] uses the room again that compacting made", async () => {
    await store.close();
    store = createLmdbStore({ path: join(path, "logs"), clock: systemClock(), maxHistoryBytes: 0 });
    const log = await store.open("board/a");
    let written = 0;
    for (let seq = 1; seq <= 300; seq++) {
      await log.append(batch(seq, seq, 20_000));
      if (seq % 10 === 0) await log.compact(snapshot(seq, 100_000), seq - 5);
      written += 20_000;
    }

    const { size } = await stat(join(path, "logs", "data.mdb"));

    assert.ok(size < written / 4, `${size} bytes for ${written}`);
  });

  it("is not opened on a file that is not LMDB's, says so, and leaves the file", async () => {
    await store.close();
    await writeFile(join(path, "data.mdb"), "something else");
    store = createLmdbStore({ path, clock: systemClock() });

    await assert.rejects(store.open("board/a"), { code: "LOG_UNAVAILABLE", message: /not a database/ });

    assert.equal((await stat(join(path, "data.mdb"))).size, 14);
  });

  it("is not opened in a folder below a file, says why, and is once it can be", async () => {
    await writeFile(join(path, "logs"), "");
    await assert.rejects(store.open("board/a"), { code: "LOG_UNAVAILABLE", message: /ENOTDIR|Not a directory/ });
    await rm(join(path, "logs"));

    await (await store.open("board/a")).append(batch(1));
  });
});
