import assert from "node:assert/strict";
import { MOMENTS } from "../support/crash-process.ts";
import { type CrashOutcome, playCrashRun } from "../support/crash-run.ts";
import { startRedis } from "../support/redis.ts";

const KILLS = Number(process.env["CRASH_KILLS"] ?? 100);
/** The same in every run of a pipeline, another one each time elsewhere. */
const SEED = Number(process.env["CRASH_SEED"] ?? (process.env["CI"] === "true" ? 1 : Date.now() % 1_000_000));
/** After so many the boards are checked, and others take their place: larger ones only take longer. */
const KILLS_PER_RUN = 25;
const KILLS_WITH_REDIS = Math.ceil(KILLS / 6);
/** The moments come in turn, so that each has an eighth of the kills; this is what a few that were missed leave of it. */
const LEAST_SHARE = 0.1;

describe(`documents whose node is killed (CRASH_SEED=${SEED} CRASH_KILLS=${KILLS})`, function () {
  this.timeout(60_000 + KILLS * 5000);
  const { warn } = console;
  before(() => {
    console.warn = () => {}; // the SDK names each connection that ends while it joins, which is what is meant to happen here
  });
  after(() => {
    console.warn = warn;
  });

  it("[OPL7] [LOG2] [LOG3] hold every acknowledged push once, in order, and show nothing that is not safe", async () => {
    const outcomes = await playAll(KILLS);

    assertHits(outcomes, KILLS);
  });

  it("[OPL7] [LOG2] [LOG3] hold every acknowledged push once where they are kept in a Redis that is killed as well", async () => {
    const redis = await startRedis({ appendonly: "yes", appendfsync: "always" });
    try {
      const { kills, redisKills } = await playCrashRun({ seed: SEED, kills: KILLS_WITH_REDIS, redis });

      assert.equal(kills.length, KILLS_WITH_REDIS);
      assert.ok(redisKills >= KILLS_WITH_REDIS / 2, `Redis was killed ${redisKills} times`);
    } finally {
      await redis.stop();
    }
  });
});

async function playAll(kills: number): Promise<CrashOutcome[]> {
  const outcomes: CrashOutcome[] = [];
  for (let left = kills; left > 0; left -= KILLS_PER_RUN) {
    const seed = SEED + outcomes.length;
    outcomes.push(await playCrashRun({ seed, kills: Math.min(left, KILLS_PER_RUN) }));
  }
  return outcomes;
}

/** The kills were what they were meant to be: each moment was hit, and acks that were lost were found to be safe. */
function assertHits(outcomes: readonly CrashOutcome[], expected: number): void {
  const kills = outcomes.flatMap((outcome) => outcome.kills);
  const least = Math.floor(expected * LEAST_SHARE);
  for (const moment of [...MOMENTS, "any"]) {
    const hits = kills.filter((kill) => kill.moment === moment).length;
    assert.ok(hits >= least, `${hits} kills at "${moment}", ${least} expected`);
  }
  const found = kills.filter(({ moment, foundPushes }) => moment === "appended" && foundPushes > 0).length;
  assert.ok(found >= least, `after ${found} kills lost acks were found to be safe, ${least} expected`);
}
