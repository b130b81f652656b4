import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";
import { LENGTH_BYTES } from "./record-reader.ts";

/** A client that comes, as the process where it came in saw it. */
export interface Opening {
  /** Path and query of its request. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  /** Of one that is brought back to its seat by the process where it came in, on the line that it has. */
  readonly ticket?: Ticket | undefined;
}

/** With what a client is brought back to its seat, wherever its room is. */
export interface Ticket {
  readonly sessionId: string;
  /** Its reconnection token. */
  readonly token: string;
  /** Whose seat it is; nobody's who has shown a token. */
  readonly user?: object | undefined;
}

/** Bytes that wait in the socket of a client. */
export type Waiting = readonly [channel: number, bytes: number];

/** What goes to the process that has the rooms. */
export type Upward =
  | { readonly kind: "open"; readonly channel: number; readonly opening: Opening }
  | { readonly kind: "message"; readonly channel: number; readonly isBinary: boolean; readonly payload: Buffer }
  /** The client is gone; `code` as of WebSocket. */
  | { readonly kind: "closed"; readonly channel: number; readonly code: number }
  | { readonly kind: "roundTrip"; readonly channel: number; readonly ms: number }
  /** All that was read of the client has been sent, and what it sends from now on is kept back. */
  | { readonly kind: "held"; readonly channel: number }
  /** So many records "frames" were handed to sockets until now; where what waits in one has changed, it says so. */
  | { readonly kind: "taken"; readonly records: number; readonly waiting: readonly Waiting[] }
  | Beat;

/** What comes from it. */
export type Downward =
  | { readonly kind: "opened"; readonly channel: number }
  /** The client is not let in; `answer` is what it gets over HTTP. */
  | { readonly kind: "refused"; readonly channel: number; readonly status: number; readonly answer: Buffer }
  /** WebSocket frames as they go to sockets, for each of these clients. */
  | { readonly kind: "frames"; readonly channels: readonly number[]; readonly bytes: Buffer }
  | { readonly kind: "close"; readonly channel: number; readonly code: number; readonly reason: string }
  | { readonly kind: "cut"; readonly channel: number }
  | { readonly kind: "pause"; readonly channel: number }
  | { readonly kind: "resume"; readonly channel: number }
  /** What the client sends is to be kept back, or to come again. */
  | { readonly kind: "hold"; readonly channel: number }
  | { readonly kind: "release"; readonly channel: number }
  /** Should the owner be lost, the client is brought to the next one with this. */
  | { readonly kind: "ticket"; readonly channel: number; readonly ticket: Ticket }
  /** The room is that process' now: the client is to be brought there. The channel is over. */
  | { readonly kind: "lead"; readonly channel: number; readonly to: string; readonly ticket: Ticket }
  | Beat;

/** Shows that somebody is there. */
export type Beat = { readonly kind: "ping" } | { readonly kind: "pong" };

const KINDS = {
  ping: 1,
  pong: 2,
  open: 3,
  message: 4,
  closed: 5,
  roundTrip: 6,
  taken: 7,
  opened: 8,
  refused: 9,
  frames: 10,
  close: 11,
  cut: 12,
  pause: 13,
  resume: 14,
  hold: 15,
  held: 16,
  release: 17,
  ticket: 18,
  lead: 19,
} as const;
const NAMES = new Map<number, keyof typeof KINDS>(
  Object.entries(KINDS).map(([name, kind]) => [kind, name as keyof typeof KINDS]), // what Object.entries forgets
);

const ticket = z.object({ sessionId: z.string(), token: z.string(), user: z.looseObject({}).optional() });

const opening = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())]).optional()),
  address: z.string().max(64),
  ticket: ticket.optional(),
});

const lead = z.object({ to: z.string(), ticket });

const U16 = 2;
const U32 = 4;
const U64 = 8;

/** A record without its end, which may be long and is sent as it is. */
export function framesHead(channels: readonly { readonly id: number }[], bytes: number): Buffer {
  const listBytes = U32 * (1 + channels.length);
  const head = begin("frames", listBytes, bytes);
  let at = head.length - listBytes;
  at = head.writeUInt32BE(channels.length, at);
  for (const { id } of channels) at = head.writeUInt32BE(id, at);
  return head;
}

/** A record that says nothing but its kind, and of which client. */
export function bare(kind: "ping" | "pong"): Buffer;
export function bare(
  kind: "opened" | "cut" | "pause" | "resume" | "hold" | "held" | "release",
  channel: number,
): Buffer;
export function bare(kind: keyof typeof KINDS, channel?: number): Buffer {
  return channel === undefined ? begin(kind, 0) : ofChannel(kind, channel, 0);
}

export function openRecord(channel: number, what: Opening): Buffer {
  return textRecord("open", channel, what);
}

export function ticketRecord(channel: number, what: Ticket): Buffer {
  return textRecord("ticket", channel, what);
}

export function leadRecord(channel: number, to: string, what: Ticket): Buffer {
  return textRecord("lead", channel, { to, ticket: what });
}

export function messageRecord(channel: number, payload: Uint8Array, isBinary: boolean): Buffer {
  const record = ofChannel("message", channel, 1 + payload.byteLength);
  record[BODY + U32] = isBinary ? 1 : 0;
  record.set(payload, BODY + U32 + 1);
  return record;
}

