/** What no process in Node that has a socket for each client can do with less: one write of ready bytes to each, twenty times a second. */
import { createServer } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { type Load, loadOf } from "../load.ts";
import { announce } from "./announce.ts";
import { readyFrames } from "./ready-frames.ts";

interface Group {
  readonly state: Buffer;
  readonly sockets: Set<Duplex>;
}

/** The first two bytes of a final, binary WebSocket frame from a server whose length is in the next two. */
const HEADER = Buffer.of(0x82, 126);
const LEAST_BYTES = 126;

const groups = new Map<string, Group>();

function groupOf(load: Load): Group {
  const known = groups.get(load.id);
  if (known) return known;
  const frames = readyFrames(load);
  const messages = Array.from({ length: load.messagesPerTick }, () => framed(frames.message));
  const tick = Buffer.concat([...messages, framed(frames.patch)]);
  const group = { state: framed(frames.state), sockets: new Set<Duplex>() };
  groups.set(load.id, group);
  setInterval(() => {
    for (const socket of group.sockets) socket.write(tick);
  }, load.tickMs);
  return group;
}

function framed(payload: Buffer): Buffer {
  const { byteLength } = payload;
  if (byteLength < LEAST_BYTES) return Buffer.concat([Buffer.of(HEADER[0] ?? 0, byteLength), payload]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(byteLength);
  return Buffer.concat([HEADER, length, payload]);
}

const httpServer = createServer();
const server = new WebSocketServer({ noServer: true });
httpServer.on("upgrade", (request, socket, head) => {
  const { sockets, state } = groupOf(loadOf(new URL(request.url ?? "/", "ws://server").searchParams));
  server.handleUpgrade(request, socket, head, (client) => {
    client.on("error", () => {}); // a client that is gone is heard of by "close"
    client.on("close", () => sockets.delete(socket));
    sockets.add(socket);
    socket.write(state);
  });
});
httpServer.listen(0, "127.0.0.1", () => announce(httpServer));
