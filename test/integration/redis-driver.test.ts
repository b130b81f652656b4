import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { IRoomCache } from "@colyseus/core";
import fc from "fast-check";
import { type Clock, manualClock, systemClock } from "../../src/clock/clock.ts";
import { localGate, redisGate } from "../../src/matchmaking/gate.ts";
import { RedisDriver } from "../../src/matchmaking/redis-driver.ts";
import { connectRedis, type RedisLink } from "../../src/redis/redis.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

let prefixes = 0;

describe("the listing in Redis", () => {
  let redis: TestRedis;
  let link: RedisLink;
  before(async () => {
    redis = await startRedis();
    link = await connectRedis({
      url: redis.url,
      clock: systemClock(),
      commandTimeoutMs: 2000,
      connectTimeoutMs: 5000,
      giveUpMs: 2000,
      onConnected: () => {},
      onDisconnected: () => {},
    });
  });
  after(async () => {
    link.close();
    await redis.stop();
  });

  /** Drivers of processes that live, on one listing. */
  const open = (
    boots: Set<string>,
    confirm = async () => true,
    epochOf: () => number | undefined = () => 1,
    { over = link, clock = systemClock() }: { over?: RedisLink; clock?: Clock } = {},
  ) => {
    const names = new Map<string, string>();
    const [prefix, disowned]: [string, string[]] = [`p${++prefixes}`, []];
    const driver = (): RedisDriver =>
      new RedisDriver({
        clock,
        link: over,
        prefix,
        telemetry: createTelemetry(),
        lookUpOf: () => ({ filterBy: ["mode", "map"], sortBy: { clients: -1 } }),
        liveBoots: () => [...boots],
        disown: async (bootId, roomIds) => {
          if (boots.has(bootId)) return false;
          for (const roomId of roomIds) disowned.push(roomId);
          return true;
        },
        nameOf: async (roomId) => names.get(roomId),
        epochOf,
        confirm: async (room) => {
          names.set(room.roomId, room.name);
          return confirm();
        },
      });
    return { driver, prefix, disowned };
  };
  /** Another Redis, and a link to it that gives up soon. */
  const openOther = async (): Promise<{ other: TestRedis; away: RedisLink }> => {
    const other = await startRedis({ appendonly: "yes", appendfsync: "always" });
    const away = await connectRedis({
      url: other.url,
      clock: systemClock(),
      commandTimeoutMs: 200,
      connectTimeoutMs: 5000,
      giveUpMs: 100,
      onConnected: () => {},
      onDisconnected: () => {},
    });
    return { other, away };
  };
  /** What fails takes its time by itself. */
  const untilDone = async <T>(run: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        assert.equal((error as { code?: string }).code, "CLUSTER_UNAVAILABLE");
      }
    }
  };
  const row = (roomId: string, rest: Partial<IRoomCache> = {}): IRoomCache => ({
    name: "match",
    roomId,
    processId: "boot-a",
    clients: 0,
    maxClients: 10,
    locked: false,
    private: false,
    unlisted: false,
    createdAt: new Date(1000),
    metadata: {},
    ...rest,
  });

  it("[LST1] finds what a filter and a sort over all rows would find first", async function () {
    this.timeout(60_000);
    const mode = fc.constantFrom("duel", "team", 1, undefined);
    const room = fc.record({
      clients: fc.nat({ max: 5 }),
      locked: fc.boolean(),
      private: fc.boolean(),
      boot: fc.constantFrom("boot-a", "boot-b", "boot-dead"),
      metadata: fc.record({ mode, map: fc.constantFrom("x", "y") }),
    });
    const wanted = fc.record(
      { mode: fc.constantFrom("duel", "team", 1), map: fc.constantFrom("x", "y") },
      { requiredKeys: [] },
    );

    await fc.assert(
      fc.asyncProperty(fc.array(room, { maxLength: 12 }), wanted, async (rooms, filter) => {
        const { driver } = open(new Set(["boot-a", "boot-b"]));
        const writer = driver();
        const rows = rooms.map(({ boot, ...rest }, index) =>
          row(`r${index}`, { ...rest, processId: boot, createdAt: new Date(1000 + index) }),
        );
        for (const each of rows) await writer.insert(each);

        const found = await driver().findOne(
          { name: "match", locked: false, private: false, ...filter },
          { clients: -1 },
        );

        const fitting = rows
          .filter(({ processId, locked, private: isPrivate }) => processId !== "boot-dead" && !locked && !isPrivate)
          .filter(({ metadata }) => Object.entries(filter).every(([field, value]) => metadata[field] === value))
          .sort((one, other) => other.clients - one.clients || Number(one.createdAt) - Number(other.createdAt));
        assert.equal(found?.roomId, fitting[0]?.roomId);
      }),
      { numRuns: 60 },
    );
  });

  it("[LST2] finds a room by one script, and follows what changes", async () => {
    const { driver } = open(new Set(["boot-a"]));
    const [owner, reader] = [driver(), driver()];
    const room = row("r1", { metadata: { mode: "duel" } });
    await owner.insert(room);
    const find = async (): Promise<string | undefined> =>
      (await reader.findOne({ name: "match", locked: false, private: false, mode: "duel" } as never, { clients: -1 }))
        ?.roomId;

    const listed = await find();
    await owner.update(room, { $inc: { clients: 3 }, $set: { locked: true } });
    const locked = await find();
    const byId = await reader.findOne({ roomId: "r1" });
    await owner.remove("r1");

    assert.deepEqual([listed, locked, byId?.clients, await reader.has("r1")], ["r1", undefined, 3, false]);
  });

  it("keeps what JSON would lose", async () => {
    const { driver } = open(new Set(["boot-a"]));
    await driver().insert(row("r1", { maxClients: Number.POSITIVE_INFINITY }));

    const found = await driver().findOne({ roomId: "r1" });

    assert.deepEqual([found.maxClients, found.createdAt], [Number.POSITIVE_INFINITY, new Date(1000)]);
  });

  it("[OWN2] lists no room that its process may not run", async () => {
    const { driver } = open(new Set(["boot-a"]), async () => false);

    assert.deepEqual([await driver().insert(row("r1")), await driver().query({ name: "match" })], [false, []]);
  });

  it("[OWN3] leaves the rows of a process that lives, and takes out those of one that is gone", async () => {
    const boots = new Set(["boot-a", "boot-b"]);
    const { driver } = open(boots);
    await driver().insert(row("r1"));
    const reader = driver();
    await reader.cleanup("boot-a");
    const lives = await reader.has("r1");
    boots.delete("boot-a");
    const hidden = await reader.has("r1");
    await reader.cleanup("boot-a");
    boots.add("boot-a");

    assert.deepEqual([lives, hidden, await reader.has("r1")], [true, false, false]);
  });

  it("[OWN3] has the rows again that were swept out, once their process writes them anew", async () => {
    const boots = new Set(["boot-b"]);
    const { driver } = open(boots);
    const owner = driver();
    await owner.insert(row("r1"));
    await driver().cleanup("boot-a");
    boots.add("boot-a");

    await owner.reassert();

    assert.equal((await driver().findOne({ roomId: "r1" }))?.roomId, "r1");
  });

  it("[OWN7] takes out of a process that is gone each record with its row, and nothing of one that lives", async () => {
    const boots = new Set(["boot-b"]);
    const { driver, disowned } = open(boots);
    const roomIds = Array.from({ length: 250 }, (_, index) => `r${index}`);
    for (const roomId of roomIds) await driver().insert(row(roomId));
    await driver().insert(row("other", { processId: "boot-b" }));

    for (const bootId of ["boot-a", "boot-b"]) await driver().cleanup(bootId);

    boots.add("boot-a");
    const left = await driver().query({ name: "match" });
    assert.deepEqual([disowned.toSorted(), left.map(({ roomId }) => roomId)], [roomIds.toSorted(), ["other"]]);
  });

  it("[OWN3] never puts a row in the place of one that a later owner wrote", async () => {
    const { driver } = open(new Set(["boot-a", "boot-b"]), undefined, () => epoch);
    let epoch = 2;
    await driver().insert(row("r1", { processId: "boot-b" }));
    epoch = 1;

    const isListed = await driver().insert(row("r1", { processId: "boot-a" }));
    epoch = 3;
    const isListedLater = await driver().insert(row("r1", { processId: "boot-a" }));

    const rooms = await driver().query({ name: "match" });
    assert.deepEqual([isListed, isListedLater, rooms.map(({ processId }) => processId)], [false, true, ["boot-a"]]);
  });

  it("[GAT1] has a room that moves listed all the time, and not for ever where nobody makes it", async () => {
    const clock = manualClock();
    let epoch: number | undefined = 1;
    const { driver } = open(new Set(["boot-a", "boot-b"]), undefined, () => epoch, { clock });
    const [before, next] = [driver(), driver()];
    const owners = async (): Promise<readonly string[]> =>
      (await next.query({ name: "match" })).map(({ roomId, processId }) => `${roomId} ${processId}`).toSorted();
    for (const roomId of ["lost", "moves"]) await before.insert(row(roomId, { processId: "boot-a" }));

    epoch = undefined;
    await Promise.all([before.remove("lost"), before.remove("moves")]);
    const meanwhile = await owners();
    epoch = 2;
    await next.insert(row("moves", { processId: "boot-b" }));
    clock.advance(5000);
    while ((await owners()).length > 1) await delay(5);

    assert.deepEqual([meanwhile, await owners()], [["lost boot-a", "moves boot-a"], ["moves boot-b"]]);
  });

  it("[OWN8] takes out once more a row that Redis has again, as it lost its last moments, and none that was written anew", async () => {
    const clock = manualClock();
    const { driver } = open(new Set(["boot-a"]), undefined, undefined, { clock });
    const [owner, asItWas] = [driver(), driver()];
    for (const roomId of ["ended", "again"]) {
      await owner.insert(row(roomId, { processId: "boot-a" }));
      await owner.remove(roomId);
      await asItWas.insert(row(roomId, { processId: "boot-a" }));
    }
    await owner.insert(row("again", { processId: "boot-a" }));

    clock.advance(5000);
    while ((await owner.query({ name: "match" })).length > 1) await delay(5);

    assert.deepEqual(
      (await owner.query({ name: "match" })).map(({ roomId }) => roomId),
      ["again"],
    );
  });

  it("lists no room while Redis is away, and takes out afterwards what was written of it all the same", async () => {
    const { other, away } = await openOther();
    const { driver } = open(new Set(["boot-a"]), undefined, undefined, { over: away });
    const owner = driver();
    other.pause();

    const isListed = await owner.insert(row("r1"));
    other.resume();
    await untilDone(() => owner.reassert());

    assert.deepEqual([isListed, await owner.query({ name: "match" })], [false, []]);
    away.close();
    await other.stop();
  });

  it("[LST1] writes a row again by itself that could not be written, without holding anybody up", async () => {
    const { other, away } = await openOther();
    const { driver } = open(new Set(["boot-a"]), undefined, undefined, { over: away });
    const [owner, reader] = [driver(), driver()];
    const room = row("r1");
    await owner.insert(room);
    await other.kill();
    await owner.update(room, { $inc: { clients: 1 } });
    await other.restart();

    const shown = (): Promise<unknown> =>
      reader
        .findOne({ roomId: "r1" })
        .then((found) => found?.clients)
        .catch(() => {});
    while ((await shown()) !== room.clients) await delay(50);

    owner.shutdown();
    await other.stop();
  });

  it("finds rooms again once Redis is back, however many look-ups failed", async () => {
    const { other, away } = await openOther();
    const { driver } = open(new Set(["boot-a"]), undefined, undefined, { over: away });
    await driver().insert(row("r1"));
    const reader = driver();
    const look = () => reader.findOne({ name: "match", locked: false, private: false }, { clients: -1 });
    other.pause();
    const failed = await Promise.allSettled([look(), look(), reader.query({ name: "match" }), reader.has("r1")]);
    other.resume();

    const found = await untilDone(look);

    assert.deepEqual(
      failed.map((each) => each.status === "rejected" && each.reason.code),
      Array.from({ length: 4 }, () => "CLUSTER_UNAVAILABLE"),
    );
    assert.equal(found.roomId, "r1");
    away.close();
    await other.stop();
  });

  it("says of the gate, too, that the cluster cannot be asked while Redis is away", async () => {
    const { other, away } = await openOther();
    other.pause();

    await assert.rejects(redisGate(away, "g").enter({ group: "g", roomId: "r", seats: 1, capacity: 4 }), {
      code: "CLUSTER_UNAVAILABLE",
    });

    away.close();
    await other.stop();
  });

  it("[LST2] asks for a room by its id without reading others, as a lobby does for each change", async () => {
    const { driver } = open(new Set(["boot-a"]));
    const owner = driver();
    for (let index = 0; index < 50; index++) await owner.insert(row(`r${index}`));
    await redis.call("CONFIG", "RESETSTAT");

    const [found] = await driver().query({ roomId: "r7" });

    const stats = String(await redis.call("INFO", "commandstats"));
    const commands = [...stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g)].map(([, name, calls]) => `${name} ${calls}`);
    assert.equal(found?.roomId, "r7");
    assert.deepEqual(
      commands.filter((each) => /^(h|z)/.test(each)),
      ["hget 1"],
    );
  });

  it("gives the listing page by page, each room once", async () => {
    const { driver } = open(new Set(["boot-a"]));
    const owner = driver();
    for (let index = 0; index < 25; index++)
      await owner.insert(row(`r${index}`, { createdAt: new Date(1000 + index) }));
    const pages: string[][] = [];

    for (let cursor: string | undefined = undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const page = await driver().page("match", cursor, 10);
      pages.push(page.rooms.map(({ roomId }) => roomId));
      cursor = page.cursor;
    }

    assert.deepEqual(
      pages.flat(),
      Array.from({ length: 25 }, (_, index) => `r${index}`),
    );
  });

  for (const [name, gateOf] of [
    ["of one process", () => localGate()],
    ["in Redis", () => redisGate(link, `g${++prefixes}`)],
  ] as const) {
    it(`[GAT1] the gate ${name} has as many rooms made as callers need seats`, async () => {
      const gate = gateOf();

      const passages = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          gate.enter({ group: "g", roomId: `r${index}`, seats: 1, capacity: 4 }),
        ),
      );

      const makers = passages.filter(({ isMaker }) => isMaker).map(({ roomId }) => roomId);
      const counts = makers.map((id) => passages.filter(({ roomId }) => roomId === id).length);
      assert.deepEqual(counts.toSorted(), [2, 4, 4]);
    });

    it(`the gate ${name} lets nobody wait for a room that has left it`, async () => {
      const gate = gateOf();
      await gate.enter({ group: "g", roomId: "r1", seats: 1, capacity: 9 });
      await gate.leave({ group: "g", roomId: "r1" });

      assert.deepEqual(await gate.enter({ group: "g", roomId: "r2", seats: 1, capacity: 9 }), {
        roomId: "r2",
        isMaker: true,
      });
    });
  }
});
