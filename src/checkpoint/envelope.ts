import { decode, encode } from "./codec.ts";
import type { CheckpointHead, StoredCheckpoint } from "./store.ts";

/** Form of what is kept; another one is not read. */
const VERSION = 1;

/** A room as it was. */
export interface Checkpoint extends CheckpointHead {
  /** With which the room was made. */
  readonly options: object;
  /** What the room said of itself. */
  readonly content: Uint8Array;
}

/** What a store is given. */
export function seal(options: object, content: Uint8Array): Uint8Array {
  return encode([VERSION, options, content]);
}

/** @throws Error for what another version has kept, or what is damaged */
export function unseal({ content: sealed, ...head }: StoredCheckpoint): Checkpoint {
  const value: unknown = decode(sealed);
  if (!Array.isArray(value) || value[0] !== VERSION) throw new Error("It was kept in another form.");
  const [, options, content] = value;
  return { ...head, options, content };
}
