import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { NodeRecord } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import { drainOrder } from "../handoff/handoff.ts";
import { CALL_HEADER, CALL_PATH, CALL_TYPE, type CallHead } from "../peers/peers.ts";
import { assertAdmin } from "./bearer.ts";
import type { HttpParts } from "./http.ts";

type Parts = Pick<HttpParts, "peers" | "cluster" | "page" | "move" | "drain" | "adminToken">;

/** Options of a room and what its `onAuth` made of a caller are what a call carries. */
const MAX_CALL_BYTES = 1024 * 1024;

interface CallRoute {
  Params: { method: string };
}

const pageQuery = z.object({ name: z.string().max(128).default("arena"), cursor: z.string().max(1024).optional() });

const moveBody = z.strictObject({ nodeId: z.string().max(128).optional() });

const drainBody = drainOrder.extend({ nodeId: z.string().max(128).optional() });

/** What processes ask one another, and what those who run them ask. */
export async function addClusterRoutes(
  app: FastifyInstance,
  { peers, cluster, page, move, drain, adminToken }: Parts,
): Promise<void> {
  await app.register(async (calls) => {
    calls.addContentTypeParser(CALL_TYPE, { parseAs: "buffer" }, async (_request: unknown, body: Buffer) => body);
    // Before the body is read; to anybody else there is nothing at that address.
    const onRequest = async ({ params, headers }: FastifyRequest<CallRoute>): Promise<void> => {
      if (!peers.isPeer(headOf(params, headers))) throw new ArenaError("ROUTE_UNKNOWN");
    };
    calls.post<CallRoute>(
      `${CALL_PATH}:method`,
      { bodyLimit: MAX_CALL_BYTES, onRequest },
      async ({ params, headers, body }, reply) => {
        if (!(body instanceof Uint8Array)) throw new ArenaError("BODY_INVALID");
        const answer = await peers.handle(headOf(params, headers), body);
        if (!answer) throw new ArenaError("ROUTE_UNKNOWN");
        return reply.type(CALL_TYPE).send(Buffer.from(answer));
      },
    );
  });
  app.get("/api/nodes", async (request) => {
    assertAdmin(request, adminToken);
    return { nodes: cluster.nodes().map(describeNode), isCurrent: cluster.isLeaseHeld() };
  });
  app.get("/api/rooms", async (request) => {
    assertAdmin(request, adminToken);
    const { data } = pageQuery.safeParse(request.query);
    if (!data) throw new ArenaError("OPTIONS_INVALID", "Expected a name and a cursor.");
    return describePage(await page(data.name, data.cursor), cluster);
  });
  app.post<{ Params: { roomId: string } }>("/api/rooms/:roomId/move", async (request) => {
    assertAdmin(request, adminToken);
    const { data } = moveBody.safeParse(request.body ?? {});
    if (!data) throw new ArenaError("OPTIONS_INVALID", "Expected the name of a node, or nothing.");
    return move(request.params.roomId, data.nodeId);
  });
  app.post("/api/drain", async (request) => {
    assertAdmin(request, adminToken);
    const { data } = drainBody.safeParse(request.body ?? {});
    if (!data) throw new ArenaError("OPTIONS_INVALID", "Expected nodeId, budgetMs, exit and force, or nothing.");
    const { nodeId, ...order } = data;
    return drain(nodeId, order);
  });
}

function headOf({ method }: CallRoute["Params"], headers: IncomingHttpHeaders): CallHead {
  return { method, proof: String(headers[CALL_HEADER] ?? "") };
}

/** A process as those see it who run the cluster. */
function describeNode({ reservations, report, ...node }: NodeRecord): object {
  const { load, expected, drain } = report ?? {};
  return { ...node, reserved: reservations.length, load, expected, drain };
}

/** A listed room, as far as it is told of here. */
interface ListedRoom {
  readonly roomId: string;
  readonly name: string;
  /** Boot of its process. */
  readonly processId: string;
  readonly clients: number;
  readonly maxClients: number;
  readonly locked?: boolean;
  readonly metadata?: unknown;
  readonly createdAt?: unknown;
}

/** Part of the listing. */
export interface RoomPage {
  readonly rooms: readonly ListedRoom[];
  readonly cursor: string | undefined;
}

/** Part of the listing as those see it who run the cluster. */
async function describePage({ rooms, cursor }: RoomPage, cluster: Parts["cluster"]): Promise<object> {
  const described = rooms.map(async ({ roomId, name, processId, clients, maxClients, locked, createdAt, metadata }) => {
    const owner = await cluster.owner(roomId).catch(() => undefined); // of a row that was read just now, so it is known soon
    const nodeId = cluster.node(processId)?.nodeId;
    return { roomId, name, nodeId, clients, maxClients, locked, createdAt, metadata, epoch: owner?.epoch };
  });
  return { rooms: await Promise.all(described), cursor };
}
