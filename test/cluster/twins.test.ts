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
    assert.deepEqual(summaryOf(wrongs), [], `TWINS_SEED=${SEED}`);
    assert.ok(outcome.rooms >= CREATIONS * 0.9, `${outcome.rooms} rooms`);
  });
});

const SHOWN_OF_A_KIND = 5;

/** How many there are of each kind, and the first of them. */
function summaryOf(wrongs: readonly string[]): readonly string[] {
  const kindOf = (wrong: string): string => wrong.slice(0, wrong.indexOf(":"));
  return [...new Set(wrongs.map(kindOf))].flatMap((kind) => {
    const of = wrongs.filter((wrong) => kindOf(wrong) === kind);
    return [`${kind}: ${of.length} in all`, ...of.slice(0, SHOWN_OF_A_KIND)];
  });
}
