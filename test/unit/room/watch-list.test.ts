import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import type { PresenceTold } from "../../../src/protocol/protocol.ts";
import { WatchList } from "../../../src/room/watch-list.ts";

const ONLINE = { online: true, sessions: [] };

/** Lets everything that is ready run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the users whom a client follows", () => {
  let clock: ManualClock;
  let visible: Set<string>;
  let told: PresenceTold[];
  let watches: Map<string, (told: PresenceTold) => void>;
  let isAway: boolean;
  let failures: number;
  let list: WatchList;
  beforeEach(() => {
    failures = 0;
    [clock, visible, told, watches, isAway] = [manualClock(), new Set(["ann"]), [], new Map(), false];
    const watch = async (userIds: readonly string[], listener: (told: PresenceTold) => void) => {
      if (isAway) throw new ArenaError("CLUSTER_UNAVAILABLE");
      const key = userIds.join(" ");
      watches.set(key, listener);
      listener({ revision: 1, isSnapshot: true, users: Object.fromEntries(userIds.map((user) => [user, ONLINE])) });
      return () => void watches.delete(key);
    };
    const mayWatch = (user: string): boolean => {
      if (user === "trap") throw new Error("the room's own");
      return visible.has(user);
    };
    list = new WatchList({
      clock,
      presence: () => ({ watch }),
      mayWatch,
      onFailed: () => failures++,
      send: (one) => told.push(one),
    });
  });
  const later = async (): Promise<void> => {
    clock.advance(3000);
    await settle();
  };
  const shown = (): unknown[] =>
    told.map(({ revision, isSnapshot, users }) => [revision, isSnapshot, ...Object.keys(users)]);

  it("[PRS5] are told anew when the client may see others of them than before", async () => {
    await list.set(["ann", "bob"]);
    visible.add("bob");
    await later();
    visible.delete("ann");
    await later();
    await later();

    assert.deepEqual(shown(), [
      [1, true, "ann"],
      [2, true, "ann", "bob"],
      [3, true, "bob"],
    ]);
    assert.deepEqual([...watches.keys()], ["bob"]);
  });

  it("[PRS3] are told anew where something was left out, though the client may see the same again", async () => {
    await list.set(["ann"]);
    visible.delete("ann");
    watches.get("ann")?.({ revision: 2, isSnapshot: false, users: { ann: ONLINE } });
    visible.add("ann");
    await later();

    assert.deepEqual(shown(), [
      [1, true, "ann"],
      [2, true, "ann"],
    ]);
  });

  it("[PRS3] stay as they are told while nobody can be asked", async () => {
    await list.set(["ann", "bob"]);
    [isAway, visible] = [true, visible.add("bob")];
    await later();
    watches.get("ann")?.({ revision: 2, isSnapshot: false, users: { ann: ONLINE } });
    isAway = false;
    await later();

    assert.deepEqual(shown(), [
      [1, true, "ann"],
      [2, false, "ann"],
      [3, true, "ann", "bob"],
    ]);
  });

  it("[PRS3] are those of the list that came last", async () => {
    await Promise.all([list.set(["ann"]), list.set(["ann", "bob"]), list.set([])]);
    visible.add("bob");
    await later();

    assert.deepEqual([shown().length, watches.size], [2, 0]);
  });

  it("[PRS5] are nobody where the room cannot say whom the client may see", async () => {
    await list.set(["ann", "trap", "trap"]);

    assert.deepEqual([shown(), failures], [[[1, true]], 1]);
  });

  it("[PRS4] are 120 lists a minute at most; the last one of them stays", async () => {
    for (let count = 0; count < 120; count++) await list.set(["ann"]);

    await assert.rejects(list.set(["bob"]), { code: "PRESENCE_FULL" });
    assert.deepEqual([...watches.keys()], ["ann"]);
    clock.advance(60_000);
    await list.set(["bob"]);
  });
});
