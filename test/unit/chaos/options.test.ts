import assert from "node:assert/strict";
import { parseOptions } from "../../chaos/options.ts";

describe("the command line of chaos", () => {
  it("has a seed by chance, five minutes and 30 bots", () => {
    const { seed, ...others } = parseOptions([]);

    assert.deepEqual(others, { minutes: 5, bots: 30, logs: "" });
    assert.ok(Number.isInteger(seed) && seed >= 0);
  });

  it("takes what is given", () => {
    const options = parseOptions(["--seed", "7", "--minutes=0.5", "--bots", "40", "--logs", "here"]);

    assert.deepEqual(options, { seed: 7, minutes: 0.5, bots: 40, logs: "here" });
  });

  for (const [args, words] of [
    [["--seed", "1.5"], /--seed: expected a whole number from 0 to 2147483647, got "1.5"/],
    [["--seed"], /--seed: expected .* got ""/],
    [["--minutes", "0"], /--minutes: expected a number from 0.1 to 1440, got "0"/],
    [["--bots", "many"], /--bots: expected a whole number from 24 to 500, got "many"/],
    [["--bots", "20", "--bots", "30"], /--bots is given twice/],
    [["--boats", "20"], /--boats is not an option/],
    [["20"], /"20" is not expected here/],
  ] as const) {
    it(`refuses ${args.join(" ")}`, () => {
      assert.throws(() => parseOptions(args), words);
    });
  }
});
