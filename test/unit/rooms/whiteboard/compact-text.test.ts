import assert from "node:assert/strict";
import fc from "fast-check";
import * as Y from "yjs";
import { compacted } from "../../../../rooms/whiteboard/rules/compact-text.ts";
import { undoingUpdate } from "../../../../rooms/whiteboard/rules/rich-undo.ts";

/** No pairs of code units: Yjs itself spoils those that are cut in two, each reader another one. */
const WORDS = ["a", "word", "éü", "longer words"] as const;

/** Somebody writes, deletes or changes looks somewhere, or two of them hear of one another. */
const anAct = fc.record({
  who: fc.nat(2),
  kind: fc.constantFrom("write", "write", "delete", "look", "hear"),
  at: fc.nat(30),
  what: fc.nat(3),
});
const acts = fc.array(anAct, { maxLength: 60, size: "max" });
type Act = typeof anAct extends fc.Arbitrary<infer A> ? A : never;

function writers(): readonly Y.Doc[] {
  return [1, 2, 3].map((client) => {
    const doc = new Y.Doc();
    doc.clientID = client;
    return doc;
  });
}

function act(docs: readonly Y.Doc[], { who, kind, at, what }: Act): void {
  const [doc, other] = [docs[who] ?? new Y.Doc(), docs[(who + 1) % docs.length] ?? new Y.Doc()];
  const text = doc.getText("text");
  const from = text.length === 0 ? 0 : at % text.length;
  if (kind === "write") text.insert(from, WORDS[what] ?? "");
  else if (kind === "delete") text.delete(from, Math.min(what * 2, text.length - from));
  else if (kind === "look") text.format(from, Math.min(3, text.length - from), { bold: what % 2 === 0 ? true : null });
  else Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc)));
}

/** All that the writers ever wrote, with the words that were deleted. */
function recorded(all: readonly Act[]): { readonly docs: readonly Y.Doc[]; readonly updates: Uint8Array[] } {
  const docs = writers();
  const updates: Uint8Array[] = [];
  for (const doc of docs) doc.on("update", (update: Uint8Array) => updates.push(update));
  for (const one of all) act(docs, one);
  return { docs, updates };
}

function read(...updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}
const deltaOf = (doc: Y.Doc) => doc.getText("text").toDelta();

describe("a text without what was deleted", () => {
  it("[BRD9] is the same text, and changes nothing for who has the other", () => {
    fc.assert(
      fc.property(acts, (all) => {
        const { updates } = recorded(all);
        const whole = Y.mergeUpdates([...updates, Y.encodeStateAsUpdate(new Y.Doc())]);
        const small = compacted(whole);

        assert.deepEqual(deltaOf(read(small)), deltaOf(read(whole)));
        assert.deepEqual(deltaOf(read(whole, small)), deltaOf(read(whole)));
        assert.deepEqual(compacted(small), small);
      }),
    );
  });

  it("[BRD9] takes what others wrote meanwhile, as the other does", () => {
    fc.assert(
      fc.property(acts, acts, (all, more) => {
        const { docs, updates } = recorded(all);
        const whole = Y.mergeUpdates([...updates, Y.encodeStateAsUpdate(new Y.Doc())]);
        const later: Uint8Array[] = [];
        for (const doc of docs) doc.on("update", (update: Uint8Array) => later.push(update));
        for (const one of more) act(docs, one);

        const small = read(compacted(whole), ...later);

        assert.deepEqual(deltaOf(small), deltaOf(read(whole, ...later)));
        assert.deepEqual(deltaOf(read(compacted(Y.mergeUpdates([compacted(whole), ...later])))), deltaOf(small));
      }),
    );
  });

  it("[BRD9] can be taken back: words that a push deleted come again", () => {
    fc.assert(
      fc.property(acts, fc.nat(20), fc.nat(10), (all, at, length) => {
        const { updates } = recorded(all);
        const doc = read(...updates);
        doc.clientID = 9;
        const before = [compacted(Y.encodeStateAsUpdate(doc))];
        const text = doc.getText("text").toString();
        doc
          .getText("text")
          .delete(Math.min(at, text.length), Math.min(length, text.length - Math.min(at, text.length)));
        const after = [compacted(Y.encodeStateAsUpdate(doc))];
        const undo = undoingUpdate(before, after);

        assert.equal(
          read(...after, ...(undo ? [undo] : []))
            .getText("text")
            .toString(),
          text,
        );
      }),
    );
  });

  it("[BRD9] has what was written letter by letter as one piece, and nothing of what was deleted", () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => updates.push(update));
    for (let n = 0; n < 5000; n++) doc.getText("text").insert(n, "x");
    doc.getText("text").delete(10, 4980);

    assert.ok(compacted(Y.mergeUpdates(updates)).byteLength < 100);
  });

  it("[BRD9] has what was swept away as one piece", () => {
    const swept = new Uint8Array([1, 3, 1, 0, 0, 1, 0, 1, 0, 2, 0]);

    assert.deepEqual(compacted(swept), new Uint8Array([1, 1, 1, 0, 0, 4, 0]));
  });

  it("[BRD9] comes of an update with gaps, which later ones fill", () => {
    const doc = new Y.Doc();
    const updates: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => updates.push(update));
    for (const word of ["one ", "two ", "three "]) doc.getText("text").insert(doc.getText("text").length, word);
    const [first = new Uint8Array(), second = new Uint8Array(), third = new Uint8Array()] = updates;

    const small = compacted(Y.mergeUpdates([first, third]));

    assert.equal(read(small, second).getText("text").toString(), "one two three ");
  });
});
