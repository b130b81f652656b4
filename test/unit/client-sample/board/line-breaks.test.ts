import assert from "node:assert/strict";
import { breaksIn } from "../../../../client-sample/src/board/text/line-breaks.ts";

/** A text with a bar at each place where a line may begin. */
function broken(text: string): string {
  const ends = [...breaksIn(text), text.length];
  return ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end)).join("|");
}

describe("places where a line may break", () => {
  // As Chromium breaks these.
  const cases: readonly (readonly [string, string])[] = [
    ["after spaces", "one |two  |three"],
    ["after hyphens, but not before a number that is less than nothing", "well-|known |-5 |1234-|5678"],
    ["not within numbers and addresses, but at their signs", "3.14 |1,000 |a/b |x.y/z?|q=1"],
    ["not between a word and its marks", "(well), |“quoted” |l’eau |100% |$5"],
    ["on both sides of a dash", "a|—|b"],
    ["between ideographs, but not before what ends a sentence", "漢|字、|か|な。|「な」"],
    ["between emoji, and not within one", "😀|👩‍👧|🇩🇪|❤️"],
    ["not where a space must not break", "10\u00a0km |a\u2060b"],
    ["between words of a script without spaces", "สวัสดี|ชาว|โลก"],
  ];
  for (const [where, text] of cases) {
    it(`are ${where}`, () => {
      assert.equal(broken(text.replaceAll("|", "")), text);
    });
  }
});
