import { once } from "node:events";
import { WebSocket } from "ws";

/** A WebSocket of our own on a seat, for what a well-behaved SDK never sends. */
export interface RawClient {
  readonly socket: WebSocket;
  readonly sessionId: string;
  /** Sends the frame that says that the client is ready for state. */
  acknowledgeJoin(): void;
  /** Resolves with the next frame whose kind (low five bits) is `kind` and that no call has returned yet. */
  frame(kind: number): Promise<Buffer>;
  /** Resolves with the close code and reason. */
  readonly closed: Promise<{ code: number; reason: string }>;
}

/** Kinds of frames, as in docs/PROTOCOL.md. */
export const KIND = { join: 10, error: 11, message: 13, state: 14, patch: 15 } as const;

const KIND_BITS = 0x1f;

/** Reserves a seat over HTTP and opens a socket on it, without any SDK. */
export async function openRawClient(httpUrl: string, room: string, options: object = {}): Promise<RawClient> {
  const seat = await reserveSeat(httpUrl, room, options);
  const wsUrl = httpUrl.replace("http", "ws");
  const socket = new WebSocket(`${wsUrl}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`);
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on("error", () => {}); // shown by `closed`
  const frames = collectFrames(socket);
  await once(socket, "open");
  return {
    socket,
    sessionId: seat.sessionId,
    closed,
    acknowledgeJoin: () => socket.send(new Uint8Array([KIND.join])),
    frame: frames,
  };
}

/** Keeps every frame until somebody asks for one of its kind. */
function collectFrames(socket: WebSocket): RawClient["frame"] {
  const kept: Buffer[] = [];
  const waiting: { kind: number; resolve: (frame: Buffer) => void }[] = [];
  socket.on("message", (frame: Buffer) => {
    const index = waiting.findIndex(({ kind }) => kind === kindOf(frame));
    if (index < 0) kept.push(frame);
    else waiting.splice(index, 1)[0]?.resolve(frame);
  });
  return (kind) => {
    const index = kept.findIndex((frame) => kindOf(frame) === kind);
    const [frame] = index < 0 ? [] : kept.splice(index, 1);
    return frame ? Promise.resolve(frame) : new Promise((resolve) => waiting.push({ kind, resolve }));
  };
}

const kindOf = (frame: Buffer): number => Number(frame[0]) & KIND_BITS;

interface Seat {
  readonly sessionId: string;
  readonly roomId: string;
  readonly processId: string;
}

async function reserveSeat(httpUrl: string, room: string, options: object): Promise<Seat> {
  const answer = await fetch(`${httpUrl}/matchmake/joinOrCreate/${room}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(options),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Seat; // what Colyseus' buildSeatReservation makes
}
