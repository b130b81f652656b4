import { Packr } from "msgpackr";

/** Objects of one form say their names once, and a Map or a Set stays one. */
const packr = new Packr({ moreTypes: true });

/**
 * Encodes plain data, with Maps, Sets, dates and bytes. The bytes are the caller's to keep.
 *
 * @throws Error for what MessagePack has no form for
 */
export function encode(value: unknown): Uint8Array {
  return new Uint8Array(packr.pack(value)); // its own memory: packr's is a slice of what it fills again
}

/** Decodes what {@link encode} encoded. */
export function decode(bytes: Uint8Array): unknown {
  return packr.unpack(bytes as Buffer); // msgpackr reads any Uint8Array
}
