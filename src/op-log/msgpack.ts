/** MessagePack, and the few heads of it that are written by hand so that what is encoded already need not be again. */
import { Packr } from "msgpackr";

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });

const FIX_MAP = 0x80;
const FIX_STRING = 0xa0;
const ARRAY_32 = 0xdd;
const ARRAY_32_BYTES = 5;
const FLOAT_64 = 0xcb;
const FLOAT_64_BYTES = 9;

/**
 * Encodes a plain value. The bytes are the caller's to keep.
 *
 * @throws Error for what MessagePack has no form for
 */
export function encode(value: unknown): Uint8Array {
  return new Uint8Array(packr.pack(value)); // its own memory: packr's is a slice of what it fills again
}

/** Decodes MessagePack. */
export function decode(bytes: Uint8Array): unknown {
  return packr.unpack(bytes as Buffer); // msgpackr reads any Uint8Array
}

/** Encodes an array of items that are encoded already. */
export function packArray(items: readonly Uint8Array[]): Uint8Array {
  const head = Buffer.alloc(ARRAY_32_BYTES);
  head[0] = ARRAY_32;
  head.writeUInt32BE(items.length, 1);
  return Buffer.concat([head, ...items]);
}

/** Encodes an object of at most 15 short names with numbers, and values that are encoded already. */
export function packMap(fields: Readonly<Record<string, number | Uint8Array>>): Uint8Array {
  const entries = Object.entries(fields);
  const pairs = entries.flatMap(([name, value]) => [
    Uint8Array.of(FIX_STRING | name.length),
    Buffer.from(name),
    typeof value === "number" ? packNumber(value) : value,
  ]);
  return Buffer.concat([Uint8Array.of(FIX_MAP | entries.length), ...pairs]);
}

/** As a float, which every reader takes for a number; 64-bit integers are read as something else by some. */
function packNumber(value: number): Uint8Array {
  const bytes = Buffer.alloc(FLOAT_64_BYTES);
  bytes[0] = FLOAT_64;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
