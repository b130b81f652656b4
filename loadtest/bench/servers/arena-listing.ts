/** Arena's listing as a process of a cluster has it, in a process that is an edge and keeps its lease; its argument is the address of a Redis. */
import { openCheckpoints } from "../../../src/checkpoint/checkpoint.ts";
import { systemClock } from "../../../src/clock/clock.ts";
import { openCluster } from "../../../src/cluster/cluster.ts";
import { nameProcess, openMatchmaking } from "../../../src/matchmaking/matchmaking.ts";
import { openPeers } from "../../../src/peers/peers.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { LISTED_TYPES, serveListing } from "./listing-server.ts";

const [redisUrl = ""] = process.argv.slice(2);
const [clock, telemetry, bootId] = [systemClock(), createTelemetry(), await nameProcess()];
const parts = { redisUrl, redisPrefix: "arena", clock, telemetry };
const NO_ROOMS = { kind: "memory", path: "", maxCheckpointBytes: 0, epochOf: () => undefined } as const;
const cluster = await openCluster({
  ...parts,
  identity: {
    nodeId: "listing",
    bootId,
    role: "edge",
    publicAddress: "",
    version: "",
    region: "",
    labels: [],
    pid: process.pid,
  },
});
const peers = openPeers({ clock, telemetry, signing: { secret: await cluster.secret(), bootId } });
const { driver } = await openMatchmaking({
  ...parts,
  cluster,
  peers,
  checkpoints: await openCheckpoints({ ...parts, ...NO_ROOMS, bootId }),
  typeOf: (name) => ({ filterBy: [], sortBy: {}, ...LISTED_TYPES[name], instanceOf: () => undefined }),
});
await cluster.join("127.0.0.1:1"); // nobody has a reason to call it
await serveListing({
  processId: bootId,
  insert: async (row) => driver.insert?.(row),
  findOne: (conditions, sort) => driver.findOne(conditions, sort),
});
