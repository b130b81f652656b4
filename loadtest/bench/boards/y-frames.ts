import type { Frame } from "../frame-reader.ts";

/** What a client of hocuspocus has to know of a frame; everything else is `other`. */
export type YFrame = "authenticated" | "document" | "applied" | "refused" | "other";

const SYNC = 0;
const AUTH = 2;
const SYNC_STATUS = 8;
/** Of {@link AUTH}. */
const TOKEN = 0;
const AUTHENTICATED = 2;
/** Of {@link SYNC}. */
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/** State vector of somebody who knows nothing. */
const NOTHING_KNOWN = Uint8Array.of(0);
const SEVEN_BITS = 0x7f;
const MORE = 0x80;

/** Asks to be let into a document. */
export function authFrame(document: string): Uint8Array {
  return Buffer.concat([text(document), Uint8Array.of(AUTH, TOKEN), text("token")]);
}

/** Asks for all of a document. */
export function askFrame(document: string): Uint8Array {
  return Buffer.concat([text(document), Uint8Array.of(SYNC, STEP_1), sized(NOTHING_KNOWN)]);
}

/** Sends a change of a document. */
export function updateFrame(document: string, update: Uint8Array): Uint8Array {
  return Buffer.concat([text(document), Uint8Array.of(SYNC, UPDATE), sized(update)]);
}

/** Reads as much of a frame as is needed. The name of the document has fewer than 128 bytes. */
export function readYFrame({ bytes, at }: Frame): YFrame {
  const typeAt = at + 1 + Number(bytes[at]);
  const [type, what] = [bytes[typeAt], bytes[typeAt + 1]];
  if (type === SYNC_STATUS) return what === 1 ? "applied" : "refused";
  if (type === AUTH) return what === AUTHENTICATED ? "authenticated" : "refused";
  return type === SYNC && what === STEP_2 ? "document" : "other";
}

function text(value: string): Uint8Array {
  return sized(Buffer.from(value));
}

/** Bytes with their length before them: seven bits a byte, the lowest first. */
function sized(bytes: Uint8Array): Uint8Array {
  const head: number[] = [];
  let rest = bytes.byteLength;
  for (; rest > SEVEN_BITS; rest >>>= 7) head.push((rest & SEVEN_BITS) | MORE);
  return Buffer.concat([Uint8Array.of(...head, rest), bytes]);
}
