/** Rich text of shapes: Yjs updates, which are checked, kept in order, and merged without what was deleted when they are many. */
import { decodeUpdate, mergeUpdates } from "yjs";
import { OpRefused } from "../../../src/document/document.ts";
import { compacted } from "./compact-text.ts";
import { isOfText } from "./text-update.ts";

/** Most bytes of one text. */
const MAX_BYTES = 256 * 1024;
/** A text that has more than this of them where only what is to be read is left of it is full: else each letter would be read with all. */
const FULL_SHARE = 7 / 8;
/** With more updates than this they are merged into one, once they have grown by a share of it: merging reads it all. */
const MAX_UPDATES = 64;
const GROWTH_SHARE = 0.25;
/** What an update counts beside its bytes, so that many small ones are merged too. */
const UPDATE_BYTES = 16;
/** Far beyond every text, and small enough that places in it are counted exactly. */
const MAX_CLOCK = 2 ** 32;

/** The updates of a text. */
export type RichText = readonly Uint8Array[];

/**
 * Refuses updates that cannot be read, and more than a text may hold.
 *
 * @throws OpRefused INVALID, TOO_LARGE
 */
export function assertRich(updates: RichText, before: RichText = []): void {
  if (!updates.every(isReadable))
    throw new OpRefused("INVALID", "Expected text as an update of Yjs, in its first format.");
  const all = [...before, ...updates];
  const isFull = isBrimful(before, updates) && bytesOf(merged(all)) > MAX_BYTES * FULL_SHARE;
  if (isFull) throw new OpRefused("TOO_LARGE", "This text is full.");
}

function isBrimful(before: RichText, updates: RichText): boolean {
  return bytesOf(before) + bytesOf(updates) > MAX_BYTES;
}

/** How often all of a text has to be read to take updates one after another: each time that they bring it to the brim. */
export function countBrims(before: RichText, updates: RichText): number {
  let bytes = bytesOf(before);
  let brims = 0;
  for (const { byteLength } of updates) {
    bytes += byteLength;
    if (bytes <= MAX_BYTES) continue;
    brims++;
    bytes = MAX_BYTES * FULL_SHARE; // at most: else it is full, and no more is taken
  }
  return brims;
}

/** A text with updates added. Takes whatever it is given: what cannot be read is left out when it comes to merging. */
export function withUpdates(text: RichText, updates: RichText): RichText {
  const all = [...text, ...updates];
  return isMergeDue(all) || isBrimful(text, updates) ? merged(all) : all;
}

function isMergeDue([first, ...others]: RichText): boolean {
  if (first === undefined || others.length < MAX_UPDATES) return false;
  return bytesOf(others) + others.length * UPDATE_BYTES >= first.byteLength * GROWTH_SHARE;
}

/** Whether two texts are the same, however their updates were merged. */
export function isSameText(one: RichText | undefined, other: RichText | undefined): boolean {
  if (one === other) return true;
  const [ones, others] = [merged(one ?? []), merged(other ?? [])];
  return ones.length === others.length && ones.every((update, at) => isSameUpdate(update, others[at]));
}

function isSameUpdate(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return one.length === other?.length && one.every((byte, at) => byte === other[at]);
}

function merged(updates: RichText): RichText {
  const readable = updates.filter(isReadable);
  try {
    return readable.length === 0 ? [] : [smallest(mergeUpdates([...readable]))];
  } catch {
    return readable;
  }
}

/** What was deleted is left out, but where its places take more than it does itself. */
function smallest(update: Uint8Array): Uint8Array {
  const small = compacted(update);
  return small.byteLength < update.byteLength ? small : update;
}

/** A reader of Yjs' own would take numbers that do not count up, and go round in circles. */
function isReadable(update: Uint8Array): boolean {
  if (!isOfText(update)) return false;
  try {
    const { structs, ds } = decodeUpdate(update);
    const deleted = [...ds.clients.values()].flat();
    return (
      structs.every(({ id, length }) => length > 0 && id.clock + length <= MAX_CLOCK) &&
      deleted.every(({ clock, len }) => clock + len <= MAX_CLOCK)
    );
  } catch {
    return false;
  }
}

function bytesOf(updates: RichText): number {
  return updates.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
}
