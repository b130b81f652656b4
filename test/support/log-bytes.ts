import type { StoredBatch, StoredSnapshot } from "../../src/op-log/store.ts";

/** A batch whose bytes tell its place; `salt` gives other bytes, and their number where it is large. */
export function batch(start: number, to = start, salt = 64): StoredBatch {
  return { from: start, to, bytes: bytesOf(`${start}-${to}-${salt};`, salt) };
}

/** A snapshot whose bytes tell its place. */
export function snapshot(seq: number, length = 64): StoredSnapshot {
  return { seq, bytes: bytesOf(`snapshot ${seq};`, length) };
}

function bytesOf(text: string, length: number): Uint8Array {
  return new Uint8Array(Buffer.alloc(Math.max(length, 16), text));
}
