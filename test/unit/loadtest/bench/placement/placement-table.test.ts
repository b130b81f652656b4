import assert from "node:assert/strict";
import { placementText, verdictOf } from "../../../../../loadtest/bench/placement/placement-table.ts";

const TRIAL = {
  rule: "Arena",
  steady: 1.04,
  steadyP99: 1.06,
  burst: 1.05,
  rush: 0.5,
  later: 1.03,
  weakP99: 0.8,
  weakBurst: 0.9,
};

describe("the table of placement", () => {
  it("has a row for each rule under the size of the cluster", () => {
    const text = placementText([{ size: { nodes: 32, connections: 250_000, seeds: 1 }, trials: [TRIAL] }]);

    assert.match(text, /32 nodes, 250,000 connections:\n\n\| rule .*\n.*\n\| Arena \| 1\.040 \(1\.060\) \| 1\.050 \|/);
  });

  it("ends with whether the goals are met", () => {
    assert.equal(verdictOf(TRIAL).isMet, true);
    assert.deepEqual(
      [verdictOf({ ...TRIAL, steady: 1.051 }), verdictOf({ ...TRIAL, burst: 1.101 })].map(({ isMet }) => isMet),
      [false, false],
    );
  });
});
