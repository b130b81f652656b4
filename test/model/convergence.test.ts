import assert from "node:assert/strict";
import fc from "fast-check";
import { type Action, actions, actionsWithRestores } from "../support/model/actions.ts";
import { run } from "../support/model/run.ts";
import { PRODUCT } from "../support/model/variant.ts";

const RUNS = 5000;

/** About half of what there is of each in so many runs: with less the steps no longer lead where it is dangerous. */
const FLOORS = {
  taken: 30_000,
  discarded: 1200,
  "refused INVALID": 5000,
  undo: 6000,
  redo: 500,
  ack: 300,
  waiting: 200,
  "nack GAP": 10_000,
  "write refused": 250,
  crash: 2500,
  "crash with staged pushes": 1000,
  torn: 100,
  reload: 1500,
  "lost before it was kept": 1000,
  delta: 8000,
  snapshot: 8000,
  "several parts": 25,
  "left behind": 600,
  compacted: 500,
};

describe("clients of a document, whatever happens to connections, pages and the server", function () {
  this.timeout(0); // computes only, which no timeout cuts short, and gives way to whatever else runs
  const stackTraceLimit = Error.stackTraceLimit;

  before(() => {
    Error.stackTraceLimit = 0; // clients try refused ops again and again, and their stacks would be most of the work
  });

  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  it("[CLI2] [LOG2] [LOG3] [LOG4] [LOG6] come to what the log says, with every edit in it once", () => {
    const counts = new Map<string, number>();

    fc.assert(
      fc.property(actions, (all) => void run(PRODUCT, all, counts)),
      { numRuns: RUNS },
    );

    const missed = Object.entries(FLOORS).filter(([what, floor]) => (counts.get(what) ?? 0) < floor);
    assert.deepEqual(missed, [], `the steps have gone stale: ${JSON.stringify([...counts])}`);
  });

  it("[CLI2] [LOG4] come to what the log says also when the server is restored from backups", () => {
    const counts = new Map<string, number>();

    fc.assert(
      fc.property(actionsWithRestores, (all) => void run(PRODUCT, all, counts)),
      { numRuns: RUNS },
    );

    assert.ok((counts.get("restore") ?? 0) > RUNS / 2 && (counts.get("EPOCH") ?? 0) > RUNS / 2);
  });

  it("[OPL5] come to the same whether ephemeral values are sent or not", () => {
    fc.assert(
      fc.property(actions, (all) => {
        const quiet = all.filter((action: Action) => action.do !== "eph");

        assert.deepEqual(run(PRODUCT, all).history.all, run(PRODUCT, quiet).history.all);
      }),
      { numRuns: RUNS / 10 },
    );
  });
});
