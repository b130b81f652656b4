import assert from "node:assert/strict";
import { readConnections } from "../../../../../loadtest/bench/placement/local-cluster.ts";

describe("the connections of a node", () => {
  it("are read from its metrics", () => {
    const metrics = "# TYPE arena_connections gauge\narena_connections 17\narena_connections_opened_total 40\n";

    assert.equal(readConnections(metrics), 17);
  });

  it("are missed where the metrics do not tell them", () => {
    assert.throws(() => readConnections("arena_connections_opened_total 40\n"), /do not tell/);
  });
});
