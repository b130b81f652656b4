import { addExtension } from "msgpackr";

/** The extension by which msgpackr lets a value refer to another one, or to itself. */
const REFERENCE = 0x69;

/**
 * Lets no payload refer to itself or to a part of itself. Colyseus decodes what clients send with msgpackr's own reader, for
 * which some hundred bytes can stand for gigabytes, or for a value without an end. Such a frame is one that cannot be decoded.
 */
export function refuseReferences(): void {
  addExtension({
    type: REFERENCE,
    unpack() {
      throw new Error("A payload may not refer to itself.");
    },
  });
}
