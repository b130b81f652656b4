import assert from "node:assert/strict";
import fc from "fast-check";
import * as Y from "yjs";
import { type BoardOp, type BoardRecord, board } from "../../../../rooms/whiteboard/rules/board.ts";
import { MapRecords } from "../../../../src/document/document.ts";
import { create, PushedBoard, stamp, textOf, written } from "./pushed-board.ts";

const KB = 1024;
const add = (u: Uint8Array, id = "a"): BoardOp => ({ t: "y", id, u });

/** The updates of somebody who writes letter by letter, and takes some back. */
function typed(letters: number): readonly Uint8Array[] {
  const doc = new Y.Doc();
  doc.clientID = 7;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const text = doc.getText("text");
  for (let n = 0; n < letters; n++) text.insert(n % (text.length + 1), "abc"[n % 3] ?? "");
  text.delete(0, 3);
  return updates;
}

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

describe("rich text", () => {
  let pushed: PushedBoard;
  beforeEach(() => {
    pushed = new PushedBoard();
    pushed.pushAll([create("a")]);
  });

  for (const [what, u] of [
    ["nothing", []],
    ["a byte", [1]],
    ["half an update", [...written("hello").slice(0, 9)]],
    ["a count without an end", [255, 255, 255, 255, 15]],
    ["more structures than bytes", [1, 255, 255, 255, 127, 1, 0]],
    ["a number beyond all numbers", [1, 1, 1, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0, 1, 0]],
    ["a place too far away", [1, 1, 1, 255, 255, 255, 255, 255, 255, 255, 15, 0, 1, 0]],
    ["a structure of no length", [1, 1, 1, 0, 0, 0, 0]],
    [
      "lists in lists",
      [
        1,
        1,
        1,
        0,
        8,
        1,
        1,
        116,
        1,
        ...Array<number>(20_000)
          .fill(117)
          .map((b, n) => (n % 2 ? 1 : b)),
      ],
    ],
  ] as const) {
    it(`[BRD9] refuses ${what} for an update`, () => {
      assert.equal(pushed.push(add(new Uint8Array(u))), "INVALID");
      assert.equal(pushed.shape("a").rich, undefined);
    });
  }

  for (const [what, write] of [
    ["a document", (doc: Y.Doc) => doc.getMap("text").set("a", new Y.Doc())],
    ["a list", (doc: Y.Doc) => doc.getMap("text").set("a", new Y.Array())],
    ["any value", (doc: Y.Doc) => doc.getMap("text").set("a", 1)],
    ["bytes", (doc: Y.Doc) => doc.getMap("text").set("a", new Uint8Array(3))],
    ["something else than letters", (doc: Y.Doc) => doc.getText("text").insertEmbed(0, { image: "x" })],
    ["a look that is as long as a text", (doc: Y.Doc) => doc.getText("text").insert(0, "a", { a: "x".repeat(2048) })],
    ["a look of looks", (doc: Y.Doc) => doc.getText("text").insert(0, "a", { a: JSON.parse(nested(2000)) })],
  ] as const) {
    it(`[BRD9] refuses ${what} in a text`, () => {
      const doc = new Y.Doc();
      write(doc);

      assert.equal(pushed.push(add(Y.encodeStateAsUpdate(doc))), "INVALID");
    });
  }

  it("[BRD9] takes letters, looks, and what was deleted, from many", () => {
    const doc = new Y.Doc();
    const text = doc.getText("text");
    for (const client of [1, 2, 3]) {
      doc.clientID = client;
      text.insert(client, "a😀c", { bold: true, colour: "x".repeat(1000) });
      text.format(0, 2, { bold: null, list: { type: "bullet" } });
      text.delete(1, 1);
    }

    pushed.pushAll([add(Y.encodeStateAsUpdate(doc))]);

    assert.equal(textOf(pushed.shape("a").rich ?? []), text.toString());
  });

  it("[BRD9] does not merge a long text anew for every few letters", () => {
    pushed.pushAll([add(written("x".repeat(60 * KB)))]);

    pushed.pushAll(typed(500).map((u) => add(u)));
    const grown = pushed.shape("a").rich ?? [];
    pushed.pushAll(typed(1000).map((u) => add(u)));
    const { rich = [] } = pushed.shape("a");

    assert.ok(grown.length > 250, `${grown.length}`);
    assert.ok(rich.length < 1000, `${rich.length}`);
  });

  it("[BRD9] refuses a restore with updates that cannot be read", () => {
    pushed.pushAll([{ t: "del", id: "a" }]);

    assert.equal(pushed.push({ t: "restore", id: "a", type: "note", g: {}, rich: [new Uint8Array([1])] }), "INVALID");
  });

  it("[BRD9] merges updates when there are more than 64, and keeps what is written", () => {
    const updates = typed(500);
    pushed.pushAll(updates.map((u) => add(u)));

    const { rich = [] } = pushed.shape("a");

    assert.ok(rich.length <= 64, `${rich.length}`);
    assert.equal(textOf(rich), textOf(updates));
  });

  it("[BRD9] comes to the same bytes on every machine", () => {
    const again = new PushedBoard();
    again.pushAll([create("a")]);

    for (const one of [pushed, again]) one.pushAll(typed(200).map((u) => add(u)));

    assert.deepEqual(pushed.records.get("a"), again.records.get("a"));
  });

  it("[BRD9] is full at 256 kB, and says so", () => {
    for (let n = 1; n <= 4; n++) pushed.pushAll([add(written("x".repeat(63 * KB), n))]);

    assert.equal(pushed.push(add(written("x".repeat(5 * KB), 5))), "TOO_LARGE");

    assert.equal(pushed.refusal, "This text is full.");
    assert.ok(Array.isArray(pushed.push(add(written("y", 6)))));
  });

  it("[BRD9] has room again for what was deleted, however often it was full", () => {
    const doc = new Y.Doc();
    doc.clientID = 7;
    const updates: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => updates.push(update));
    const text = doc.getText("text");
    for (let page = 0; page < 20; page++) {
      text.insert(0, `${page} `.repeat(10 * KB));
      text.delete(5, text.length - 5);
    }

    pushed.pushAll(updates.map((u) => add(u)));

    const { rich = [] } = pushed.shape("a");
    assert.equal(textOf(rich), text.toString());
    assert.ok(rich.reduce((sum, u) => sum + u.byteLength, 0) <= 256 * KB);
  });

  it("[BRD9] takes what is written word by word, more than 256 kB of updates", () => {
    const doc = new Y.Doc();
    doc.clientID = 7;
    const text = doc.getText("text");
    for (let word = 0; word < 10_000; word++) {
      const before = Y.encodeStateVector(doc);
      text.insert(text.length, "ten chars ");
      pushed.pushAll([add(Y.encodeStateAsUpdate(doc, before))]);
    }

    assert.equal(textOf(pushed.shape("a").rich), text.toString());
  }).timeout(30_000);

  it("[BRD9] is bounded also where every other letter is deleted", () => {
    const doc = new Y.Doc();
    doc.clientID = 7;
    const text = doc.getText("text");
    const updates: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => updates.push(update));
    text.insert(0, "x".repeat(20 * KB));
    for (let at = 0; at < 5000; at++) text.delete(at, 1);

    for (const u of updates) pushed.push(add(u));

    const bytes = (pushed.shape("a").rich ?? []).reduce((sum, u) => sum + u.byteLength, 0);
    assert.ok(bytes < 64 * KB, `${bytes}`);
  });

  it("[BRD9] is not brought back with more than 256 kB", () => {
    pushed.pushAll([{ t: "del", id: "a" }]);
    const rich = [1, 2, 3, 4, 5].map((n) => written("x".repeat(63 * KB), n));

    assert.equal(pushed.push({ t: "restore", id: "a", type: "note", g: {}, rich }), "TOO_LARGE");
  });

  it("[BRD9] is replayed from a log that holds whatever was taken before", () => {
    const records = new MapRecords<BoardRecord>();
    board.evolve(records, create("a"), stamp(1));

    for (let n = 0; n < 200; n++) {
      board.evolve(records, add(n % 3 === 0 ? written(`${n}`, n + 1) : new Uint8Array([n])), stamp(n + 2));
    }

    const record = records.get("a");
    assert.ok(record && "rich" in record);
    assert.match(textOf(record.rich.slice(0, 1)), /3/);
  });

  it("[BRD9] answers every update, however it was broken, at once", () => {
    const update = fc
      .tuple(
        fc.constantFrom(...typed(30), written("hello"), written("x".repeat(200))),
        fc.array(fc.tuple(fc.nat(400), fc.nat(255))),
        fc.nat(400),
      )
      .map(([whole, changes, length]) => {
        const broken = new Uint8Array(whole);
        for (const [where, byte] of changes) broken[where % broken.length] = byte;
        return changes.length % 2 === 0 ? broken : broken.slice(0, length);
      });

    fc.assert(
      fc.property(fc.array(update, { minLength: 1, maxLength: 150, size: "max" }), (updates) => {
        const one = new PushedBoard();
        one.pushAll([create("a")]);
        for (const u of updates) one.push(add(u));

        assert.ok((one.shape("a").rich ?? []).length <= 64);
      }),
      { numRuns: 100 },
    );
  });
});
