import assert from "node:assert/strict";
import { isAboutChat, linesOf } from "../../../../client-sample/src/chat/messages.ts";
import type { Message } from "../../../../rooms/chat/rules/chat.ts";

const NOON_MS = new Date(2026, 4, 4, 12).getTime();

describe("messages in groups", () => {
  it("begins a group with every author and every minute", () => {
    const lines = linesOf([
      message({ n: 0, by: "ada" }),
      message({ n: 1, by: "ada", at: NOON_MS + 59_000 }),
      message({ n: 2, by: "bo", at: NOON_MS + 59_500 }),
      message({ n: 3, by: "bo", at: NOON_MS + 60_000 }),
    ]);

    assert.deepEqual(
      lines.map(({ isFirst }) => isFirst),
      [true, false, true, true],
    );
  });

  it("keeps two guests without a user apart by their names", () => {
    const lines = linesOf([message({ n: 0, by: "", name: "Ada" }), message({ n: 1, by: "", name: "Bo" })]);

    assert.equal(lines[1]?.isFirst, true);
  });

  it("finds where a day begins", () => {
    const lines = linesOf([
      message({ n: 0 }),
      message({ n: 1, at: NOON_MS + 11 * 3_600_000 }),
      message({ n: 2, at: NOON_MS + 13 * 3_600_000 }),
    ]);

    assert.deepEqual(
      lines.map(({ isNewDay }) => isNewDay),
      [true, false, true],
    );
  });

  it("tells records of the chat from others", () => {
    assert.equal(isAboutChat(["a-shape", "$chat/12"]), true);
    assert.equal(isAboutChat(["a-shape", "$person/ada"]), false);
  });
});

function message(given: Partial<Message>): Message {
  return { id: `m${given.n}`, said: "Hello", by: "ada", name: "Ada", at: NOON_MS, n: 0, ...given };
}
