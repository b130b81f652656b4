/** Socket.IO: ready buffers to a room, twenty times a second. Compression is off, as it is by default. */
import { createServer } from "node:http";
import { Server } from "socket.io";
import { loadOf } from "../load.ts";
import { announce } from "./announce.ts";
import { type ReadyFrames, readyFrames } from "./ready-frames.ts";

const httpServer = createServer();
const io = new Server(httpServer, { serveClient: false, transports: ["websocket"] });
const groups = new Map<string, ReadyFrames>();

function framesOf(query: URLSearchParams): ReadyFrames {
  const load = loadOf(query);
  const known = groups.get(load.id);
  if (known) return known;
  const frames = readyFrames(load);
  groups.set(load.id, frames);
  setInterval(() => {
    for (let sent = 0; sent < load.messagesPerTick; sent++) io.to(load.id).emit("noise", frames.message);
    io.to(load.id).emit("patch", frames.patch);
  }, load.tickMs);
  return frames;
}

io.on("connection", async (socket) => {
  const query = new URL(socket.request.url ?? "/", "ws://server").searchParams;
  const { state } = framesOf(query);
  await socket.join(query.get("id") ?? "");
  socket.emit("state", state);
});
httpServer.listen(0, "127.0.0.1", () => announce(httpServer));
