/** A WebSocket frame as far as the benchmark looks at it. */
export interface FrameHead {
  /** 1 is text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode: number;
  readonly payloadBytes: number;
  /** First byte of the payload; 0 where it is empty. */
  readonly firstByte: number;
}

const MEDIUM = 126;
const LARGE = 127;
const NOTHING = Buffer.alloc(0);

/**
 * Finds the frames in the bytes that a server sends and skips what is in them: ten thousand frames cost it less than one
 * costs a real client. Server frames are unmasked (RFC 6455, 5.1).
 */
export class FrameReader {
  #rest: Buffer = NOTHING;
  #skipBytes = 0;

  /** Takes the next bytes and reports each frame as soon as its first payload byte is there. */
  take(chunk: Buffer, onFrame: (head: FrameHead) => void): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = Math.min(this.#skipBytes, bytes.length);
    this.#skipBytes -= at;
    while (at < bytes.length) {
      const headerBytes = headerLength(bytes, at);
      const payloadBytes = at + headerBytes <= bytes.length ? payloadLength(bytes, at) : 1;
      if (at + headerBytes + Math.min(1, payloadBytes) > bytes.length) break;
      const firstByte = payloadBytes > 0 ? Number(bytes[at + headerBytes]) : 0;
      onFrame({ opcode: Number(bytes[at]) & 0x0f, payloadBytes, firstByte });
      const end = at + headerBytes + payloadBytes;
      this.#skipBytes = Math.max(0, end - bytes.length);
      at = Math.min(end, bytes.length);
    }
    // A copy, since the caller reads the next bytes into the same buffer.
    this.#rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : NOTHING;
  }
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
