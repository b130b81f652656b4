import assert from "node:assert/strict";
import fc from "fast-check";
import { splitLinks } from "../../../../client-sample/src/chat/links.ts";

describe("links in messages", () => {
  it("finds an address within a sentence and leaves the full stop to it", () => {
    const parts = splitLinks("See https://example.org/a?b=1#c.");

    assert.deepEqual(parts, [
      { text: "See " },
      { text: "https://example.org/a?b=1#c", href: "https://example.org/a?b=1#c" },
      { text: "." },
    ]);
  });

  const kept: readonly [text: string, address: string][] = [
    ["(see https://example.org/x)", "https://example.org/x"],
    ["https://en.example.org/wiki/Board_(game)", "https://en.example.org/wiki/Board_(game)"],
    ["(https://en.example.org/wiki/Board_(game))", "https://en.example.org/wiki/Board_(game)"],
    ["https://example.org/…!?", "https://example.org/"],
    ["HTTP://EXAMPLE.ORG/a", "HTTP://EXAMPLE.ORG/a"],
    ["http://127.0.0.1:2567/board/", "http://127.0.0.1:2567/board/"],
    ['"https://example.org"', "https://example.org"],
    ["https://example.org/\u202egnp.exe", "https://example.org/"],
  ];
  for (const [text, address] of kept) {
    it(`links ${address} in ${JSON.stringify(text)}`, () => {
      assert.equal(splitLinks(text).find(({ href }) => href !== undefined)?.text, address);
    });
  }

  const refused = [
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "https://bank.example@evil.example/",
    "https://",
    "https://[",
    "xhttps://example.org",
    "ftp://example.org/",
  ];
  for (const text of refused) {
    it(`[CHT2] leaves ${JSON.stringify(text)} as text`, () => {
      assert.deepEqual(splitLinks(text), [{ text }]);
    });
  }

  it("tells the host of an address that looks like another", () => {
    const [part] = splitLinks("https://аррӏе.com/"); // Cyrillic

    assert.equal(part?.host, "xn--80ak6aa92e.com");
    assert.equal(part?.text, "https://аррӏе.com/");
  });

  it("[CHT2] says the whole text in its parts, and leads nowhere but to http and https", () => {
    const piece = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("https://", "http://a.b", "(", ")", ".", "@", "\u202e"),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");

        const parts = splitLinks(text);

        assert.equal(parts.map((part) => part.text).join(""), text);
        for (const { href } of parts) assert.match(href ?? "https://", /^https?:\/\//);
      }),
    );
  });
});
