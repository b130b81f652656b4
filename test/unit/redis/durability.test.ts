import assert from "node:assert/strict";
import { judgeDurability, type RedisFacts, readFacts } from "../../../src/redis/durability.ts";

const SAFE: RedisFacts = {
  version: [7, 0],
  isCluster: false,
  isAofOn: true,
  appendfsync: "always",
  isFsyncLeftOut: false,
  maxmemoryPolicy: "noeviction",
};

describe("what a Redis keeps", () => {
  for (const [what, facts, level, needsWaitAof] of [
    ["is on the disk with appendfsync always", {}, "fsync", false],
    ["is on the disk with appendfsync always in a cluster", { isCluster: true }, "fsync", false],
    ["is on the disk after WAITAOF with appendfsync everysec from 7.2", everySecond([7, 2]), "fsync", true],
    ["is on the disk after WAITAOF with appendfsync everysec in 8.0", everySecond([8, 0]), "fsync", true],
    ["is all but a second with appendfsync everysec before 7.2", everySecond([7, 0]), "everysec", false],
    ["is all but a second with appendfsync everysec in 6.2", everySecond([6, 2]), "everysec", false],
    ["is all but a second where the version is not told", everySecond(undefined), "everysec", false],
    [
      "is all but a second with appendfsync everysec in a cluster",
      { ...everySecond([7, 2]), isCluster: true },
      "everysec",
      false,
    ],
    ["is all but a second where a rewrite leaves the fsync out", { isFsyncLeftOut: true }, "everysec", false],
    ["is nothing sure with appendfsync no", { appendfsync: "no" }, "none", false],
    ["is nothing without its AOF", { isAofOn: false }, "none", false],
    ["is nothing where it throws away what was not used", { maxmemoryPolicy: "allkeys-lru" }, "none", false],
    ["is not thrown away where only what expires is", { maxmemoryPolicy: "volatile-lru" }, "fsync", false],
    ["is unknown where it does not tell of its AOF", { isAofOn: undefined, appendfsync: undefined }, "unknown", false],
    ["is unknown where it does not tell of its fsync", { appendfsync: undefined }, "unknown", false],
  ] as const) {
    it(what, () => {
      const durability = judgeDurability({ ...SAFE, ...facts });

      assert.deepEqual([durability.level, durability.needsWaitAof], [level, needsWaitAof]);
    });
  }

  it("is said in one sentence", () => {
    assert.equal(
      judgeDurability({ ...SAFE, isAofOn: false }).sentence,
      "Redis keeps nothing but occasional dumps (appendonly no).",
    );
  });
});

describe("what a Redis says of itself", () => {
  it("is read from INFO and CONFIG", () => {
    const info = "redis_version:7.0.15\r\nredis_mode:standalone\r\naof_enabled:1\r\nmaxmemory_policy:noeviction\r\n";
    const config = ["appendonly", "yes", "appendfsync", "always", "no-appendfsync-on-rewrite", "no"];

    assert.deepEqual(readFacts(info, config), SAFE);
  });

  it("is taken from INFO alone where CONFIG is not allowed", () => {
    const facts = readFacts("redis_version:7.2.4\r\nredis_mode:cluster\r\naof_enabled:0\r\n", []);

    assert.deepEqual(facts, {
      version: [7, 2],
      isCluster: true,
      isAofOn: false,
      appendfsync: undefined,
      isFsyncLeftOut: undefined,
      maxmemoryPolicy: undefined,
    });
  });

  it("is unknown where nothing is allowed", () => {
    assert.equal(judgeDurability(readFacts("", [])).level, "unknown");
  });
});

function everySecond(version: RedisFacts["version"]): Partial<RedisFacts> {
  return { version, appendfsync: "everysec" };
}
