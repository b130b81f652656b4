import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { connect as connectTcp } from "node:net";
import { systemClock } from "../../src/clock/clock.ts";
import { createRedisStore, type RedisStore } from "../../src/op-log/redis-store.ts";
import type { StoredBatch, StoredLog } from "../../src/op-log/store.ts";
import { batch, snapshot } from "../support/log-bytes.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { openRewritingProxy, type RewritingProxy } from "../support/rewriting-proxy.ts";

const ALWAYS = { appendonly: "yes", appendfsync: "always" };
/** What a script replies in the place of WAITAOF. */
const [ON_DISK, NOT_YET, REFUSED] = ["{1, 0}", "{0, 0}", "redis.error_reply('ERR appendonly is disabled')"];
const SHORT = { commandTimeoutMs: 200, giveUpMs: 300 };

describe("With a Redis that fails,", () => {
  let redis: TestRedis;
  let ends: (() => Promise<void>)[];
  beforeEach(() => {
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends.toReversed()) await end();
  });

  const start = async (config: Record<string, string> = {}): Promise<void> => {
    redis = await startRedis(config);
    ends.push(() => redis.stop());
  };

  /** A store, and its events `lost` and `connected`. */
  const connect = async (options: { commandTimeoutMs?: number; giveUpMs?: number; port?: number } = {}) => {
    const { port = redis.port, ...times } = options;
    const events = new EventEmitter();
    const store = await createRedisStore({
      url: `redis://127.0.0.1:${port}`,
      clock: systemClock(),
      ...times,
      onConnected: () => events.emit("connected"),
      onDisconnected: () => events.emit("lost"),
    });
    ends.push(() => store.close());
    return { store, events };
  };

  const proxied = async (): Promise<RewritingProxy> => {
    const proxy = await openRewritingProxy(redis.port);
    ends.push(() => proxy.close());
    return proxy;
  };

  const reopen = async (store: RedisStore, log: StoredLog, key: string): Promise<StoredLog> => {
    await log.close();
    return store.open(key);
  };

  const batchesUpTo = (last: number): StoredBatch[] => Array.from({ length: last }, (_, index) => batch(index + 1));

  const appendUpTo = async (log: StoredLog, last: number, events = new EventEmitter()): Promise<void> => {
    for (const one of batchesUpTo(last)) {
      await log.append(one);
      events.emit("appended");
    }
  };

  it("appends go on by themselves when it was killed at any moment, and none is lost or there twice", async () => {
    await start(ALWAYS);
    const { store, events } = await connect();
    const logs = await Promise.all(Array.from({ length: 10 }, (_, index) => store.open(`board/${index}`)));
    let appends = 0;
    events.on("appended", () => appends++);
    const appended = Promise.all(logs.map((log) => appendUpTo(log, 60, events)));

    for (const kill of [100, 250, 400]) {
      while (appends < kill) await once(events, "appended");
      await Promise.all([once(events, "lost"), redis.kill()]);
      await Promise.all([once(events, "connected"), redis.restart()]);
    }
    await appended;

    const contents = await Promise.all(logs.map((log) => log.load()));
    assert.deepEqual(
      contents.map(({ batches }) => batches),
      logs.map(() => batchesUpTo(60)),
    );
  });

  it("what was appended is there for the next process after both were killed", async () => {
    await start(ALWAYS);
    const { store } = await connect();
    await appendUpTo(await store.open("board/a"), 5);
    await redis.restart();

    const log = await (await connect()).store.open("board/a");

    assert.deepEqual((await log.load()).batches, batchesUpTo(5));
  });

  it("an append waits while it stands still, is sent again, and is there once", async () => {
    await start();
    const { store, events } = await connect({ commandTimeoutMs: 300 });
    const log = await store.open("board/a");
    await log.append(batch(1));
    redis.pause();
    const appended = log.append(batch(2));
    await once(events, "lost");

    redis.resume();
    await appended;
    await log.append(batch(3));

    assert.deepEqual((await log.load()).batches, batchesUpTo(3));
  });

  it("an append whose answer is lost is repeated, and is there once", async () => {
    await start();
    const proxy = await proxied();
    const { store, events } = await connect({ port: proxy.port });
    const log = await store.open("board/a");
    await log.append(batch(1));
    loseNextReply(proxy);
    const lost = once(events, "lost");

    await log.append(batch(2));
    await lost;

    assert.deepEqual((await log.load()).batches, batchesUpTo(2));
  });

  it("an opening whose answer is lost is repeated, also where its epoch would be too old a second time", async () => {
    await start();
    const proxy = await proxied();
    const { store, events } = await connect({ port: proxy.port });
    await store.open("board/b"); // Redis knows the script from now on
    loseNextReply(proxy);
    const lost = once(events, "lost");

    const log = await store.open("board/a", 7);
    await lost;

    assert.equal(log.ownerEpoch, 7);
    await log.append(batch(1));
  });

  it("an append that may have been written is uncertain after the time for it, and so is all that follows", async () => {
    await start();
    const { store } = await connect(SHORT);
    const log = await store.open("board/a");
    await log.append(batch(1));
    redis.pause();

    await assert.rejects(log.append(batch(2)), { code: "LOG_UNCERTAIN" });

    redis.resume();
    await assert.rejects(log.append(batch(2)), { code: "LOG_UNCERTAIN" });
  });

  it("an append that was written before another took the log is not said to be refused", async () => {
    await start();
    const proxy = await proxied();
    const [old, other] = [await connect({ port: proxy.port }), await connect()];
    const log = await old.store.open("board/a");
    await log.append(batch(1));
    loseNextReply(proxy);
    const appended = assert.rejects(log.append(batch(2)), { code: "LOG_UNCERTAIN" });
    await once(old.events, "lost");
    proxy.toServer = () => undefined;
    const taken = await other.store.open("board/a");

    proxy.toServer = (bytes) => bytes;
    await appended;

    assert.deepEqual((await taken.load()).batches, batchesUpTo(2));
  });

  it("what comes late of an uncertain append is not taken once the log is open anew", async () => {
    await start();
    const proxy = await proxied();
    const { store, events } = await connect({ port: proxy.port, ...SHORT });
    const log = await store.open("board/a");
    await log.append(batch(1));
    const late: Buffer[] = [];
    proxy.toServer = (bytes) => {
      if (bytes.includes("evalsha")) late.push(bytes);
      return Buffer.alloc(0);
    };
    await Promise.all([once(events, "lost"), assert.rejects(log.append(batch(2)), { code: "LOG_UNCERTAIN" })]);
    const connected = once(events, "connected");
    proxy.toServer = (bytes) => bytes;
    await connected;
    const again = await reopen(store, log, "board/a");
    await again.append(batch(2, 4));

    const reply = await sendRaw(redis.port, late);

    assert.match(reply, /FENCED/);
    assert.deepEqual((await again.load()).batches, [batch(1), batch(2, 4)]);
  });

  for (const [what, write] of [
    ["append", (log: StoredLog) => log.append(batch(3))],
    ["cut", (log: StoredLog) => log.cut(3)],
    ["snapshot", (log: StoredLog) => log.compact(snapshot(1), 2)],
  ] as const) {
    it(`${what === "append" ? "an" : "a"} ${what} that comes a second time, after others have gone on, changes nothing`, async () => {
      await start();
      const proxy = await proxied();
      const { store } = await connect({ port: proxy.port });
      const log = await store.open("board/a");
      await appendUpTo(log, what === "cut" ? 3 : 2);
      const late: Buffer[] = [];
      proxy.toServer = (bytes) => {
        late.push(bytes);
        return bytes;
      };
      await write(log);
      proxy.toServer = (bytes) => bytes;
      if (what !== "append") await log.append(batch(3, 5));
      await log.compact(snapshot(2), 3);
      const content = await log.load();

      await sendRaw(redis.port, late);

      assert.deepEqual(await log.load(), content);
    });
  }

  it("an append that was not sent is refused as such, and the log goes on when Redis is back", async () => {
    await start(ALWAYS);
    const { store, events } = await connect(SHORT);
    const log = await store.open("board/a");
    await log.append(batch(1));
    await Promise.all([once(events, "lost"), redis.kill()]);

    await assert.rejects(log.append(batch(2)), { code: "LOG_UNAVAILABLE" });

    await Promise.all([once(events, "connected"), redis.restart()]);
    await log.append(batch(2, 3));
    assert.deepEqual((await log.load()).batches, [batch(1), batch(2, 3)]);
  });

  it("an append is refused where its memory is full, and taken when there is room", async () => {
    await start({ "maxmemory-policy": "noeviction" });
    const { store } = await connect();
    const log = await store.open("board/a");
    await log.append(batch(1));
    await redis.call("CONFIG", "SET", "maxmemory", "1");

    await assert.rejects(log.append(batch(2)), { code: "LOG_UNAVAILABLE", message: /OOM/ });

    await redis.call("CONFIG", "SET", "maxmemory", "0");
    await log.append(batch(2, 3));
    assert.deepEqual((await log.load()).batches, [batch(1), batch(2, 3)]);
  });

  it("a log is compacted where its memory is full, which makes room", async () => {
    await start({ "maxmemory-policy": "noeviction" });
    const { store } = await connect();
    const log = await store.open("board/a");
    await appendUpTo(log, 20);
    await redis.call("CONFIG", "SET", "maxmemory", "1");

    await log.compact(snapshot(20), 21);

    assert.deepEqual(await log.load(), { snapshot: snapshot(20).bytes, batches: [] });
  });

  it("an append waits for a master while it is a replica", async () => {
    await start();
    const { store, events } = await connect();
    const log = await store.open("board/a");
    await log.append(batch(1));
    await redis.call("REPLICAOF", "127.0.0.1", "1");

    const appended = log.append(batch(2));
    await once(events, "lost");
    await redis.call("REPLICAOF", "NO", "ONE");
    await appended;

    assert.deepEqual((await log.load()).batches, batchesUpTo(2));
  });

  it("a Redis that comes back empty is given nothing that would follow what it lost", async () => {
    await start();
    const { store, events } = await connect();
    const log = await store.open("board/a");
    await appendUpTo(log, 3);
    await Promise.all([once(events, "connected"), redis.restart({ isEmpty: true })]);

    await assert.rejects(log.append(batch(4)), { code: "LOG_UNCERTAIN" });

    const again = await reopen(store, log, "board/a");
    assert.ok(again.epoch > log.epoch);
    assert.deepEqual(await again.load(), { snapshot: undefined, batches: [] });
  });

  it("a Redis that comes back with less than it acknowledged is given nothing that would leave a hole", async () => {
    await start({ dbfilename: "dump.rdb" });
    const { store, events } = await connect();
    const log = await store.open("board/a");
    await log.append(batch(1));
    await redis.call("SAVE");
    await log.append(batch(2));
    await Promise.all([once(events, "connected"), redis.restart()]);

    await assert.rejects(log.append(batch(3)), { code: "LOG_UNCERTAIN" });

    const again = await reopen(store, log, "board/a");
    assert.ok(again.epoch > log.epoch);
    assert.deepEqual((await again.load()).batches, [batch(1)]);
  });

  it("the history gets a new epoch for whoever opens it after Redis has lost some of it", async () => {
    await start();
    const first = await (await connect()).store.open("board/a");
    await appendUpTo(first, 2);
    await redis.call("SAVE");
    await first.append(batch(3));
    await redis.restart();

    const other = await (await connect()).store.open("board/a");
    await other.append(batch(3, 8));

    assert.ok(other.epoch > first.epoch);
    await assert.rejects(first.append(batch(4)), { code: "LOG_FENCED" });
  });

  it("of two that write at once the older is refused, and what both were promised is there", async () => {
    await start();
    const [older, newer] = [await connect(), await connect()];
    const old = await older.store.open("board/a");
    const oldPromised: StoredBatch[] = [];
    const oldWriting = (async () => {
      for (const one of batchesUpTo(1000)) {
        await old.append(one);
        oldPromised.push(one);
      }
    })();
    const refused = assert.rejects(oldWriting, { code: "LOG_FENCED" });
    const log = await newer.store.open("board/a");
    const { batches } = await log.load();
    const next = batch(batches.length + 1, batches.length + 5);

    await log.append(next);
    await refused;

    assert.deepEqual((await log.load()).batches, [...oldPromised, next]);
  });

  for (const [what, replies, waits] of [
    ["waits for the disk", [ON_DISK], 1],
    ["is repeated until the disk has it", [NOT_YET, REFUSED, ON_DISK], 3],
  ] as const) {
    it(`an append ${what} where the log is written every second and Redis can tell`, async () => {
      await start({ appendonly: "yes", appendfsync: "everysec" });
      const proxy = await proxied();
      const seen = feignWaitAof(proxy, replies);
      const { store } = await connect({ port: proxy.port });
      const log = await store.open("board/a");

      await log.append(batch(1));

      assert.equal(store.durability.level, "fsync");
      assert.equal(seen.waits, waits);
      assert.deepEqual((await log.load()).batches, [batch(1)]);
    });
  }

  for (const [what, reply] of [
    ["does not get it in time", NOT_YET],
    ["is not waited for by Redis", REFUSED],
  ] as const) {
    it(`an append is uncertain where the disk ${what}`, async () => {
      await start({ appendonly: "yes", appendfsync: "everysec" });
      const proxy = await proxied();
      feignWaitAof(proxy, Array(100).fill(reply));
      const { store } = await connect({ port: proxy.port, ...SHORT });
      const log = await store.open("board/a");

      await assert.rejects(log.append(batch(1)), { code: "LOG_UNCERTAIN" });
    });
  }

  it("says anew what Redis keeps when another one answers", async () => {
    await start({ appendonly: "yes", appendfsync: "always" });
    const { store, events } = await connect();
    const before = store.durability.level;
    await redis.kill();

    await Promise.all([once(events, "connected"), redis.restart({ config: { appendonly: "no" } })]);
    await (await store.open("board/a")).append(batch(1));

    assert.deepEqual([before, store.durability.level], ["fsync", "none"]);
  });

  it("a start without a Redis ends in time, and says where none is", async () => {
    await start();
    await redis.kill();

    await assert.rejects(connect(SHORT), {
      code: "LOG_UNAVAILABLE",
      message: new RegExp(`127\\.0\\.0\\.1:${redis.port}`),
    });
  });
});

