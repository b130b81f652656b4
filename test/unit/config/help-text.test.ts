import assert from "node:assert/strict";
import { helpText, OPTIONS } from "../../../src/config/config.ts";

describe("the text of --help", () => {
  const text = helpText();

  for (const { flag, env, sentence } of OPTIONS) {
    it(`tells of --${flag}`, () => {
      assert.match(text, new RegExp(`^  --${flag} `, "m"));
      assert.ok(text.includes(`(${env}, `) && text.includes(sentence));
    });
  }

  it("tells what values an option may have", () => {
    assert.match(text, /--port <number> {2}\(PORT, default 2567, 0 to 65535\)/);
    assert.match(text, /--synthetic {2}\(ARENA_SYNTHETIC, default 0, 1 or 0\)/);
    assert.match(text, /--log-level <text> {2}\(LOG_LEVEL, default info, one of trace debug /);
    assert.match(text, /--node-id <text> {2}\(ARENA_NODE_ID, 1 to 64 letters, /);
    assert.match(text, /--max-body-bytes <number> {2}\(ARENA_MAX_BODY_BYTES, default 16384 bytes, 128 to /);
  });

  it("ends with a line break", () => {
    assert.ok(text.endsWith("\n"));
  });
});
