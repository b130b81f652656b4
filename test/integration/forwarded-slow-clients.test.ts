import assert from "node:assert/strict";
import { type Edge, openEdge, passRequestsTo } from "../support/forwarding.ts";
import { CHANGING_ROOMS } from "../support/rooms/changing-room.ts";
import { planStallRuns, playStallRun } from "../support/stall-run.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const RUNS = 6;
const SEED = Number(process.env["STALL_SEED"] ?? (process.env["CI"] === "true" ? 1 : Date.now() % 1_000_000));
const LIMITS = { softBytes: 65_536, hardBytes: 1_048_576 };
/** Here clients, node and the process between share one process; that it is busy is no reason to refuse them. */
const NEVER_OVERLOADED = { maxLoopDelayMs: 60_000, maxTickLatenessMs: 60_000 };
/** Of one client: what its socket and its line hold, and what was read when they were full. */
const MAX_WAITING_BYTES = 256 * 1024;

describe(`forwarded clients whose network stalls (STALL_SEED=${SEED})`, function () {
  this.timeout(120_000);
  let test: TestNode;
  let edge: Edge;
  before(async () => {
    test = await startNode({ ...LIMITS, ...NEVER_OVERLOADED }, CHANGING_ROOMS);
    const owner = { bootId: "node", internalAddress: `127.0.0.1:${test.node.port}` };
    edge = await openEdge(async () => owner, "x-not-read"); // the node takes it for a client of its own
    edge.server.on("request", passRequestsTo(test.node.port));
  });
  after(async () => {
    await edge.close();
    await test.close();
  });

  it("[FWD2] hold exactly the room's state afterwards, since its outbox felt the stall through the process between", async () => {
    let most = 0;
    const stop = test.node.telemetry.on("tick:ran", () => {
      most = Math.max(most, edge.forwarder.waitingBytes / Math.max(1, edge.forwarder.count));
    });

    const outcomes = await Promise.all(
      planStallRuns(Object.keys(CHANGING_ROOMS), RUNS, SEED).map((run) => playStallRun(edge.port, run)),
    );

    stop();
    assert.ok(most < MAX_WAITING_BYTES, `${most} bytes waited for each client in the process between`);
    assert.ok(Math.max(...outcomes.map(({ peakWaitingBytes }) => peakWaitingBytes)) <= LIMITS.hardBytes);
    assert.ok(
      outcomes.some(({ resyncs }) => resyncs > 0),
      "patches are lost",
    );
  });
});
