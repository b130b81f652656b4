/** Longest header of a WebSocket frame: two bytes, a length of eight, a mask of four. */
const MAX_HEADER = 14;
const OPCODE = 0x0f;
const CLOSE = 0x8;
const IS_MASKED = 0x80;
const LENGTH = 0x7f;

/**
 * Follows a stream of WebSocket frames (RFC 6455, 5.2) without keeping any of it: it reads the headers and skips the rest. So it is known
 * where a frame of one's own can be put in.
 */
export class FrameTracker {
  readonly #header = Buffer.alloc(MAX_HEADER);
  #headerBytes = 0;
  /** Of the payload of the present frame. */
  #bytesLeft = 0;
  #hasClosed = false;

  /** Whether a frame has ended and none has begun. */
  get isBetweenFrames(): boolean {
    return this.#headerBytes === 0 && this.#bytesLeft === 0;
  }

  /** Whether a closing frame has come by. */
  get hasClosed(): boolean {
    return this.#hasClosed;
  }

  /** Goes on with what has come. */
  pass(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const skipped = Math.min(this.#bytesLeft, bytes.length - at);
      this.#bytesLeft -= skipped;
      at += skipped;
      if (at < bytes.length) this.#passOfHeader(bytes[at++]);
    }
  }

  #passOfHeader(byte = 0): void {
    this.#header[this.#headerBytes++] = byte;
    if (this.#headerBytes < headerLength(this.#header, this.#headerBytes)) return;
    this.#headerBytes = 0;
    this.#bytesLeft = payloadLength(this.#header);
    if ((Number(this.#header[0]) & OPCODE) === CLOSE) this.#hasClosed = true;
  }
}

/** How long a header is of which `known` bytes are there. */
function headerLength(header: Buffer, known: number): number {
  if (known < 2) return 2;
  const second = Number(header[1]);
  return 2 + lengthBytes(second & LENGTH) + (second & IS_MASKED ? 4 : 0);
}

function lengthBytes(short: number): 0 | 2 | 8 {
  if (short < 126) return 0;
  return short === 126 ? 2 : 8;
}

function payloadLength(header: Buffer): number {
  const short = Number(header[1]) & LENGTH;
  if (short < 126) return short;
  return short === 126 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
}
