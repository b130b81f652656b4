/** Opcode of a text frame. */
export const TEXT = 1;
/** Opcode of a binary frame. */
export const BINARY = 2;
/** Opcode of a close frame. */
export const CLOSE = 8;
/** Opcode of a ping. */
export const PING = 9;
/** Opcode of a pong. */
export const PONG = 10;

const FINAL = 0x80;
const MASKED = 0x80;
const MEDIUM = 126;
const LARGE = 127;
const MAX_MEDIUM = 0xffff;
const MASK_BYTES = 4;

/** A whole WebSocket frame as a client sends it, masked with zeros: clients have to mask, and zeros cost nothing. */
export function clientFrame(opcode: number, payload: Uint8Array): Buffer {
  const { byteLength } = payload;
  const headBytes = headLength(byteLength) + MASK_BYTES;
  const frame = Buffer.alloc(headBytes + byteLength);
  frame[0] = FINAL | opcode;
  if (byteLength < MEDIUM) frame[1] = MASKED | byteLength;
  else if (byteLength <= MAX_MEDIUM) {
    frame[1] = MASKED | MEDIUM;
    frame.writeUInt16BE(byteLength, 2);
  } else {
    frame[1] = MASKED | LARGE;
    frame.writeBigUInt64BE(BigInt(byteLength), 2);
  }
  frame.set(payload, headBytes);
  return frame;
}

function headLength(payloadBytes: number): number {
  if (payloadBytes < MEDIUM) return 2;
  return payloadBytes <= MAX_MEDIUM ? 4 : 10;
}
