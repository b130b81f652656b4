import assert from "node:assert/strict";
import { tooLongWords } from "../../../../client-sample/src/board/text/too-long.ts";

describe("words that are too many", () => {
  it("are told from how many there may be, and what was done", () => {
    assert.match(tooLongWords(1_000_000), /has 1,000,000 characters; .* at most 20,000\. Nothing was put in/);
  });

  it("are told from how many there is room for where something is written already", () => {
    assert.match(tooLongWords(19_000, 1234), /room for 1,234 here/);
  });
});
