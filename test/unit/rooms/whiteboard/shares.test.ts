import assert from "node:assert/strict";
import type { BoardRecord } from "../../../../rooms/whiteboard/rules/board.ts";
import { Shares } from "../../../../rooms/whiteboard/shares.ts";
import { MapRecords } from "../../../../src/document/document.ts";
import { create } from "./pushed-board.ts";

const MAX_BYTES = 10_000;

describe("shares of a board", () => {
  let shares: Shares;
  let records: MapRecords<BoardRecord>;
  let nowMs: number;
  beforeEach(() => {
    [shares, records, nowMs] = [new Shares(), new MapRecords(), 0];
  });

  const shape = (id: string, by: string, length: number): void =>
    records.set(id, { type: "note", g: { text: "x".repeat(length) }, rev: {}, by, at: 0 });
  const take = (userId: string, ...ops: { t: string }[]): string | undefined =>
    shares.take(userId, ops, { records, sizeBytes: records.sizeBytes, maxBytes: MAX_BYTES }, nowMs)?.code;
  const note = (length: number) => create("new", { text: "x".repeat(length) });

  it("[BRD12] are a quarter of it for each user, once it is half full", () => {
    shape("a", "ann", 3000);
    const before = take("ann", note(100));
    shape("b", "bob", 2000);

    assert.deepEqual([before, take("ann", note(100)), take("bob", note(100))], [undefined, "TOO_LARGE", undefined]);
  });

  it("[BRD12] count what was pushed since they were counted, and what was taken away when they are counted again", () => {
    shape("a", "ann", 4000);
    shape("b", "bob", 1000);
    shape("c", "cid", 2000);
    const pushed = [take("bob", note(800)), take("bob", note(800))];
    shape("a", "ann", 100);
    shape("d", "", 4000);
    nowMs = 5000;

    assert.deepEqual([...pushed, take("ann", note(100))], [undefined, "TOO_LARGE", undefined]);
  });

  for (const op of [{ t: "del" }, { t: "unset" }, { t: "say" }, { t: "sign" }, { t: "own" }]) {
    it(`[BRD12] are no matter for ${op.t}`, () => {
      shape("a", "ann", 9000);

      assert.equal(take("ann", op), undefined);
    });
  }
});
