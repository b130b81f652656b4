import { type IRoomCache, matchMaker } from "@colyseus/core";
import { z } from "zod";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { PeerAddress, Peers } from "../peers/peers.ts";
import type { Hosting, RoomOrder, SeatChange, SeatOrder } from "./hosting.ts";

/** The hosting of any node, from this process. Each throws PEER_UNREACHABLE or PEER_UNCERTAIN, and what the hosting throws. */
export interface NodeCalls {
  create(bootId: string, order: RoomOrder): Promise<IRoomCache>;
  /** Has a node make a room again from its checkpoint. @throws ArenaError ROOM_NOT_FOUND where there is none */
  restore(bootId: string, order: Pick<RoomOrder, "roomId" | "attempt">): Promise<IRoomCache>;
  reserve(listing: IRoomCache, order: SeatOrder): Promise<boolean>;
  change(listing: Pick<IRoomCache, "processId">, change: SeatChange): Promise<boolean>;
  sessionOf(listing: IRoomCache, token: string): Promise<string | undefined>;
}

/** A node that has not answered by then is asked no longer; what it began, its record in the cluster tells. */
const CREATE_DEADLINE_MS = 1500;
const SEAT_DEADLINE_MS = 2000;

const MAKE = "room:make";
const RESTORE = "room:restore";
const RESERVE = "room:reserve";
const CHANGE = "room:changeSeats";
const SESSION = "room:session";

const roomOrder = z.object({ roomId: z.string(), name: z.string(), options: z.looseObject({}), attempt: z.number() });
const restoreOrder = z.object({ roomId: z.string(), attempt: z.number() });
const seatRequest = z.object({ sessionId: z.string(), options: z.looseObject({}), auth: z.unknown().optional() });
const seatOrder = z.object({ roomId: z.string(), seats: z.array(seatRequest), keptMs: z.number().nullish() });
const seatChange = z.object({
  roomId: z.string(),
  sessionIds: z.array(z.string()),
  options: z.looseObject({}).nullish(),
});
const sessionOrder = z.object({ roomId: z.string(), token: z.string() });

/** Answers the other processes for `hosting`, and asks theirs. */
export function createNodeCalls({ cluster, peers, hosting }: NodeCallsParts): NodeCalls {
  peers.on(MAKE, (payload) => hosting.create(roomOrder.parse(payload)));
  peers.on(RESTORE, (payload) => restoreHere(restoreOrder.parse(payload)));
  peers.on(RESERVE, (payload) => {
    const { keptMs, ...order } = seatOrder.parse(payload);
    return hosting.reserve({ ...(order as SeatOrder), keptMs: keptMs ?? undefined });
  });
  peers.on(CHANGE, (payload) => {
    const { options, ...change } = seatChange.parse(payload);
    return hosting.change({ ...change, options: options ?? undefined });
  });
  peers.on(SESSION, (payload) => hosting.sessionOf(sessionOrder.parse(payload)));
  const restoreHere = async (order: z.infer<typeof restoreOrder>): Promise<IRoomCache> => {
    const listing = await hosting.restore(order);
    if (!listing) throw new ArenaError("ROOM_NOT_FOUND");
    return listing;
  };
  const peer = (bootId: string): PeerAddress => {
    const node = cluster.node(bootId);
    if (!node) throw new ArenaError("PEER_UNREACHABLE");
    return node;
  };

  return {
    async create(bootId, order) {
      if (bootId === matchMaker.processId) return hosting.create(order);
      const listing = await peers.call(peer(bootId), MAKE, order, CREATE_DEADLINE_MS);
      return listing as IRoomCache; // a signed answer of our own code
    },
    async restore(bootId, { roomId, attempt }) {
      if (bootId === matchMaker.processId) return restoreHere({ roomId, attempt });
      return (await peers.call(peer(bootId), RESTORE, { roomId, attempt }, CREATE_DEADLINE_MS)) as IRoomCache; // as above
    },
    async reserve({ processId }, order) {
      if (processId === matchMaker.processId) return hosting.reserve(order);
      return (await peers.call(peer(processId), RESERVE, order, SEAT_DEADLINE_MS)) === true;
    },
    async change({ processId }, change) {
      if (processId === matchMaker.processId) return hosting.change(change);
      return (await peers.call(peer(processId), CHANGE, change, SEAT_DEADLINE_MS)) === true;
    },
    async sessionOf({ processId, roomId }, token) {
      if (processId === matchMaker.processId) return hosting.sessionOf({ roomId, token });
      const sessionId = await peers.call(peer(processId), SESSION, { roomId, token }, SEAT_DEADLINE_MS);
      return typeof sessionId === "string" ? sessionId : undefined;
    },
  };
}

/** What calls between nodes are made with. */
export interface NodeCallsParts {
  readonly cluster: Pick<Cluster, "node">;
  readonly peers: Pick<Peers, "call" | "on">;
  readonly hosting: Hosting;
}
