import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import { Roster } from "../../../src/presence/roster.ts";
import { SHARDS } from "../../../src/presence/store.ts";
import type { Change } from "../../../src/presence/types.ts";

const USERS = 2000;

/** Lets everything that is ready run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("what a process writes of its sessions", () => {
  /** A roster with many users, and a store that answers when a test says. */
  const crowded = () => {
    const clock = manualClock();
    const open: { answer(error?: Error): void }[] = [];
    const stored = new Map<string, number>();
    const apply = (_shard: number, changes: readonly Change[]): Promise<void> =>
      new Promise((resolve, reject) => {
        const answer = (error?: Error): void => {
          if (error) {
            reject(error);
            return;
          }
          for (const { userId } of changes) stored.set(userId, (stored.get(userId) ?? 0) + 1);
          resolve();
        };
        open.push({ answer });
      });
    const roster = new Roster({ clock, bootId: "b", apply, onFailed: () => {} });
    for (let n = 0; n < USERS; n++)
      roster.set({ sessionId: `s${n}`, userId: `u${n}`, nodeId: "n", roomId: "r", room: "arena" });
    clock.advance(50);
    return { clock, open, stored };
  };

  it("[PRS4] is 8 shards at a time, each once", async () => {
    const { open, stored } = crowded();
    let [most, answered] = [0, 0];
    while (open.length > 0) {
      most = Math.max(most, open.length);
      open.shift()?.answer();
      answered++;
      await settle();
    }

    assert.deepEqual([most, answered, stored.size], [8, SHARDS, USERS]);
    assert.ok([...stored.values()].every((times) => times === 1));
  });

  it("[PRS2] waits where the store does not answer, and is all there in the end", async () => {
    const { clock, open, stored } = crowded();
    const begun = open.splice(0);
    for (const [n, { answer }] of begun.entries()) answer(n === 0 ? new Error("away") : undefined);
    await settle();
    const meanwhile = open.length;
    clock.advance(500);
    for (; open.length > 0; await settle()) open.shift()?.answer();

    assert.deepEqual([begun.length, meanwhile, stored.size], [8, 0, USERS]);
  });
});
