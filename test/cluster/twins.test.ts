import assert from "node:assert/strict";
import { playTwinsRun } from "../support/twins-run.ts";

/** More in `npm run test:twins`. */
const CREATIONS = Number(process.env["TWINS_CREATIONS"] ?? 150);
const SEED = Number(process.env["TWINS_SEED"] ?? Date.now() % 1_000_000);

describe("a cluster whose processes stand still at any moment", () => {
  it(`[OWN2] makes ${CREATIONS} rooms once each, and loses none and no call (TWINS_SEED=${SEED})`, async function () {
    this.timeout(0);
    const tell = (words: string): boolean => process.stderr.write(`      ${words}\n`);

    const { wrongs, ...outcome } = await playTwinsRun({ seed: SEED, creations: CREATIONS, tell });

    tell(JSON.stringify(outcome));
    assert.deepEqual(wrongs.slice(0, 20), [], `TWINS_SEED=${SEED}, ${wrongs.length} in all`);
    assert.ok(outcome.rooms >= CREATIONS * 0.9, `${outcome.rooms} rooms`);
  });
});
