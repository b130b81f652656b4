import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener, request } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { manualClock } from "../../src/clock/clock.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import type { Owner } from "../../src/transport/forward.ts";
import { Forwarder } from "../../src/transport/forwarder.ts";

/** What became of a client: it was led to its owner, nobody has its room, or why it was not led. */
export type Led = boolean | Error;

/** A process that only forwards, with a clock that a test moves. */
export type Edge = Awaited<ReturnType<typeof openEdge>>;

/** Opens an edge; `ownerOf` says where each client goes, and in `header` stands who comes. */
export async function openEdge(ownerOf: (roomId: string) => Promise<Owner | undefined>, header = "x-arena-passage") {
  const [clock, telemetry] = [manualClock(), createTelemetry()];
  const forgotten: string[] = [];
  const sockets: Socket[] = [];
  let [opened, closed] = [0, 0];
  telemetry.on("forward:opened", () => opened++);
  telemetry.on("forward:closed", () => closed++);
  const forwarder = new Forwarder({
    clock,
    telemetry,
    heartbeatMs: 15_000,
    ownerOf,
    forget: (roomId) => void forgotten.push(roomId),
    passage: ({ bootId }, target, address) => [header, `${bootId} ${target} ${address}`],
  });
  const waiting: ((led: Led) => void)[] = [];
  const server = createHttpServer({ highWaterMark: 32 * 1024 });
  server.on("upgrade", (request, socket, head) => {
    sockets.push(socket as Socket);
    socket.on("error", () => socket.destroy());
    const passenger = {
      roomId: "room",
      lastKnown: "b",
      request,
      socket: socket as Socket,
      head,
      address: "203.0.113.9",
    };
    void forwarder.forward(passenger).then(
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

/** A process that has rooms, as far as its sockets go. */
export type OwnerProcess = Awaited<ReturnType<typeof openOwner>>;

/** Opens one; what it does with a line, the test says. */
export async function openOwner(bootId = "owner") {
  const lines: Socket[] = [];
  const heads: string[] = [];
  const waiting: ((line: Socket) => void)[] = [];
  const server = createServer({ allowHalfOpen: true }, (line) => {
    line.on("error", () => {}); // a line that fails also closes
    lines.push(line);
    line.once("data", (head) => {
      heads.push(head.toString());
      line.pause();
      waiting.shift()?.(line);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    owner: { bootId, internalAddress: `127.0.0.1:${portOf(server)}` },
    lines,
    /** What each line began with. */
    heads,
    /** Resolves with the next line whose request has come, which is not read any more. */
    line: () => new Promise<Socket>((resolve) => waiting.push(resolve)),
    close: async () => {
      for (const line of lines) line.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** The answer of an owner that takes a client. */
export const SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n";

/** A client that has asked for an upgrade, byte by byte. */
export async function openClient(port: number): Promise<Socket> {
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  client.on("error", () => {}); // it closes then
  await once(client, "connect");
  client.write(
    "GET /b/room?sessionId=s HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nx-arena-passage: mine\r\n\r\n",
  );
  return client;
}

/** Gathers what comes from now on until the end. */
export async function readToEnd(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  socket.resume();
  await Promise.race([once(socket, "end"), once(socket, "close")]);
  return Buffer.concat(parts);
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
