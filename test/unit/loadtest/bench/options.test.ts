import assert from "node:assert/strict";
import { parseOptions } from "../../../../loadtest/bench/options.ts";

describe("the options of the benchmark", () => {
  it("measure everything five times by default", () => {
    const options = parseOptions(["connections"]);

    assert.deepEqual(options, { points: [1, 2, 3, 4, 5], rounds: 5, isQuick: false, isWritten: false });
  });

  it("pick points and rounds", () => {
    const { points, rounds } = parseOptions(["connections", "--only", "1,4", "--rounds", "3"]);

    assert.deepEqual({ points, rounds }, { points: [1, 4], rounds: 3 });
  });

  it("make one round of a quick run", () => {
    const { rounds, isQuick } = parseOptions(["connections", "--quick", "--rounds", "9"]);

    assert.deepEqual({ rounds, isQuick }, { rounds: 1, isQuick: true });
  });

  for (const { args, complaint } of [
    { args: [], complaint: /Expected "connections", got ""/ },
    { args: ["others"], complaint: /Expected "connections", got "others"/ },
    { args: ["connections", "--only", "6"], complaint: /--only: expected a whole number from 1 to 5, got "6"/ },
    { args: ["connections", "--only", "1,"], complaint: /--only: expected a whole number from 1 to 5, got ""/ },
    { args: ["connections", "--rounds", "0"], complaint: /--rounds: expected a whole number from 1 to 99, got "0"/ },
    { args: ["connections", "--quik"], complaint: /--quik/ },
  ]) {
    it(`refuse "${args.join(" ")}"`, () => {
      assert.throws(() => parseOptions(args), { name: "UsageError", message: complaint });
    });
  }
});
