import assert from "node:assert/strict";
import { whim } from "../../../../../rooms/arena/rules/whim.ts";

describe("whim", () => {
  const overTime = (id: string, ticks: number) =>
    Array.from({ length: ticks }, (_, tick) => whim(id, "goal", tick, 10));

  it("stays for its period and then changes", () => {
    const changes = overTime("bot", 100).filter((value, tick, all) => tick > 0 && value !== all[tick - 1]);

    assert.ok(changes.length === 9 || changes.length === 10, `${changes.length} changes`);
  });

  it("takes values from all of its range", () => {
    const tenths = new Set(overTime("bot", 2000).map((value) => Math.floor(value * 10)));

    assert.deepEqual(
      [...tenths].sort((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  });

  it("is another one for another bot, and for another matter", () => {
    assert.notEqual(whim("bot-1", "goal", 5, 10), whim("bot-2", "goal", 5, 10));
    assert.notEqual(whim("bot-1", "goal", 5, 10), whim("bot-1", "side", 5, 10));
  });
});
