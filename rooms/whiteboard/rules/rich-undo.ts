/** Taking back what a push did to a text: what others have written in it since stays. */
import { applyUpdate, Doc, encodeStateAsUpdate, encodeStateVector, mergeUpdates, UndoManager } from "yjs";

/**
 * The update that takes back what leads from the one text to the other; undefined where that is nothing, or cannot be read. Work
 * for a client: it builds the text.
 */
export function undoingUpdate(
  before: readonly Uint8Array[],
  after: readonly Uint8Array[],
): Uint8Array<ArrayBuffer> | undefined {
  const doc = new Doc();
  doc.clientID = authorOf([...before, ...after]);
  const changes = {}; // marks whose changes are undone
  try {
    for (const update of before) applyUpdate(doc, update);
    const undo = new UndoManager(doc, { trackedOrigins: new Set([changes]), captureTimeout: Number.MAX_SAFE_INTEGER });
    for (const update of after) applyUpdate(doc, update, changes);
    const reached = encodeStateVector(doc);
    if (undo.undo() === null) return undefined;
    return new Uint8Array(encodeStateAsUpdate(doc, reached));
  } catch {
    return undefined; // others may have written what is no text
  } finally {
    doc.destroy();
  }
}

/** A whole text as one update; undefined where it cannot be read. */
export function wholeUpdate(updates: readonly Uint8Array[]): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(mergeUpdates([...updates]));
  } catch {
    return undefined;
  }
}

/** Who brings words back: the same for the same text, so that this is pure, and hardly ever the same for two. FNV-1a, 32 bits. */
function authorOf(updates: readonly Uint8Array[]): number {
  let hash = 0x811c9dc5;
  for (const update of updates) {
    for (const byte of update) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
