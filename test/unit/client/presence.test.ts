import assert from "node:assert/strict";
import { ConnectionPresence } from "../../../src/client/presence.ts";
import { manualClock } from "../../../src/clock/clock.ts";
import { MAX_WATCHED_USERS, type UserPresence } from "../../../src/protocol/protocol.ts";

const OFFLINE: UserPresence = { online: false, sessions: [] };
const ONLINE: UserPresence = { online: true, sessions: [{ nodeId: "a", roomId: "r", room: "lobby", status: "" }] };

interface Asked {
  readonly users: readonly string[];
  readonly answer: () => void;
  readonly fail: () => void;
}

function start() {
  const clock = manualClock();
  const [sent, asked] = [[] as unknown[], [] as Asked[]];
  const presence = new ConnectionPresence({
    clock,
    send: (type, payload) => sent.push([type, payload]) > 0,
    request: (_type, payload) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const { users } = payload as { users: readonly string[] };
      asked.push({ users, answer: resolve, fail: () => reject(new Error("no")) });
      return promise;
    },
  });
  const told: [Record<string, UserPresence>, readonly string[]][] = [];
  const listener = (users: ReadonlyMap<string, UserPresence>, changed: readonly string[]): void => {
    told.push([Object.fromEntries(users), changed]);
  };
  /** Whatever was called for has happened. */
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const snapshot = async (users: Record<string, UserPresence>): Promise<void> => {
    presence.receive({ revision: 1, isSnapshot: true, users });
    asked.at(-1)?.answer();
    await settle();
  };
  return { presence, clock, sent, asked, told, listener, settle, snapshot };
}

describe("presence as a connection sees it", () => {
  it("asks once for all who are watched, and tells each watch of its own: all at first, then what has changed", async () => {
    const { presence, asked, told, listener, settle, snapshot } = start();
    const others: unknown[] = [];
    presence.watch(["ann", "bob"], listener);
    presence.watch(["bob", "cem"], (_users, changed) => others.push(changed));
    presence.joined();
    await settle();
    await snapshot({ ann: OFFLINE, bob: ONLINE });
    presence.receive({ revision: 2, isSnapshot: false, users: { ann: ONLINE } });

    assert.deepEqual(
      asked.map(({ users }) => users),
      [["ann", "bob", "cem"]],
    );
    assert.deepEqual(told, [
      [{ ann: OFFLINE, bob: ONLINE }, ["ann", "bob"]],
      [{ ann: ONLINE, bob: ONLINE }, ["ann"]],
    ]);
    assert.deepEqual(others, [["bob", "cem"]]);
  });

  it("asks for the new list where watches begin or end, one list at a time, and for none where it is the same", async () => {
    const { presence, asked, listener, settle, snapshot } = start();
    presence.joined();
    const stop = presence.watch(["ann"], listener);
    await settle();
    presence.watch(["bob"], listener);
    presence.watch(["bob"], listener);
    await settle();
    await snapshot({ ann: OFFLINE });
    await snapshot({ ann: OFFLINE, bob: OFFLINE });
    stop();
    await settle();

    assert.deepEqual(
      asked.map(({ users }) => users),
      [["ann"], ["ann", "bob"], ["bob"]],
    );
  });

  it("asks again after a lost connection, whose answer it does not wait for, and says its status again", async () => {
    const { presence, asked, sent, listener, settle } = start();
    presence.watch(["ann"], listener);
    presence.setStatus("away");
    presence.joined();
    await settle();
    presence.lost();
    presence.joined();
    await settle();

    assert.deepEqual(
      asked.map(({ users }) => users),
      [["ann"], ["ann"]],
    );
    assert.deepEqual(sent, [
      ["presence:status", { status: "away" }],
      ["presence:status", { status: "away" }],
    ]);
  });

  it("asks again where a revision is missing, and tells nothing of what came after it", async () => {
    const { presence, asked, told, listener, settle, snapshot } = start();
    presence.watch(["ann"], listener);
    presence.joined();
    await settle();
    await snapshot({ ann: OFFLINE });
    presence.receive({ revision: 3, isSnapshot: false, users: { ann: ONLINE } });
    await settle();
    await snapshot({ ann: OFFLINE });

    assert.deepEqual(
      asked.map(({ users }) => users),
      [["ann"], ["ann"]],
    );
    assert.deepEqual(
      told.map(([users]) => users),
      [{ ann: OFFLINE }, { ann: OFFLINE }],
    );
  });

  it("asks again some time after the room could not answer", async () => {
    const { presence, clock, asked, listener, settle } = start();
    presence.watch(["ann"], listener);
    presence.joined();
    asked[0]?.fail();
    await settle();
    const before = asked.length;
    clock.advance(1000);

    assert.deepEqual([before, asked.length], [1, 2]);
  });

  it("takes no more users than a room does", () => {
    const { presence, listener } = start();
    const users = Array.from({ length: MAX_WATCHED_USERS }, (_, n) => `u${n}`);
    presence.watch(users, listener);

    assert.throws(() => presence.watch(["one more"], listener), RangeError);
    presence.watch(["u0"], listener);
  });
});