/** What is sent reaches Redis; what comes back next is lost together with the connection. */
function loseNextReply(proxy: RewritingProxy): void {
  proxy.toClient = () => {
    proxy.toClient = (bytes) => bytes;
    return undefined;
  };
}

/**
 * Passes the Redis behind it off as one of version 7.2: a WAITAOF becomes a script that replies whether the disk has it. So this
 * tests when we wait and what we make of the reply, and not what WAITAOF does.
 */
function feignWaitAof(proxy: RewritingProxy, replies: readonly string[]): { waits: number } {
  const seen = { waits: 0 };
  const command = /\*4\r\n\$7\r\nWAITAOF\r\n\$1\r\n1\r\n\$1\r\n0\r\n\$\d\r\n\d+\r\n/g;
  proxy.toClient = (bytes) =>
    Buffer.from(bytes.toString("latin1").replace(/redis_version:7\.0/, "redis_version:7.2"), "latin1");
  proxy.toServer = (bytes) => {
    const text = bytes.toString("latin1").replace(command, () => {
      const script = `return ${replies[seen.waits++] ?? ON_DISK}`;
      return `*3\r\n$4\r\nEVAL\r\n$${script.length}\r\n${script}\r\n$1\r\n0\r\n`;
    });
    return Buffer.from(text, "latin1");
  };
  return seen;
}

/** Sends bytes as they are, and gives what comes back first. */
async function sendRaw(port: number, chunks: readonly Buffer[]): Promise<string> {
  const socket = connectTcp({ port, host: "127.0.0.1" });
  socket.write(Buffer.concat(chunks));
  const [reply] = await once(socket, "data");
  socket.destroy();
  return String(reply);
}
