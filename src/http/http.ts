/**
 * http: everything that a node answers over HTTP.
 *
 * Owns the server, the matchmaking route, tokens, images, health, readiness, metrics and the page; bounds every body; turns errors
 * into the catalogue's answers. It asks the parts that know (matchmaking, metrics) and decides nothing itself.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import cors from "@fastify/cors";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { Clock } from "../clock/clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Draining, DrainOrder, Moved } from "../handoff/handoff.ts";
import type { Images } from "../images/images.ts";
import type { Peers } from "../peers/peers.ts";
import type { Presence } from "../presence/presence.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Tokens } from "../tokens/tokens.ts";
import { answerError, answerUnknownRoute, answerUnreadable } from "./answer-error.ts";
import { addClusterRoutes, type RoomPage } from "./cluster-routes.ts";
import { addImageRoutes } from "./image-routes.ts";
import { servePage } from "./page.ts";
import { addPresenceRoutes } from "./presence-routes.ts";
import { addTokenRoutes } from "./token-routes.ts";

/** What http is built from. */
export interface HttpParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** When one who is refused may come again, in ms from now, where the error does not say: another time for each. */
  readonly retryAfterMs: () => number;
  /** Largest request body in bytes. */
  readonly maxBodyBytes: number;
  /** Bytes that a socket takes before it says that it is full; what is below an outbox's soft mark needs no watching. */
  readonly socketBufferBytes: number;
  /** Folder of the built page; nothing is served at `/` where it does not exist. */
  readonly pageDir: string;
  /** Origins whose pages may call; all of them where there is none. */
  readonly allowedOrigins: readonly string[];
  readonly tokens: Tokens;
  readonly images: Images;
  readonly presence: Pick<Presence, "of">;
  /** Bearer token of those who run the node; "" closes their routes. */
  readonly adminToken: string;
  /** Says why a call is refused, before its body is read; `method` is that of a matchmaking call. */
  readonly admit: (call: { request: IncomingMessage; method: string | undefined }) => ArenaError | undefined;
  /** What a request counts as by where it comes from: an address, or a network of one owner. */
  readonly addressOf: (request: IncomingMessage) => string;
  /** Answers a matchmaking call with the seat as plain data. */
  readonly matchmake: (call: MatchmakingRequest) => Promise<object>;
  /** All metrics in the Prometheus text format. */
  readonly metrics: () => Promise<{ contentType: string; text: string }>;
  /** Answers the other processes of the cluster. */
  readonly peers: Pick<Peers, "isPeer" | "handle">;
  readonly cluster: Pick<Cluster, "nodes" | "node" | "owner" | "isLeaseHeld">;
  /** Listed rooms of a type, oldest first; `cursor` is where the next page begins. */
  readonly page: (name: string, cursor: string | undefined) => Promise<RoomPage>;
  /** Moves a room to a node, or to the one that placement chooses. */
  readonly move: (roomId: string, nodeId: string | undefined) => Promise<Moved>;
  /** Begins to empty a process: of that name, or this one. */
  readonly drain: (nodeId: string | undefined, order: DrainOrder) => Promise<Draining>;
  /** Why this node should get no new players, or undefined while it should. */
  readonly whyNotReady: () => string | undefined;
}

/** A matchmaking call as HTTP brings it. */
export interface MatchmakingRequest {
  readonly method: string;
  readonly target: string;
  readonly options: unknown;
  readonly request: IncomingMessage;
}

/** The HTTP side of a node. */
export interface Http {
  /** The server that the transport listens with; upgrades are the transport's. */
  readonly server: Server;
  /** Ends open requests. */
  close(): Promise<void>;
}

/** A request whose head has not arrived after this time, or a line on which nothing comes, is cut. */
const HEAD_TIMEOUT_MS = 15_000;
/** A body may take as long as a head, and the time that the largest of its route takes at 40 kB/s. */
const MIN_BYTES_PER_MS = 40;
/** A line on which nothing moves, such as an answer that nobody reads, is cut; one that waits for our answer is not. */
const IDLE_TIMEOUT_MS = 10_000;
const CONNECTION_CHECK_MS = 2000;
/** Preflight answers are kept by browsers for a day at most. */
const PREFLIGHT_MAX_AGE_S = 86_400;

