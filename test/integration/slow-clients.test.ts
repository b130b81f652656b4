import assert from "node:assert/strict";
import { CHANGING_ROOMS } from "../support/rooms/changing-room.ts";
import { planStallRuns, playStallRun, type StallOutcome, type StallRun } from "../support/stall-run.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const RUNS = Number(process.env["STALL_RUNS"] ?? 20);
/** The same in every run of a pipeline, another one each time elsewhere. */
const SEED = Number(process.env["STALL_SEED"] ?? (process.env["CI"] === "true" ? 1 : Date.now() % 1_000_000));
/** Runs at a time: more, and the machine is what is slow. */
const WIDTH = 20;
const LIMITS = { softBytes: 65_536, hardBytes: 1_048_576 };
/** Here the clients share a process with the node; that it is busy is no reason to refuse them. */
const NEVER_OVERLOADED = { maxLoopDelayMs: 60_000, maxTickLatenessMs: 60_000 };

describe(`clients whose network stalls (STALL_SEED=${SEED} STALL_RUNS=${RUNS})`, function () {
  this.timeout(60_000 + RUNS * 3000);
  let test: TestNode;
  before(async () => {
    test = await startNode({ ...LIMITS, ...NEVER_OVERLOADED }, CHANGING_ROOMS);
  });
  after(() => test.close());

  it("[OUT1] [OUT3] [OUT5] hold exactly the room's state afterwards and got every message, within the hard bound", async () => {
    const runs = planStallRuns(Object.keys(CHANGING_ROOMS), RUNS, SEED);

    const outcomes = await playAll(test.node.port, runs);

    const peaks = outcomes.map(({ peakWaitingBytes }) => peakWaitingBytes);
    assert.ok(Math.max(...peaks) <= LIMITS.hardBytes, `${Math.max(...peaks)} bytes waited`);
    assert.ok(outcomes.filter(({ resyncs }) => resyncs > 0).length > RUNS / 2, "most runs lose patches");
  });
});

/** Plays the runs, a bounded number at a time, and ends with all that failed. */
async function playAll(port: number, runs: readonly StallRun[]): Promise<StallOutcome[]> {
  const waiting = [...runs];
  const outcomes: StallOutcome[] = [];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      await playStallRun(port, run).then(
        (outcome) => outcomes.push(outcome),
        (error) => failures.push(error),
      );
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
  return outcomes;
}
