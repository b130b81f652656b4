/**
 * What arena.config.ts puts together beside the rooms: where things are kept, and how a process comes to its end.
 */
import { join } from "node:path";
import type { Server } from "@colyseus/core";
import type { Checkpoints } from "./src/checkpoint/checkpoint.ts";
import type { Clock } from "./src/clock/clock.ts";
import type { Cluster } from "./src/cluster/cluster.ts";
import type { Config } from "./src/config/config.ts";
import type { Drains } from "./src/handoff/handoff.ts";
import type { Http } from "./src/http/http.ts";
import { type Images, openImages } from "./src/images/images.ts";
import { type LogStore, type LogStoreOptions, openLogStore } from "./src/op-log/op-log.ts";
import type { Peers } from "./src/peers/peers.ts";
import type { People } from "./src/people/people.ts";
import type { Presence } from "./src/presence/presence.ts";
import type { OpenRooms } from "./src/room/room.ts";
import type { LoadMonitor } from "./src/transport/load-monitor.ts";
import type { ArenaTransport } from "./src/transport/transport.ts";

/** Where what outlives the node is kept. */
export interface Stores {
  readonly logs: LogStore;
  readonly images: Images;
}

/** What has to end before the node may. */
export interface Ending extends Stores {
  readonly clock: Clock;
  readonly cluster: Cluster;
  readonly drains: Drains;
  readonly peers: Peers;
  readonly presence: Presence;
  readonly people: People;
  readonly checkpoints: Checkpoints;
  readonly server: Server;
  readonly transport: ArenaTransport;
  readonly http: Http;
  readonly openRooms: OpenRooms;
  readonly load: LoadMonitor;
}

/** Of the time that a node has to end, the part in which its rooms may go to other nodes; what is left then ends in the rest. */
const MOVING_SHARE = 0.8;

/** Ends a process: rooms go to other nodes, or end; then all that they stand on. */
export async function endWithin(
  drainMs: number,
  {
    clock,
    cluster,
    drains,
    peers,
    presence,
    people,
    checkpoints,
    server,
    transport,
    http,
    openRooms,
    load,
    logs,
    images,
  }: Ending,
): Promise<void> {
  void cluster.drain();
  const deadline = new Promise<void>((resolve) => clock.after(drainMs, resolve));
  await drains.finish(drainMs * MOVING_SHARE);
  await Promise.race([server.gracefullyShutdown(false), openRooms.ended(clock), deadline]);
  openRooms.sendBack();
  transport.shutdown();
  await Promise.race([transport.ended, deadline]);
  await http.close();
  load.close();
  await images.close();
  await checkpoints.close();
  await logs.close(); // after the rooms, which bring what they were pushed to it
  people.close();
  presence.close();
  await cluster.close();
  peers.close();
}

export async function openStores(config: Config, parts: Pick<LogStoreOptions, "clock" | "telemetry">): Promise<Stores> {
  const place = placeOf(config, "documents");
  const logs = await openLogStore({ ...config, ...parts, ...place, isVolatileAllowed: config.isVolatileRedisAllowed });
  const images = await openImages({ ...parts, ...placeOf(config, "images"), limits: config });
  return { logs, images };
}

/** Where what outlives the process is kept: a folder in the data folder, or Redis. */
export function placeOf({ logStore, dataDir, redisUrl, redisPrefix }: Config, folder: string) {
  return { kind: logStore, path: join(dataDir, folder), redisUrl, redisPrefix };
}
