import assert from "node:assert/strict";
import { loadOf, queryOf } from "../../../../loadtest/bench/load.ts";

describe("the load of a benchmark", () => {
  it("comes out of a query string as it went in", () => {
    const load = { id: "room 1&2", entities: 3000, changed: 30, tickMs: 50, messageBytes: 64, messagesPerTick: 4 };

    assert.deepEqual(loadOf(new URLSearchParams(queryOf(load))), load);
  });
});
