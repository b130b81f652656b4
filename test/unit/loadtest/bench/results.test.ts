import assert from "node:assert/strict";
import { replaceSection } from "../../../../loadtest/bench/results.ts";

describe("the document of results", () => {
  it("takes a new part at its end", () => {
    assert.equal(replaceSection("# Results\n", "b", "two\n"), "# Results\n\n## b\n\ntwo\n");
  });

  it("takes a part in place of the older one and leaves the others alone", () => {
    const before = "# Results\n\n## a\n\none\n\n## b\n\nold\n\n## c\n\nthree\n";

    const after = replaceSection(before, "b", "new");

    assert.equal(after, "# Results\n\n## a\n\none\n\n## b\n\nnew\n\n## c\n\nthree\n");
  });

  it("is the same after the same part was put twice", () => {
    const once = replaceSection("# Results\n", "a", "one");

    assert.equal(replaceSection(once, "a", "one"), once);
  });
});
