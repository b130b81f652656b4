import assert from "node:assert/strict";
import { Doc, encodeStateAsUpdate } from "yjs";
import {
  addUpdates,
  cut,
  deltaOf,
  isBlank,
  plainDelta,
  plainText,
  seedUpdate,
  textOf,
  tidyText,
  updateOf,
} from "../../../../client-sample/src/board/text/delta.ts";

/** A document that begins with updates, and the update of what is done to it. */
function writing(updates: readonly Uint8Array[], act: (doc: Doc) => void): Uint8Array {
  const doc = new Doc();
  addUpdates(doc, updates);
  act(doc);
  return encodeStateAsUpdate(doc);
}

describe("the words of a shape", () => {
  it("are those of its rich text where it has one", () => {
    const rich = [updateOf([{ insert: "new", attributes: { bold: true } }, { insert: "\n" }])];

    const delta = plainDelta({ rich, g: { text: "old" } });

    assert.deepEqual(delta, [{ insert: "new", attributes: { bold: true } }, { insert: "\n" }]);
  });

  it("are its plain text where it has no other", () => {
    assert.deepEqual(plainDelta({ g: { text: "one\r\ntwo" } }), [{ insert: "one\ntwo\n" }]);
  });

  it("are decoded once", () => {
    const rich = [updateOf([{ insert: "words\n" }])];

    assert.equal(plainDelta({ rich, g: {} }), plainDelta({ rich, g: { text: "" } }));
  });

  it("keep nothing but the known looks", () => {
    const update = writing([], (doc) => {
      textOf(doc).insert(0, "x", { bold: true, link: "javascript:1", color: "red", list: "checked" });
      textOf(doc).insertEmbed(1, { image: "data:" });
    });

    assert.deepEqual(plainDelta({ rich: [update], g: {} }), [{ insert: "x", attributes: { bold: true } }]);
  });

  it("survive an update that cannot be read", () => {
    const rich = [updateOf([{ insert: "kept\n" }]), Uint8Array.of(255, 1, 2)];

    assert.equal(plainText(plainDelta({ rich, g: {} })), "kept\n");
  });

  it("are blank where only spaces and ends of lines are left", () => {
    assert.equal(isBlank([{ insert: " \n" }, { insert: "\n", attributes: { list: "bullet" } }]), true);
    assert.equal(isBlank([{ insert: "a\n" }]), false);
  });
});

describe("the seed of a rich text", () => {
  it("is there once when two people begin at the same moment", () => {
    const one = writing([seedUpdate("Hello")], (doc) => textOf(doc).insert(0, "A "));
    const other = writing([seedUpdate("Hello")], (doc) => textOf(doc).insert(5, " B"));

    const doc = new Doc();
    addUpdates(doc, [one, other]);

    assert.equal(plainText(deltaOf(doc)), "A Hello B\n");
  });

  it("is another one for another text, so that all end with the same", () => {
    const updates = [seedUpdate("one"), seedUpdate("another")];
    const [there, back] = [new Doc(), new Doc()];

    addUpdates(there, updates);
    addUpdates(back, updates.toReversed());

    assert.equal(plainText(deltaOf(there)), plainText(deltaOf(back)));
  });
});

describe("a tidy text", () => {
  it("has one kind of line ends and no characters that show nothing", () => {
    assert.equal(tidyText("a\r\nb\rc\u2028d\te\u0000\u0007\ufefff"), "a\nb\nc\nd    ef");
  });

  it("has no half characters, since nobody else would read the same", () => {
    assert.equal(tidyText("a\ud83db"), "a\ufffdb");
  });

  it("ends at its bound, and not within a character", () => {
    assert.equal(cut("ab😀", 3), "ab");
    assert.equal(tidyText("x".repeat(1_000_000), 20).length, 20);
  });
});
