import assert from "node:assert/strict";
import { progressWriter } from "../../../loadtest/progress.ts";

describe("loadtest progress", () => {
  it("rewrites its line on a terminal, and takes it away at the end", () => {
    const written = show({ isTTY: true, lines: ["one", "two"] });

    assert.equal(written, "\r\u001b[2Kone\r\u001b[2Ktwo\r\u001b[2K");
  });

  it("writes every fifth line elsewhere", () => {
    const written = show({ isTTY: false, lines: ["1", "2", "3", "4", "5", "6", "7"] });

    assert.equal(written, "1\n6\n");
  });
});

function show({ isTTY, lines }: { isTTY: boolean; lines: readonly string[] }): string {
  let written = "";
  const write = (text: string | Uint8Array): boolean => {
    written += text;
    return true;
  };
  const progress = progressWriter({ isTTY, write });
  for (const line of lines) progress.show(line);
  progress.clear();
  return written;
}
