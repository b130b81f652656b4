import assert from "node:assert/strict";
import { matchMaker } from "@colyseus/core";
import { systemClock } from "../../src/clock/clock.ts";
import { openPeers } from "../../src/peers/peers.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { TRUNK_PATH } from "../../src/trunk/trunk.ts";
import { type Edge, openEdge, passRequestsTo } from "../support/forwarding.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { CHANGING_ROOMS, FILL_BYTES } from "../support/rooms/changing-room.ts";
import { planStallRuns, playStallRun } from "../support/stall-run.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const RUNS = 6;
const SEED = Number(process.env["STALL_SEED"] ?? (process.env["CI"] === "true" ? 1 : Date.now() % 1_000_000));
const LIMITS = { softBytes: 65_536, hardBytes: 1_048_576 };
const PREFIX = "stalls";
const SECRET_KEY = `${PREFIX}:{nodes}:secret`;
/** Of one client: what its room fills its connection with when nothing waits there, and what is sent until it counts as behind. */
const MAX_WAITING_BYTES = FILL_BYTES + LIMITS.softBytes;
/** Here clients, node and the process between share one process; that it is busy is no reason to refuse them. */
const NEVER_OVERLOADED = { maxLoopDelayMs: 60_000, maxTickLatenessMs: 60_000 };

describe(`forwarded clients whose network stalls (STALL_SEED=${SEED})`, function () {
  this.timeout(120_000);
  let test: TestNode;
  let redis: TestRedis;
  let edge: Edge;
  before(async () => {
    redis = await startRedis();
    test = await startNode(
      { ...LIMITS, ...NEVER_OVERLOADED, redisUrl: redis.url, redisPrefix: PREFIX, internalAddress: "127.0.0.1" },
      CHANGING_ROOMS,
    );
    const owner = { bootId: matchMaker.processId, internalAddress: `127.0.0.1:${test.node.port}` };
    const secret = Buffer.from(String(await redis.call("get", SECRET_KEY)), "base64");
    const peers = openPeers({
      clock: systemClock(),
      telemetry: createTelemetry(),
      signing: { secret, bootId: "edge" },
    });
    edge = await openEdge(async () => owner, { passageTo: (bootId) => peers.passageTo(bootId, TRUNK_PATH) });
    edge.server.on("request", passRequestsTo(test.node.port));
  });
  after(async () => {
    await edge.close();
    await test.close();
    await redis.stop();
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
