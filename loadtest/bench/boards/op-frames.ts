import { Packr } from "msgpackr";
import { OP_MESSAGES, type OpNack } from "../../../src/protocol/protocol.ts";
import type { Frame } from "../frame-reader.ts";

/** What a client of the op lane has to know of a frame; everything else is `other`. */
export type OpFrame =
  | { readonly kind: "join" }
  | { readonly kind: "ack"; readonly n: number }
  | { readonly kind: "nack"; readonly nack: Pick<OpNack, "n" | "code" | "detail" | "retryAfterMs"> }
  /** `isLast`: with it the document is whole. */
  | { readonly kind: "snap"; readonly isLast: boolean }
  | { readonly kind: "other" };

const JOIN = 10;
const MESSAGE = 13;
/** How Colyseus writes the length of a short text. */
const SHORT_TEXT = 0xa0;
const OTHER: OpFrame = { kind: "other" };
const JOINED: OpFrame = { kind: "join" };

const packr = new Packr({ useRecords: false });

/** Payload of a frame with a message of the op lane. */
export function opFrame(type: string, message: object): Uint8Array {
  return Buffer.concat([Uint8Array.of(MESSAGE, SHORT_TEXT | type.length), Buffer.from(type), packr.pack(message)]);
}

const typeBytes = (type: string): Buffer => Buffer.concat([Uint8Array.of(SHORT_TEXT | type.length), Buffer.from(type)]);
const ACK_TYPE = typeBytes(OP_MESSAGES.ACK);
const NACK_TYPE = typeBytes(OP_MESSAGES.NACK);
const SNAP_TYPE = typeBytes(OP_MESSAGES.SNAP);
const MAP_16 = 0xde;
/** The first entry of an acknowledgement is the text "n" with the number. */
const N_AT = 2;
/** The first entries of a part of a document are "seq", "part" and "of", each text before its float. */
const PART_AT = 4 + 9 + 5;
const OF_AT = PART_AT + 9 + 3;

/** Reads as much of a frame as is needed; ten thousand batches are never decoded. */
export function readOpFrame({ bytes, at, payloadBytes }: Frame): OpFrame {
  if (bytes[at] === JOIN) return JOINED;
  if (bytes[at] !== MESSAGE) return OTHER;
  if (isAt(bytes, at + 1, NACK_TYPE)) {
    return { kind: "nack", nack: packr.unpack(bytes.subarray(at + 1 + NACK_TYPE.length, at + payloadBytes)) };
  }
  if (isAt(bytes, at + 1, ACK_TYPE)) {
    return { kind: "ack", n: numberAt(bytes, entriesAt(bytes, at + 1 + ACK_TYPE.length) + N_AT) };
  }
  if (!isAt(bytes, at + 1, SNAP_TYPE)) return OTHER;
  const entries = entriesAt(bytes, at + 1 + SNAP_TYPE.length);
  return { kind: "snap", isLast: numberAt(bytes, entries + PART_AT) === numberAt(bytes, entries + OF_AT) - 1 };
}

/** Where the entries of a map begin: some writers spend three bytes on how many there are, however few. */
function entriesAt(bytes: Buffer, mapAt: number): number {
  return mapAt + (bytes[mapAt] === MAP_16 ? 3 : 1);
}

function isAt(bytes: Buffer, at: number, expected: Buffer): boolean {
  return bytes.compare(expected, 0, expected.length, at, at + expected.length) === 0;
}

/** The number that MessagePack holds at a place; NaN where there is none. */
function numberAt(bytes: Buffer, at: number): number {
  const head = Number(bytes[at]);
  if (head < 0x80) return head;
  if (head === 0xcc) return bytes.readUInt8(at + 1);
  if (head === 0xcd) return bytes.readUInt16BE(at + 1);
  if (head === 0xce) return bytes.readUInt32BE(at + 1);
  return head === 0xcb ? bytes.readDoubleBE(at + 1) : Number.NaN;
}
