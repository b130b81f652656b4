import { decode } from "@colyseus/schema";

/** First byte of a frame that carries several inputs, each with its length; a flag says that stamps precede them. */
const RING_KIND = 20;
const KIND_BITS = 0x1f;
const STAMPED_BIT = 0x80;
/** An SDK sends 4 to 8 inputs in a ring; nobody has a use for more than this. */
const MAX_INPUTS = 64;

/**
 * Whether Colyseus can read a ring of inputs to its end. Its decoder follows the lengths that the client wrote: a
 * negative one sends it round for ever, a huge count of stamps makes it allocate as many. Other frames pass.
 *
 * @param hasBothStamps whether the room's clients stamp each input with two times (snapshot and reckon)
 */
export function isReadableRing(frame: Uint8Array, hasBothStamps: boolean): boolean {
  const first = frame[0] ?? 0;
  if ((first & KIND_BITS) !== RING_KIND) return true;
  const it = { offset: 1 };
  if ((first & STAMPED_BIT) !== 0 && !skipStamps(frame, it, hasBothStamps)) return false;
  if (!isCount(decode.number(frame, it), Number.MAX_SAFE_INTEGER)) return false;
  for (let inputs = 0; it.offset < frame.byteLength; inputs++) {
    const length = decode.number(frame, it);
    if (inputs === MAX_INPUTS || !isCount(length, frame.byteLength - it.offset)) return false;
    it.offset += length;
  }
  return it.offset === frame.byteLength;
}

function skipStamps(frame: Uint8Array, it: { offset: number }, hasBothStamps: boolean): boolean {
  const stamps = decode.number(frame, it);
  if (!isCount(stamps, MAX_INPUTS) || stamps === 0) return false;
  it.offset += 4;
  for (let delta = 1; delta < stamps; delta++) decode.number(frame, it);
  if (hasBothStamps) {
    it.offset += 2;
    for (let delta = 1; delta < stamps; delta++) decode.number(frame, it);
  }
  return it.offset <= frame.byteLength;
}

function isCount(value: number, max: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= max;
}
