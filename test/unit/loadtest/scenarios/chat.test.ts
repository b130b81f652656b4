import assert from "node:assert/strict";
import { chatFlaws } from "../../../../loadtest/scenarios/chat.ts";
import { type ChatRecord, chat, type Message } from "../../../../rooms/chat/rules/chat.ts";
import { MapRecords } from "../../../../src/document/document.ts";

describe("loadtest chat", () => {
  it("[CHT1] finds every message that was said where it was said", () => {
    assert.deepEqual(chatFlaws(said(20), idsOf(20)), []);
  });

  it("[CHT1] finds the last of more messages than a chat keeps", () => {
    assert.deepEqual(chatFlaws(said(720), idsOf(720)), []);
  });

  it("misses a message that was lost", () => {
    const ids = idsOf(20);

    assert.match(
      chatFlaws(said(20), [...ids.slice(0, 7), "lost", ...ids.slice(7)]).join(),
      /message lost is not where it was said/,
    );
  });

  it("finds messages in another order", () => {
    const [first = "", second = "", ...others] = idsOf(20);

    assert.match(chatFlaws(said(20), [second, first, ...others]).join(), /message m1 is not where it was said, but m0/);
  });

  it("finds a hole in the numbers", () => {
    const records = said(20);
    const message = records.get("$chat/7") as Message;
    records.set("$chat/7", { ...message, n: 507 });

    assert.match(chatFlaws(records, idsOf(20)).join(), /out of order/);
  });
});

function said(count: number): MapRecords<ChatRecord> {
  const records = new MapRecords<ChatRecord>();
  for (const [index, id] of idsOf(count).entries()) {
    const stamp = { seq: index + 1, ts: index, clientId: "a", userId: "a", n: index + 1 };
    chat.evolve(records, { t: "say", id, text: "Hello", name: "Ada" }, stamp);
  }
  return records;
}

function idsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => `m${n}`);
}
