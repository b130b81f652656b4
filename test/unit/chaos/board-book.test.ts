import assert from "node:assert/strict";
import { BoardBook, shapeOf } from "../../chaos/board-book.ts";

describe("the book of a board", () => {
  let wrongs: string[];
  let book: BoardBook;
  beforeEach(() => {
    wrongs = [];
    book = new BoardBook("plans", (words) => wrongs.push(words));
  });

  /** Somebody pushes so often, and each push is acknowledged as the next entry. */
  const push = (author: string, times: number, firstSeq = 1): void => {
    for (let index = 0; index < times; index++) book.acked(author, book.make(author), firstSeq + index);
  };
  /** What a document holds when an author's pushes up to `n` are in it. */
  const textsUpTo = (author: string, n: number): Map<string, string> =>
    new Map(Array.from({ length: n }, (_, index) => [shapeOf(author, index + 1), `${index + 1}`]));

  it("finds nothing wrong where all is as it was promised", () => {
    push("ann", 45);
    book.make("ann"); // nobody has answered it: it may be there or not

    for (const n of [45, 46]) book.judge(book.promised(), textsUpTo("ann", n), n, "a newcomer");

    assert.deepEqual([wrongs, book.ackedPushes, book.openPushes], [[], 45, 1]);
  });

  it("finds an acknowledged push that is lost", () => {
    push("ann", 45);

    book.judge(book.promised(), textsUpTo("ann", 44), 45, "a newcomer");

    assert.deepEqual(wrongs, ["plans: push 45 of ann was acknowledged, and a newcomer reads 25 in its place"]);
  });

  it("finds an older push that was applied again over a newer one", () => {
    push("ann", 45);
    const texts = textsUpTo("ann", 45);
    texts.set(shapeOf("ann", 3), "3");

    book.judge(book.promised(), texts, 45, "a newcomer");

    assert.deepEqual(wrongs, ["plans: push 43 of ann was acknowledged, and a newcomer reads 3 in its place"]);
  });

  it("finds a push that is there twice", () => {
    push("ann", 2);

    book.seen({ seq: 3, author: "ann", n: 2 });

    assert.deepEqual(wrongs, ["plans: push 2 of ann is there twice, as entries 2 and 3"]);
  });

  it("finds pushes that are out of turn, also where the later entry is seen first", () => {
    book.make("ann");
    book.make("ann");
    book.seen({ seq: 7, author: "ann", n: 1 });

    book.seen({ seq: 6, author: "ann", n: 2 });

    assert.deepEqual(wrongs, ["plans: pushes 2 and 1 of ann are out of turn, as entries 6 and 7"]);
  });

  it("finds an entry that changed", () => {
    push("ann", 2);
    push("ben", 1, 3);

    book.seen({ seq: 2, author: "ben", n: 2 });

    assert.deepEqual(wrongs, ["plans: entry 2 was push 2 of ann, and is push 2 of ben"]);
  });

  it("finds a document that went back, and texts that nobody wrote", () => {
    push("ann", 1);
    push("ben", 1, 2);
    const texts = new Map([
      [shapeOf("ann", 1), "1"],
      [shapeOf("ben", 1), "lost"],
    ]);

    book.judge(book.promised(), texts, 1, "a newcomer");

    assert.deepEqual(wrongs, [
      "plans: a newcomer is at entry 1, and 2 was shown before",
      'plans: a newcomer reads "lost" in ben:0, which nobody wrote',
    ]);
  });

  it("finds an acknowledgement of what nobody made", () => {
    book.acked("ann", 1, 1);

    assert.deepEqual(wrongs, ["plans: push 1 of ann was acknowledged, and never made"]);
  });
});
