import { once } from "node:events";
import { createServer as createHttpServer, type IncomingHttpHeaders, type RequestListener, request } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { WebSocket } from "ws";
import { manualClock, systemClock } from "../../src/clock/clock.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { Forwarder } from "../../src/transport/forwarder.ts";
import {
  type Opening,
  type Owner,
  type OwnerChannel,
  OwnerTrunk,
  TRUNK_ANSWER,
  TRUNK_PATH,
} from "../../src/trunk/trunk.ts";

/** What became of a client: it was led to its owner, nobody has its room, or why it was not led. */
export type Led = boolean | Error;

/** A process that only forwards, with a clock that a test moves. */
export type Edge = Awaited<ReturnType<typeof openEdge>>;

/** Largest frame of a client. */
const MAX_FRAME_BYTES = 1024 * 1024;
const HEARTBEAT_MS = 15_000;
const RETRY_MS = 1000;

/** Opens an edge; `ownerOf` says where each client goes, `passageTo` proves to an owner who comes. */
export async function openEdge(
  ownerOf: (roomId: string) => Promise<Owner | undefined>,
  {
    passageTo = (bootId: string) => `edge to ${bootId}`,
    isCompressed = false,
    nodeOf = (_bootId: string): Owner | undefined => undefined,
  } = {},
) {
  const clock = Object.assign(manualClock(), { afterPoll: (fn: () => void) => void setImmediate(fn) });
  const telemetry = createTelemetry();
  const forgotten: string[] = [];
  const sockets: Socket[] = [];
  let [opened, closed] = [0, 0];
  telemetry.on("forward:opened", () => opened++);
  telemetry.on("forward:closed", () => closed++);
  const forwarder = new Forwarder({
    clock,
    telemetry,
    retryAfterMs: () => RETRY_MS,
    heartbeatMs: HEARTBEAT_MS,
    maxFrameBytes: MAX_FRAME_BYTES,
    isCompressed,
    bootId: "edge",
    ownerOf,
    nodeOf,
    forget: (roomId) => void forgotten.push(roomId),
    passage: ({ bootId }) => ["x-arena-passage", passageTo(bootId)],
  });
  const waiting: ((led: Led) => void)[] = [];
  const server = createHttpServer({ highWaterMark: 32 * 1024 });
  server.on("upgrade", (request, socket, head) => {
    sockets.push(socket as Socket);
    socket.on("error", () => socket.destroy());
    const passenger = { request, socket: socket as Socket, head, address: "203.0.113.9" };
    void forwarder.forward({ roomId: "room", sessionId: "s", lastKnown: "b", ...passenger }).then(
      (led) => waiting.shift()?.(led),
      (error: Error) => waiting.shift()?.(error),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    clock,
    telemetry,
    forwarder,
    forgotten,
    server,
    /** Its ends of the clients' sockets. */
    sockets,
    port: portOf(server),
    counts: () => ({ opened, closed }),
    /** Resolves with what becomes of the next client that was not told of yet. */
    led: () => new Promise<Led>((resolve) => waiting.push(resolve)),
    close: async () => {
      forwarder.close();
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Answers what is no upgrade with what a server on this machine answers. */
export function passRequestsTo(port: number): RequestListener {
  return (incoming, response) => {
    const { method, url, headers } = incoming;
    const options = { port, host: "127.0.0.1", method, path: url, headers, agent: false } as const;
    const call = request(options, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    call.on("error", () => response.destroy());
    incoming.pipe(call);
  };
}

/** A client that has come to an owner, which it neither took nor refused yet. */
export interface Arrival {
  readonly channel: OwnerChannel;
  readonly opening: Opening;
}

/** A process that has rooms, as far as its trunks go. */
export type OwnerProcess = Awaited<ReturnType<typeof openOwner>>;

/** Opens one; what it does with a client, the test says. With a `status` it answers that to trunks. */
export async function openOwner(bootId = "owner", status = 101) {
  const trunks: { trunk: OwnerTrunk; socket: Socket }[] = [];
  const heads: IncomingHttpHeaders[] = [];
  const waiting: ((arrival: Arrival) => void)[] = [];
  const arrived: Arrival[] = [];
  const onOpen = (channel: OwnerChannel, opening: Opening): void => {
    const take = waiting.shift();
    if (take) take({ channel, opening });
    else arrived.push({ channel, opening });
  };
  const server = createHttpServer();
  server.on("upgrade", ({ url, headers }, socket: Socket, head) => {
    heads.push(headers);
    if (url !== TRUNK_PATH || status !== 101) {
      socket.end(`HTTP/1.1 ${status} No\r\nconnection: close\r\n\r\n`);
      return;
    }
    socket.write(TRUNK_ANSWER);
    const trunk = new OwnerTrunk(socket, head, {
      clock: systemClock(),
      silenceMs: 2 * HEARTBEAT_MS,
      maxMessageBytes: MAX_FRAME_BYTES,
      onOpen,
      onEnd: () => {},
    });
    trunks.push({ trunk, socket });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    owner: { bootId, internalAddress: `127.0.0.1:${portOf(server)}` },
    trunks,
    /** What each trunk began with. */
    heads,
    /** Resolves with the next client that comes. */
    next: (): Promise<Arrival> => {
      const arrival = arrived.shift();
      return arrival ? Promise.resolve(arrival) : new Promise((resolve) => waiting.push(resolve));
    },
    close: async () => {
      for (const { trunk } of trunks) trunk.link.fail();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** A process that takes lines and says nothing. */
export async function openMute() {
  const lines: Socket[] = [];
  const server = createServer((line) => {
    line.on("error", () => {}); // it closes then
    lines.push(line);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    owner: { bootId: "mute", internalAddress: `127.0.0.1:${portOf(server)}` },
    lines,
    close: async () => {
      for (const line of lines) line.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A client that asks for an upgrade. */
export function openClient(port: number): WebSocket {
  const headers = { "x-arena-passage": "mine", "x-mine": "1" };
  const client = new WebSocket(`ws://127.0.0.1:${port}/b/room?sessionId=s`, { headers });
  client.on("error", () => {}); // it closes then
  return client;
}

/** Lets sockets move until `isDone`. */
export async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
}

/** Resolves when `value` has been the same for a hundred turns in which every socket was polled. */
export async function settled(value: () => number): Promise<void> {
  for (let [last, turns] = [value(), 0]; turns < 100; turns = value() === last ? turns + 1 : 0, last = value()) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function portOf(server: Pick<Server, "address">): number {
  return (server.address() as AddressInfo).port; // a port, never a pipe
}
