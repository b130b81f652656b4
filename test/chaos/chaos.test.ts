import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

const MINUTES = Number(process.env["CHAOS_MINUTES"] ?? 1);
const SEED = process.env["CHAOS_SEED"] ?? String(Math.floor(Math.random() * 1_000_000));
/** Start, the last round's healing, and waiting for seats that nobody takes. */
const MORE_MS = 300_000;

describe(`a cluster in which things fail (CHAOS_SEED=${SEED} CHAOS_MINUTES=${MINUTES})`, function () {
  this.timeout(MINUTES * 60_000 + MORE_MS);

  it("[OWN1] [OWN4] [FOV1] [HND4] [DRN1] [FLT2] keeps all that it promised", async () => {
    // In a process of its own: its clients take another WebSocket than those of other tests.
    const args = ["test/chaos/chaos.ts", "--minutes", String(MINUTES), "--bots", "24", "--seed", SEED];
    const run = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });

    const [told, [code]] = await Promise.all([text(run.stdout), once(run, "exit")]);

    assert.equal(code, 0, `\n${told}`);
  });
});
