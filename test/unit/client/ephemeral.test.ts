import assert from "node:assert/strict";
import { EphemeralValues } from "../../../src/client/ephemeral.ts";
import { manualClock } from "../../../src/clock/clock.ts";

function start(): { values: EphemeralValues; sent: unknown[]; clock: ReturnType<typeof manualClock> } {
  const clock = manualClock();
  const sent: unknown[] = [];
  const values = new EphemeralValues(clock, (_type, message) => sent.push(message) > 0);
  values.setRate(10);
  return { values, sent, clock };
}

describe("ephemeral values", () => {
  it("sends the first value at once, and of those that follow the latest, as often as the room passes on", () => {
    const { values, sent, clock } = start();
    values.joined();

    for (let x = 0; x < 5; x++) values.set("cursor", x);
    clock.advance(99);
    const before = [...sent];
    clock.advance(1);

    assert.deepEqual(before, [{ k: "cursor", v: 0 }]);
    assert.deepEqual(sent.slice(1), [{ k: "cursor", v: 4 }]);
  });

  it("follows the rate of the room", () => {
    const { values, sent, clock } = start();
    values.setRate(2);
    values.joined();

    for (let x = 0; x < 99; x++) {
      values.set("cursor", x);
      clock.advance(20);
    }

    assert.equal(sent.length, 4);
  });

  it("sends nothing, and keeps only the latest, while there is no room", () => {
    const { values, sent } = start();
    values.set("cursor", 1);
    values.set("cursor", 2);

    const before = sent.length;
    values.joined();

    assert.equal(before, 0);
    assert.deepEqual(sent, [{ k: "cursor", v: 2 }]);
  });

  it("sends its values again to a room that it joins anew", () => {
    const { values, sent } = start();
    values.joined();
    values.set("cursor", 1);
    values.lost();

    values.joined();

    assert.deepEqual(sent.at(-1), { k: "cursor", v: 1 });
    assert.equal(sent.length, 2);
  });

  it("tells of the values of others, by session", () => {
    const { values } = start();
    const told: unknown[] = [];
    values.onChange((...change) => told.push(change));

    values.receive({ k: "cursor", v: 1, from: "a" });
    values.receive({ k: "cursor", v: 2, from: "b" });
    values.receive({ k: "cursor", v: null, from: "a" });

    assert.deepEqual(told, [
      ["a", "cursor", 1],
      ["b", "cursor", 2],
      ["a", "cursor", null],
    ]);
    assert.deepEqual([...values.entries("cursor")], [["b", 2]]);
  });

  it("ends the values of others with the room", () => {
    const { values } = start();
    values.receive({ k: "cursor", v: 1, from: "a" });
    const told: unknown[] = [];
    values.onChange((...change) => told.push(change));

    values.lost();

    assert.deepEqual(told, [["a", "cursor", null]]);
    assert.equal(values.get("a", "cursor"), undefined);
  });

  it("[CLI9] says its values again when the room has moved, and ends those of others who do not", () => {
    const { values, sent, clock } = start();
    values.joined();
    values.set("cursor", 1);
    for (const from of ["here", "gone"]) values.receive({ k: "cursor", v: 2, from });
    const told: unknown[] = [];
    values.onChange((...change) => told.push(change));
    clock.advance(1000);

    values.moved();
    values.receive({ k: "cursor", v: 3, from: "here" });
    const atOnce = [...told];
    clock.advance(5000);

    assert.deepEqual(sent.slice(1), [{ k: "cursor", v: 1 }]);
    assert.deepEqual(atOnce, [["here", "cursor", 3]]);
    assert.deepEqual(told.slice(1), [["gone", "cursor", null]]);
  });

  it("[CLI7] holds at most 32 keys", () => {
    const { values } = start();
    for (let key = 0; key < 32; key++) values.set(String(key), 1);

    assert.throws(() => values.set("one more", 1), RangeError);
  });

  it("leaves no timer behind when it is closed", () => {
    const { values, clock } = start();
    values.joined();
    values.set("cursor", 1);

    values.close();

    assert.equal(clock.pendingTimers, 0);
  });
});
