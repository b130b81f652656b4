import assert from "node:assert/strict";
import { parseOptions } from "../../../../loadtest/bench/options.ts";

describe("the options of the benchmark", () => {
  it("measure everything five times by default", () => {
    const options = parseOptions(["connections"]);

    const measured = { subject: "connections", points: [1, 2, 3, 4, 5] };
    assert.deepEqual(options, { ...measured, rounds: 5, isQuick: false, isWritten: false });
  });

  it("know the points of each subject", () => {
    const { subject, points } = parseOptions(["ops"]);

    assert.deepEqual({ subject, points }, { subject: "ops", points: [1, 2, 3, 4] });
  });

  it("pick points and rounds", () => {
    const { points, rounds } = parseOptions(["connections", "--only", "1,4", "--rounds", "3"]);

    assert.deepEqual({ points, rounds }, { points: [1, 4], rounds: 3 });
  });

  it("do what takes long less often", () => {
    assert.deepEqual([parseOptions(["failover"]).rounds, parseOptions(["rolling-restart"]).rounds], [3, 1]);
  });

  it("make one round of a quick run", () => {
    const { rounds, isQuick } = parseOptions(["connections", "--quick", "--rounds", "9"]);

    assert.deepEqual({ rounds, isQuick }, { rounds: 1, isQuick: true });
  });

  for (const { args, complaint } of [
    {
      args: [],
      complaint: /Expected "connections" or ("[\w-]+" or )+"[\w-]+", got ""/,
    },
    {
      args: ["others"],
      complaint: /Expected "connections" or ("[\w-]+" or )+"[\w-]+", got "others"/,
    },
    { args: ["connections", "--only", "6"], complaint: /--only: expected a whole number from 1 to 5, got "6"/ },
    { args: ["ops", "--only", "5"], complaint: /--only: expected a whole number from 1 to 4, got "5"/ },
    { args: ["connections", "ops"], complaint: /got "connections ops"/ },
    { args: ["ops", "--only", "1.5"], complaint: /--only/ },
    { args: ["constructor"], complaint: /got "constructor"/ },
    { args: ["connections", "--only", "1,"], complaint: /--only: expected a whole number from 1 to 5, got ""/ },
    { args: ["connections", "--rounds", "0"], complaint: /--rounds: expected a whole number from 1 to 99, got "0"/ },
    { args: ["connections", "--quik"], complaint: /--quik/ },
  ]) {
    it(`refuse "${args.join(" ")}"`, () => {
      assert.throws(() => parseOptions(args), { name: "UsageError", message: complaint });
    });
  }
});
