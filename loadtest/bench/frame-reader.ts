/** A WebSocket frame as far as the benchmark looks at it. */
export interface Frame {
  /** 1 is text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode: number;
  readonly payloadBytes: number;
  /** Holds the beginning of the payload, {@link PEEK_BYTES} where there are so many; to be read before the next is taken. */
  readonly bytes: Buffer;
  /** Where the payload begins in `bytes`. */
  readonly at: number;
}

/** So much of each payload can be looked at; a refusal is whole in it. */
export const PEEK_BYTES = 256;
const MEDIUM = 126;
const LARGE = 127;
const NOTHING = Buffer.alloc(0);

/**
 * Finds the frames in the bytes that a server sends and skips what is in them: ten thousand frames cost it less than one
 * costs a real client. Server frames are unmasked (RFC 6455, 5.1).
 */
export class FrameReader {
  #rest: Buffer = NOTHING;
  /** A frame whose end is not there yet. */
  #begun: Frame | undefined;
  #missingBytes = 0;

  /** Takes the next bytes and reports each frame that is whole with them. */
  take(chunk: Buffer, onFrame: (frame: Frame) => void): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = Math.min(this.#missingBytes, bytes.length);
    this.#missingBytes -= at;
    if (this.#begun && this.#missingBytes === 0) {
      onFrame(this.#begun);
      this.#begun = undefined;
    }
    while (at < bytes.length) {
      const frame = frameAt(bytes, at);
      if (!frame) break;
      const end = frame.at + frame.payloadBytes;
      if (end <= bytes.length) onFrame(frame);
      else this.#begin(frame, end - bytes.length);
      at = Math.min(end, bytes.length);
    }
    // A copy, since the caller reads the next bytes into the same buffer.
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING;
  }

  #begin(frame: Frame, missingBytes: number): void {
    this.#begun = { ...frame, bytes: Buffer.from(frame.bytes.subarray(frame.at, frame.at + PEEK_BYTES)), at: 0 };
    this.#missingBytes = missingBytes;
  }
}

/** The frame that begins at `start`, where enough of it is there. */
function frameAt(bytes: Buffer, start: number): Frame | undefined {
  const at = start + headerLength(bytes, start);
  if (at > bytes.length) return undefined;
  const payloadBytes = payloadLength(bytes, start);
  if (at + Math.min(PEEK_BYTES, payloadBytes) > bytes.length) return undefined;
  return { opcode: Number(bytes[start]) & 0x0f, payloadBytes, bytes, at };
}

/** Length of the header that begins at `at`; the shortest where its second byte is not there yet. */
function headerLength(bytes: Buffer, at: number): number {
  const short = Number(bytes[at + 1] ?? 0);
  if (short < MEDIUM) return 2;
  return short === MEDIUM ? 4 : 10;
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = Number(bytes[at + 1]);
  if (short === MEDIUM) return bytes.readUInt16BE(at + 2);
  return short === LARGE ? Number(bytes.readBigUInt64BE(at + 2)) : short;
}
