import assert from "node:assert/strict";
import { playPresenceRun } from "../support/presence-run.ts";

/** More in `npm run test:presence`. */
const ROUNDS = Number(process.env["PRESENCE_ROUNDS"] ?? 3);
const USERS = Number(process.env["PRESENCE_USERS"] ?? 40);
const WATCHERS = Number(process.env["PRESENCE_WATCHERS"] ?? 12);
const SEED = Number(process.env["PRESENCE_SEED"] ?? Date.now() % 1_000_000);

describe("presence while processes and Redis fail", () => {
  it(`[PRS2] shows each of ${WATCHERS} watchers of ${USERS} users what is so after ${ROUNDS} rounds (PRESENCE_SEED=${SEED})`, async function () {
    this.timeout(0);
    const tell = (words: string): boolean => process.stderr.write(`      ${words}\n`);

    const { wrongs, ...outcome } = await playPresenceRun({
      seed: SEED,
      rounds: ROUNDS,
      users: USERS,
      watchers: WATCHERS,
      tell,
    });

    tell(JSON.stringify(outcome));
    assert.deepEqual(wrongs.slice(0, 10), [], `${wrongs.length} in all, PRESENCE_SEED=${SEED}`);
  });
});
