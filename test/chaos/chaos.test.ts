import "../../loadtest/prefer-ws.ts";
import assert from "node:assert/strict";
import { parseOptions } from "./options.ts";
import { describeVerdict, playChaos } from "./run.ts";

const MINUTES = process.env["CHAOS_MINUTES"] ?? "0.3";
const SEED = process.env["CHAOS_SEED"];
const options = parseOptions(["--minutes", MINUTES, "--bots", "24", ...(SEED === undefined ? [] : ["--seed", SEED])]);
/** Start, the last round's healing, and waiting for seats that nobody takes. */
const MORE_MS = 300_000;

describe(`a cluster in which things fail (CHAOS_SEED=${options.seed} CHAOS_MINUTES=${MINUTES})`, function () {
  this.timeout(options.minutes * 60_000 + MORE_MS);

  it("[OWN1] [OWN4] [FOV1] [HND4] [DRN1] [FLT2] keeps all that it promised", async () => {
    const lines: string[] = [];

    const verdict = await playChaos(options, (line) => lines.push(line));

    assert.equal(verdict.wrongCount, 0, `\n${lines.join("\n")}\n${describeVerdict(verdict)}`);
  });
});