/** Builds the routes. Nothing listens before the transport opens the port. */
export async function openHttp(parts: HttpParts): Promise<Http> {
  const server = createServer({
    requestTimeout: HEAD_TIMEOUT_MS + bodyTimeoutMs(Math.max(parts.maxBodyBytes, parts.images.maxImageBytes)),
    headersTimeout: HEAD_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTION_CHECK_MS,
    highWaterMark: parts.socketBufferBytes,
  });
  server.timeout = IDLE_TIMEOUT_MS; // ws takes it off its own lines
  const app = fastify({
    bodyLimit: parts.maxBodyBytes,
    serverFactory: (handler) => boundLines(server, parts.telemetry, handler),
    forceCloseConnections: true,
    clientErrorHandler: (_error, socket) => answerUnreadable(parts.telemetry, socket),
    frameworkErrors: (error, request, reply) => void answerError(parts, error, { request, reply }),
  });
  app.setErrorHandler((error, request, reply) => answerError(parts, error, { request, reply }));
  app.setNotFoundHandler((request, reply) => answerUnknownRoute(parts, { request, reply }));
  app.addHook("preParsing", async ({ raw, routeOptions }, reply) => {
    const stop = parts.clock.after(bodyTimeoutMs(routeOptions.bodyLimit ?? parts.maxBodyBytes), () => {
      if (!raw.complete) answerUnreadable(parts.telemetry, raw.socket);
    });
    reply.raw.once("close", stop);
  });
  app.addHook("onResponse", (request, reply, done) => {
    parts.telemetry.emit("http:answered", {
      method: request.method,
      route: request.routeOptions.url ?? "unknown",
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    });
    done();
  });
  await app.register(cors, {
    // The SDK sends credentials, which browsers refuse with "*"; there are no cookies here that could leak.
    origin: parts.allowedOrigins.length === 0 ? true : [...parts.allowedOrigins],
    credentials: true,
    exposedHeaders: ["retry-after"],
    maxAge: PREFLIGHT_MAX_AGE_S,
  });
  await addCalls(app, parts);
  await addClusterRoutes(app, parts);
  addPresenceRoutes(app, parts);
  addHealth(app, parts);
  await servePage(app, parts.pageDir);
  await app.ready();
  return { server, close: () => app.close() };
}

function bodyTimeoutMs(maxBytes: number): number {
  return HEAD_TIMEOUT_MS + Math.ceil(maxBytes / MIN_BYTES_PER_MS);
}

/** Most requests of one line that wait for their answers; browsers and proxies have one. */
const MAX_PIPELINED = 16;

/**
 * Cuts a line that asks on without taking answers (64 KiB of requests would be answered with tens of megabytes), and
 * one on which nothing moves; a process that stood still finds all its lines idle, and owes some of them an answer.
 */
function boundLines(server: Server, telemetry: Telemetry, handler: RequestListener): Server {
  const waiting = new WeakMap<Socket, Set<ServerResponse>>();
  server.on("timeout", (socket: Socket) => {
    const responses = waiting.get(socket);
    if (responses && [...responses].some(isOurTurn)) {
      socket.setTimeout(IDLE_TIMEOUT_MS);
      return;
    }
    socket.destroy();
    if (responses?.size === 0) return; // it got all its answers and is only kept for the next request
    const { code, message: detail } = new ArenaError("LINE_TOO_SLOW");
    telemetry.emit("error:refused", { code, where: "http", detail });
  });
  return server.on("request", (request, response) => {
    const { socket } = request;
    const responses = waiting.get(socket) ?? new Set();
    if (responses.size >= MAX_PIPELINED) {
      socket.destroy();
      return;
    }
    waiting.set(socket, responses.add(response));
    response.once("close", () => responses.delete(response));
    handler(request, response);
  });
}

/** Everything was asked, and nothing has been answered. */
function isOurTurn({ req, headersSent }: ServerResponse): boolean {
  return req.complete && !headersSent;
}

async function addCalls(app: FastifyInstance, { matchmake, ...parts }: HttpParts): Promise<void> {
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const { method } = request.params as { method?: string }; // only matchmaking's route has one
    const refusal = parts.admit({ request: request.raw, method });
    if (refusal) throw refusal;
  };
  addTokenRoutes(app, { ...parts, onRequest });
  await addImageRoutes(app, { ...parts, onRequest });
  app.post<{ Params: { method: string; target: string } }>(
    "/matchmake/:method/:target",
    { onRequest },
    async (request) => {
      const { method, target } = request.params;
      return matchmake({ method, target, options: request.body, request: request.raw });
    },
  );
}

function addHealth(app: FastifyInstance, { metrics, whyNotReady }: HttpParts): void {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const reason = whyNotReady();
    if (reason !== undefined) return reply.code(503).send({ status: "not ready", reason });
    return { status: "ready" };
  });
  app.get("/metrics", async (_request, reply) => {
    const { contentType, text } = await metrics();
    return reply.header("content-type", contentType).send(text);
  });
}
