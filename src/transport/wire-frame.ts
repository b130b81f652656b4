import { type FrameKind, frameKindOf } from "../protocol/protocol.ts";

/** A frame as it goes to the socket: its own copy of the payload behind a WebSocket header. Never changes. */
export interface WireFrame {
  /** Header and payload. */
  readonly bytes: Buffer;
  readonly kind: FrameKind;
}

const FINAL_BINARY = 0x82;
const MAX_SHORT = 125;
const MAX_MEDIUM = 0xffff;
/** In the place of a length that follows. */
const MEDIUM = 126;
const LARGE = 127;

function headerLength(payloadBytes: number): 2 | 4 | 10 {
  if (payloadBytes <= MAX_SHORT) return 2;
  return payloadBytes <= MAX_MEDIUM ? 4 : 10;
}

/** Copies `payload` behind the header of an unmasked, final, binary WebSocket frame (RFC 6455, 5.2). */
function wireFrame(payload: Uint8Array): WireFrame {
  const { byteLength } = payload;
  const headerBytes = headerLength(byteLength);
  const bytes = Buffer.allocUnsafe(headerBytes + byteLength);
  bytes[0] = FINAL_BINARY;
  if (headerBytes === 2) {
    bytes[1] = byteLength;
  } else if (headerBytes === 4) {
    bytes[1] = MEDIUM;
    bytes.writeUInt16BE(byteLength, 2);
  } else {
    bytes[1] = LARGE;
    bytes.writeBigUInt64BE(BigInt(byteLength), 2);
  }
  bytes.set(payload, headerBytes);
  return { bytes, kind: frameKindOf(payload[0]) };
}

/** The payloads of frames of that form that stand one behind the other. */
export function* payloadsOf(frames: Buffer): Generator<Buffer> {
  for (let at = 0; at < frames.length; ) {
    const short = Number(frames[at + 1]);
    const begin = at + 2 + lengthBytes(short);
    at = begin + payloadBytes(frames, at, short);
    yield frames.subarray(begin, at);
  }
}

function lengthBytes(short: number): 0 | 2 | 8 {
  if (short <= MAX_SHORT) return 0;
  return short === MEDIUM ? 2 : 8;
}

function payloadBytes(frames: Buffer, at: number, short: number): number {
  if (short <= MAX_SHORT) return short;
  return short === MEDIUM ? frames.readUInt16BE(at + 2) : Number(frames.readBigUInt64BE(at + 2));
}

/**
 * Frames each payload once, however many connections it goes to. Colyseus hands the very same view of its encoder's
 * buffer to every client of a broadcast and overwrites that buffer with the next one; so a payload is recognised by
 * identity, and only until {@link FrameOnce.forget} is called at the end of the broadcast's turn.
 */
export class FrameOnce {
  #payload: Uint8Array | undefined;
  #frame: WireFrame | undefined;

  /** The frame of `payload`, made anew unless this very payload was framed just before. */
  frame(payload: Uint8Array): WireFrame {
    if (payload !== this.#payload || this.#frame === undefined) {
      this.#payload = payload;
      this.#frame = wireFrame(payload);
    }
    return this.#frame;
  }

  /** Forgets the last payload: its bytes may change from now on. */
  forget(): void {
    this.#payload = undefined;
    this.#frame = undefined;
  }
}
