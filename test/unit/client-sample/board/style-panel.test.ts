import assert from "node:assert/strict";
import { keyParts } from "../../../../client-sample/src/board/ui/keys.ts";
import { fittingProperties } from "../../../../client-sample/src/board/ui/style-panel.ts";

describe("the style panel", () => {
  it("offers what fits the selection", () => {
    assert.deepEqual([...fittingProperties(["stroke"], "select")], ["color", "width"]);
    assert.equal(fittingProperties(["image"], "select").size, 0);
  });

  it("offers what fits any of several shapes", () => {
    assert.deepEqual([...fittingProperties(["stroke", "note"], "select")].sort(), [
      "align",
      "color",
      "fill",
      "fontSize",
      "width",
    ]);
  });

  it("offers what fits the next shape where nothing is selected", () => {
    assert.deepEqual([...fittingProperties([], "arrow")], ["color", "width", "dash"]);
    assert.equal(fittingProperties([], "hand").size, 0);
  });
});

describe("the names of keys", () => {
  it("tell a plus that is a key from one that joins keys", () => {
    assert.equal(keyParts("Mod++").at(-1), "+");
    assert.equal(keyParts("Shift+]").length, 2);
  });
});
