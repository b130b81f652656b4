import assert from "node:assert/strict";
import fc from "fast-check";
import { lengthText, tidyMessage } from "../../../../client-sample/src/chat/tidy.ts";
import { badgeText, withBadge } from "../../../../client-sample/src/chat/title-badge.ts";
import { typingText } from "../../../../client-sample/src/chat/typing.ts";
import { sayOp } from "../../../../rooms/chat/chat-op.ts";

describe("a message before it is sent", () => {
  it("has no space around it and one kind of line end", () => {
    assert.equal(tidyMessage("  a\r\nb\rc\u2028d\n "), "a\nb\nc\nd");
  });

  it("[CHT2] is what the server takes, whatever was typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (typed) => {
        const text = tidyMessage(typed);

        assert.equal(text === "" || sayOp.safeParse({ t: "say", id: "m", text, name: "Ada" }).success, true);
      }),
    );
  });

  it("tells its length near the bound and beyond", () => {
    assert.equal(lengthText(1799), "");
    assert.equal(lengthText(1990), "10 left");
    assert.equal(lengthText(1_002_000), "1,000,000 characters too many");
  });
});

describe("badge of the title", () => {
  it("takes the place of the one before", () => {
    assert.equal(withBadge("plans · Whiteboard", 2), "(2) plans · Whiteboard");
    assert.equal(withBadge("(2) plans · Whiteboard", 3), "(3) plans · Whiteboard");
    assert.equal(withBadge("(99+) plans · Whiteboard", 0), "plans · Whiteboard");
  });

  it("has two digits at most", () => {
    assert.equal(badgeText(99), "99");
    assert.equal(badgeText(100), "99+");
  });
});

describe("who is writing", () => {
  const cases: readonly [names: readonly string[], text: string][] = [
    [[], ""],
    [["Ada"], "Ada is writing …"],
    [["Ada", "Bo"], "Ada and Bo are writing …"],
    [["Ada", "Bo", "Cy"], "Ada, Bo and Cy are writing …"],
    [["Ada", "Bo", "Cy", "Di"], "Several people are writing …"],
  ];
  for (const [names, text] of cases) {
    it(`says "${text}" of ${names.length}`, () => {
      assert.equal(typingText(names), text);
    });
  }
});
