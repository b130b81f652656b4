import assert from "node:assert/strict";
import { applyUpdate, Doc } from "yjs";
import { undoingUpdate, wholeUpdate } from "../../../../rooms/whiteboard/rules/rich-undo.ts";

describe("what takes words back", () => {
  /** Updates of somebody who writes, beginning with `before`. */
  function written(write: (doc: Doc) => void, before: readonly Uint8Array[] = []): Uint8Array[] {
    const doc = docOf(before);
    const updates: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => updates.push(update));
    write(doc);
    return [...before, ...updates];
  }

  function docOf(updates: readonly Uint8Array[]): Doc {
    const doc = new Doc();
    for (const update of updates) applyUpdate(doc, update);
    return doc;
  }

  const wordsOf = (updates: readonly Uint8Array[]): string => docOf(updates).getText("text").toString();

  it("leaves what was there before, and what others have written since", () => {
    const before = written((doc) => doc.getText("text").insert(0, "Hello"));
    const after = written((doc) => {
      doc.getText("text").insert(5, " world");
      doc.getText("text").delete(0, 2);
    }, before);
    const others = written((doc) => doc.getText("text").insert(1, "XX"), after);

    const undoing = undoingUpdate(before, after);

    assert.ok(undoing);
    assert.equal(wordsOf([...others, undoing]).replace("XX", ""), "Hello");
    assert.ok(wordsOf([...others, undoing]).includes("XX"));
  });

  it("can itself be taken back", () => {
    const before = written((doc) => doc.getText("text").insert(0, "Hello"));
    const after = written((doc) => doc.getText("text").insert(5, " world"), before);
    const undoing = undoingUpdate(before, after);
    assert.ok(undoing);

    const redoing = undoingUpdate(after, [...after, undoing]);

    assert.ok(redoing);
    assert.equal(wordsOf([...after, undoing, redoing]), "Hello world");
  });

  it("is nothing where nothing was written, or it cannot be read", () => {
    const text = written((doc) => doc.getText("text").insert(0, "Hello"));

    assert.equal(undoingUpdate(text, text), undefined);
    assert.equal(undoingUpdate(text, [Uint8Array.of(1, 2, 3)]), undefined);
    assert.equal(wholeUpdate([Uint8Array.of(1, 2, 3), Uint8Array.of(4)]), undefined);
  });
});
