import assert from "node:assert/strict";
import { playAwayRun, REDIS_FAULTS } from "../support/redis-away-run.ts";

/** All of it in `npm run test:redis-away`. */
const BOTS = Number(process.env["AWAY_BOTS"] ?? 16);
const OUTAGE_MS = Number(process.env["AWAY_SECONDS"] ?? 3) * 1000;
const WANTED = process.env["AWAY_FAULTS"] ?? "last second lost";
const FAULTS = REDIS_FAULTS.filter((fault) => WANTED === "all" || WANTED.split(",").includes(fault));

describe(`a cluster with ${BOTS} bots whose Redis is not as it should be for ${OUTAGE_MS / 1000} s`, function () {
  this.timeout(300_000);
  for (const fault of FAULTS) {
    it(`[FLT2] keeps everybody and everything: ${fault}`, async () => {
      const tell = (words: string): boolean => process.stderr.write(`      ${words}\n`);

      const outcome = await playAwayRun({ fault, bots: BOTS, outageMs: OUTAGE_MS, tell });

      tell(JSON.stringify(outcome));
      const { drops, failedBots, processesDied, lost, withoutRetryAfter, refusals } = outcome;
      assert.deepEqual(
        { drops, failedBots, processesDied, lost, withoutRetryAfter, refusals },
        { drops: 0, failedBots: 0, processesDied: 0, lost: [], withoutRetryAfter: 0, refusals: 0 },
      );
      assert.deepEqual(
        Object.keys(outcome.calls).filter((status) => !["200", "503"].includes(status)),
        [],
      );
      assert.ok(Number.isFinite(outcome.presenceExactMs));
    });
  }
});
