import assert from "node:assert/strict";
import { ephemeralHz } from "../../../src/op-lane/ephemeral-lane.ts";
import { type LaneBench, openLane } from "../../support/lane-bench.ts";
import { LaneClient } from "../../support/lane-client.ts";

const GRACE_MS = 5000;

describe("ephemeral values", () => {
  let bench: LaneBench;
  let ann: LaneClient;
  let bob: LaneClient;
  beforeEach(async () => {
    bench = await openLane();
    [ann, bob] = [bench.join("ann"), bench.join("bob")];
  });

  const set = (client: LaneClient, k: string, v: unknown): void => bench.lane.ephemeral(client, { k, v });

  it("[OPL5] pass on the newest of each key, to all others and not to who sent it", async () => {
    set(ann, "cursor", 0);
    await bench.pass(0);
    for (let v = 1; v <= 10; v++) set(ann, "cursor", v);
    set(ann, "draft", "line");

    await bench.pass();

    assert.deepEqual(bob.of("eph"), [
      { k: "cursor", v: 0, from: "ann" },
      { k: "cursor", v: 10, from: "ann" },
      { k: "draft", v: "line", from: "ann" },
    ]);
    assert.deepEqual(ann.of("eph"), []);
  });

  it("[OPL5] keep apart the same key of several sessions", async () => {
    const cid = bench.join("cid");
    set(ann, "cursor", 1);
    set(bob, "cursor", 2);

    await bench.pass();

    assert.deepEqual(
      cid.of("eph").map(({ from, v }) => [from, v]),
      [
        ["ann", 1],
        ["bob", 2],
      ],
    );
  });

  it("[OPL5] go out 20 times a second among few, however often they change", async () => {
    for (let ms = 0; ms < 1000; ms += 5) {
      set(ann, "cursor", ms);
      await bench.pass(5);
    }

    assert.ok(bob.of("eph").length >= 18 && bob.of("eph").length <= 21, `${bob.of("eph").length} values`);
  });

  it("[OPL5] go out less often the more there are, never less than twice a second", () => {
    const rates = [0, 1, 25, 26, 50, 100, 250, 251, 10_000].map(ephemeralHz);

    assert.deepEqual(rates, [20, 20, 20, 19, 10, 5, 2, 2, 2]);
  });

  it("[OPL5] tell everybody the rate when it falls, and newcomers with their welcome", async () => {
    const more = Array.from({ length: 48 }, (_, index) => bench.join(`c${index}`));
    set(ann, "cursor", 1);
    await bench.pass(1000);

    assert.deepEqual(bob.of("eph:rate"), [{ hz: 10 }]);
    assert.equal(more.at(-1)?.of("op:welcome")[0]?.ephHz, 10);
  });

  it("[OPL5] are sent to a newcomer as they are", async () => {
    set(ann, "cursor", 1);
    set(ann, "cursor", 2);
    set(bob, "gone", 3);
    set(bob, "gone", null);
    await bench.pass();

    const late = bench.join("late");

    assert.deepEqual(late.of("eph"), [{ k: "cursor", v: 2, from: "ann" }]);
  });

  it("[OPL5] are sent to one who asks for nothing but them", async () => {
    set(ann, "cursor", 1);
    await bench.pass();
    const watcher = new LaneClient("watcher");

    set(watcher, "cursor", 2);

    assert.deepEqual(watcher.of("eph"), [{ k: "cursor", v: 1, from: "ann" }]);
  });

  it("[OPL5] are 32 of a session: another is refused and changes nothing, until one ends", async () => {
    for (let index = 0; index < 32; index++) set(ann, `k${index}`, index);
    set(ann, "k32", "too many");
    set(ann, "k0", null);
    await bench.pass();

    set(ann, "k33", "in its place");
    await bench.pass();

    assert.deepEqual(
      ann.refusals.map(({ code }) => code),
      ["MESSAGE_INVALID"],
    );
    const keys = bob.of("eph").map(({ k }) => k);
    assert.deepEqual([keys.includes("k32"), keys.includes("k33")], [false, true]);
  });

  it("[OPL5] end at once with a session that leaves", async () => {
    set(ann, "cursor", 1);
    await bench.pass();

    bench.lane.leave(ann);
    await bench.pass();

    assert.deepEqual(bob.of("eph").at(-1), { k: "cursor", v: null, from: "ann" });
    assert.deepEqual(bench.join("late").of("eph"), []);
  });

  it("[OPL5] end 5 s after the connection of their session was lost, and not before", async () => {
    set(ann, "cursor", 1);
    await bench.pass();
    bench.lane.drop(ann);

    await bench.pass(GRACE_MS - 1);
    const before = bob.of("eph").length;
    await bench.pass(100);

    assert.equal(before, 1);
    assert.deepEqual(bob.of("eph").at(-1), { k: "cursor", v: null, from: "ann" });
  });

  it("[OPL5] stay with a session that comes back in time, on another connection", async () => {
    set(ann, "cursor", 1);
    await bench.pass();
    bench.lane.drop(ann);
    await bench.pass(GRACE_MS - 1);

    const again = bench.join("ann");
    await bench.pass(2 * GRACE_MS);

    assert.equal(bob.of("eph").length, 1);
    assert.deepEqual(again.of("eph"), []);
  });

  it("[OPL5] of a session that was lost can be sent again by who came back", async () => {
    bench.lane.drop(ann);
    const again = bench.join("ann");

    set(again, "cursor", 2);
    await bench.pass();

    assert.deepEqual(bob.of("eph"), [{ k: "cursor", v: 2, from: "ann" }]);
  });

  it("[OPL5] never touch the document", async () => {
    set(ann, "cursor", 1);
    await bench.pass();
    await bench.lane.close();

    assert.deepEqual(bench.store.asked, []);
  });

  for (const [what, v] of [
    ["NaN", Number.NaN],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["an object that names its prototype", { constructor: 1, toString: 2 }],
    ["bytes", new Uint8Array([1, 2, 3])],
  ] as const) {
    it(`[OPL5] may be ${what}`, async () => {
      set(ann, "cursor", v);
      await bench.pass();

      assert.equal(bob.of("eph").length, 1);
      assert.deepEqual(bench.faults, []);
    });
  }

  it("[OPL5] may have the name of what every object has", async () => {
    for (const k of ["__proto__", "constructor", "toString"]) set(ann, k, k);
    await bench.pass();

    assert.deepEqual(
      bob.of("eph").map(({ k }) => k),
      ["__proto__", "constructor", "toString"],
    );
  });
});