export function closedRecord(channel: number, code: number): Buffer {
  const record = ofChannel("closed", channel, U16);
  record.writeUInt16BE(code, BODY + U32);
  return record;
}

export function roundTripRecord(channel: number, ms: number): Buffer {
  const record = ofChannel("roundTrip", channel, U64);
  record.writeDoubleBE(ms, BODY + U32);
  return record;
}

export function takenRecord(records: number, waiting: readonly Waiting[]): Buffer {
  const record = begin("taken", U64 + 2 * U32 * waiting.length);
  let at = record.writeDoubleBE(records, BODY);
  for (const [channel, bytes] of waiting) {
    at = record.writeUInt32BE(channel, at);
    at = record.writeUInt32BE(bytes, at);
  }
  return record;
}

export function refusedRecord(channel: number, status: number, answer: string): Buffer {
  const text = Buffer.from(answer);
  const record = ofChannel("refused", channel, U16 + text.length);
  record.set(text, record.writeUInt16BE(status, BODY + U32));
  return record;
}

export function closeRecord(channel: number, code: number, reason: string): Buffer {
  const text = Buffer.from(reason);
  const record = ofChannel("close", channel, U16 + text.length);
  record.set(text, record.writeUInt16BE(code, BODY + U32));
  return record;
}

/** What a client's process says. @throws Error where it is nothing of that */
export function readUpward(number: number, body: Buffer): Upward {
  const kind = NAMES.get(number);
  switch (kind) {
    case "ping":
    case "pong":
      return { kind };
    case "open":
      return { kind, channel: body.readUInt32BE(), opening: readOpening(textOf(body)) };
    case "message":
      return {
        kind,
        channel: body.readUInt32BE(),
        isBinary: body.readUInt8(U32) === 1,
        payload: body.subarray(U32 + 1),
      };
    case "held":
      return { kind, channel: body.readUInt32BE() };
    case "closed":
      return { kind, channel: body.readUInt32BE(), code: body.readUInt16BE(U32) };
    case "roundTrip":
      return { kind, channel: body.readUInt32BE(), ms: body.readDoubleBE(U32) };
    case "taken":
      return { kind, records: body.readDoubleBE(), waiting: readWaiting(body.subarray(U64)) };
    default:
      throw new RangeError(`A record of kind ${number}.`);
  }
}

/** What an owner says. @throws Error where it is nothing of that */
export function readDownward(number: number, body: Buffer): Downward {
  const kind = NAMES.get(number);
  switch (kind) {
    case "ping":
    case "pong":
      return { kind };
    case "opened":
    case "cut":
    case "pause":
    case "resume":
    case "hold":
    case "release":
      return { kind, channel: body.readUInt32BE() };
    case "ticket":
      return { kind, channel: body.readUInt32BE(), ticket: ticket.parse(textOf(body)) };
    case "lead":
      return { kind, channel: body.readUInt32BE(), ...lead.parse(textOf(body)) };
    case "refused":
      return { kind, channel: body.readUInt32BE(), status: body.readUInt16BE(U32), answer: body.subarray(U32 + U16) };
    case "frames":
      return readFrames(body);
    case "close": {
      const [channel, code] = [body.readUInt32BE(), body.readUInt16BE(U32)];
      return { kind, channel, code, reason: body.toString("utf8", U32 + U16) };
    }
    default:
      throw new RangeError(`A record of kind ${number}.`);
  }
}

function readOpening(text: unknown): Opening {
  const { headers, ...rest } = opening.parse(text);
  return { headers: headers as IncomingHttpHeaders, ...rest }; // as another process of ours read them
}

/** What stands as JSON behind the channel. */
function textOf(body: Buffer): unknown {
  return JSON.parse(body.toString("utf8", U32));
}

function readFrames(body: Buffer): Downward {
  const count = body.readUInt32BE();
  const end = U32 * (1 + count);
  if (end > body.length) throw new RangeError(`A list of ${count} in ${body.length} bytes.`);
  const channels: number[] = [];
  for (let at = U32; at < end; at += U32) channels.push(body.readUInt32BE(at));
  return { kind: "frames", channels, bytes: body.subarray(end) };
}

function readWaiting(body: Buffer): readonly Waiting[] {
  const waiting: Waiting[] = [];
  for (let at = 0; at < body.length; at += 2 * U32) waiting.push([body.readUInt32BE(at), body.readUInt32BE(at + U32)]);
  return waiting;
}

function textRecord(kind: "open" | "ticket" | "lead", channel: number, what: object): Buffer {
  const text = Buffer.from(JSON.stringify(what));
  return Buffer.concat([ofChannel(kind, channel, 0, text.length), text]);
}

/** Where what follows the kind begins. */
const BODY = LENGTH_BYTES + 1;

/** A record with room for `bytes`, behind which as many as `restBytes` follow by themselves. */
function begin(kind: keyof typeof KINDS, bytes: number, restBytes = 0): Buffer {
  const record = Buffer.allocUnsafe(BODY + bytes);
  record.writeUInt32BE(1 + bytes + restBytes);
  record[LENGTH_BYTES] = KINDS[kind];
  return record;
}

function ofChannel(kind: keyof typeof KINDS, channel: number, bytes: number, restBytes = 0): Buffer {
  const record = begin(kind, U32 + bytes, restBytes);
  record.writeUInt32BE(channel, BODY);
  return record;
}
