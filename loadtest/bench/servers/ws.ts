/** Bare ws: ready frames to every socket of a room, twenty times a second. */
import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { loadOf } from "../load.ts";
import { announce } from "./announce.ts";
import { type ReadyFrames, readyFrames } from "./ready-frames.ts";

interface Group {
  readonly frames: ReadyFrames;
  readonly sockets: Set<WebSocket>;
}

const groups = new Map<string, Group>();

function groupOf(query: URLSearchParams): Group {
  const load = loadOf(query);
  const known = groups.get(load.id);
  if (known) return known;
  const group = { frames: readyFrames(load), sockets: new Set<WebSocket>() };
  groups.set(load.id, group);
  setInterval(() => {
    for (const socket of group.sockets) {
      for (let sent = 0; sent < load.messagesPerTick; sent++) socket.send(group.frames.message);
      socket.send(group.frames.patch);
    }
  }, load.tickMs);
  return group;
}

const httpServer = createServer();
const server = new WebSocketServer({ server: httpServer });
server.on("connection", (socket, request) => {
  const { sockets, frames } = groupOf(new URL(request.url ?? "/", "ws://server").searchParams);
  sockets.add(socket);
  socket.on("close", () => sockets.delete(socket));
  socket.on("error", () => {}); // a client that is gone is heard of by "close"
  socket.send(frames.state);
});
httpServer.listen(0, "127.0.0.1", () => announce(httpServer));
