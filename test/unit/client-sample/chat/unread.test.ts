import assert from "node:assert/strict";
import { Unread } from "../../../../client-sample/src/chat/unread.ts";
import type { Message } from "../../../../rooms/chat/rules/chat.ts";

const isOwn = ({ by }: Message): boolean => by === "me";

describe("unread messages", () => {
  it("has missed nothing with the first visit", () => {
    const { unread } = unreadOf(undefined);

    assert.equal(unread.count(messages(3), isOwn), 0);
  });

  it("counts what others said after the first visit, from the very first message on", () => {
    const { unread } = unreadOf(undefined);
    unread.count([], isOwn);

    assert.equal(unread.count(messages(1), isOwn), 1);
  });

  it("counts what was said since the last visit", () => {
    const { unread } = unreadOf(2);

    assert.equal(unread.count(messages(5), isOwn), 2);
  });

  it("leaves out one's own messages", () => {
    const { unread } = unreadOf(0);
    const own: Message = { id: "own", said: "Hello", by: "me", name: "Me", at: 0, n: 3 };

    assert.equal(unread.count([...messages(3), own], isOwn), 2);
  });

  it("keeps what was seen for the next visit", () => {
    const { unread, kept } = unreadOf(0);

    unread.seen(messages(5), isOwn);

    assert.equal(unread.count(messages(5), isOwn), 0);
    assert.equal(kept.n, 4);
  });

  it("begins anew with a chat that was put back", () => {
    const { unread } = unreadOf(40);
    unread.count(messages(3), isOwn);

    assert.equal(unread.count(messages(4), isOwn), 1);
  });
});

function unreadOf(seen: number | undefined) {
  const kept: { n: number | undefined } = { n: seen };
  const save = (n: number): void => {
    kept.n = n;
  };
  return { kept, unread: new Unread({ load: () => kept.n, save }) };
}

function messages(count: number): readonly Message[] {
  return Array.from({ length: count }, (_, n) => ({ id: `m${n}`, said: "Hello", by: "bo", name: "Bo", at: 0, n }));
}
