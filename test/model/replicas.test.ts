import fc from "fast-check";
import { actions, actionsWithRestores } from "../support/model/actions.ts";
import { run } from "../support/model/run.ts";
import { PRODUCT } from "../support/model/variant.ts";

describe("a document and its clients", function () {
  this.timeout(120_000);
  before(() => { Error.stackTraceLimit = 0; });

  it("holds", () => {
    const counts = new Map<string, number>();
    const t = performance.now();
    try {
    fc.assert(fc.property(actions, (all) => void run(PRODUCT, all, counts)), { numRuns: Number(process.env['RUNS'] ?? 300) });
    } finally {
    console.log(performance.now() - t, Object.fromEntries([...counts].sort()));
    }
  });
  it("holds with restores", () => {
    const counts = new Map<string, number>();
    const t = performance.now();
    try {
    fc.assert(fc.property(actionsWithRestores, (all) => void run(PRODUCT, all, counts)), { numRuns: Number(process.env['RUNS'] ?? 300) });
    } finally {
    console.log(performance.now() - t, Object.fromEntries([...counts].sort()));
    }
  });
});
