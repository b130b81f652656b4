import assert from "node:assert/strict";
import { helpText, type LoadOptions, OPTIONS, parseOptions, UsageError } from "../../../loadtest/options.ts";

describe("loadtest options", () => {
  it("has a default for everything", () => {
    const expected: LoadOptions = {
      url: "ws://localhost:2567",
      scenario: "arena",
      bots: 100,
      seconds: 30,
      rampPerSecond: 50,
      workers: 1,
      json: "",
      roomSizes: [],
      entities: 100,
      changed: 10,
      tickMs: 50,
      messageBytes: 0,
      messagesPerTick: 0,
      boards: 1,
      dropEverySeconds: 30,
      ownsServer: false,
    };

    assert.deepEqual(parseOptions([]), expected);
  });

  it("takes what is given", () => {
    const args =
      "--url http://127.0.0.1:9 --scenario synthetic --bots 7 --ramp-per-second 3 --json out.json --tick-ms=20";

    const options = parseOptions(args.split(" "));

    const { url, scenario, bots, rampPerSecond, json, tickMs } = options;
    assert.deepEqual(
      { url, scenario, bots, rampPerSecond, json, tickMs },
      { url: "http://127.0.0.1:9", scenario: "synthetic", bots: 7, rampPerSecond: 3, json: "out.json", tickMs: 20 },
    );
  });

  it("takes a duration for seconds", () => {
    assert.equal(parseOptions(["--duration", "300"]).seconds, 300);
  });

  it("takes a list of room sizes", () => {
    assert.deepEqual(parseOptions(["--room-sizes", "2,4,8,16"]).roomSizes, [2, 4, 8, 16]);
  });

  const refused: readonly [string, readonly string[], RegExp][] = [
    ["an unknown option", ["--bogus"], /--bogus is not an option/],
    ["a stray word", ["bots"], /"bots" is not expected/],
    ["a missing value", ["--bots"], /--bots: expected a whole number from 1 to 20000, got ""/],
    ["a number below its bound", ["--bots", "0"], /from 1 to 20000, got "0"/],
    ["a number above its bound", ["--seconds", "3601"], /from 1 to 3600, got "3601"/],
    ["a number that is none", ["--workers", "2.5"], /whole number/],
    ["a list with a gap", ["--room-sizes", "2,,4"], /--room-sizes: expected whole numbers from 1 to 32, with commas/],
    ["an unknown scenario", ["--scenario", "chess"], /one of arena, lobby, synthetic, whiteboard, chat, got "chess"/],
    ["an address that is none", ["--url", "nowhere"], /got "nowhere"/],
    ["an address of another kind", ["--url", "file:///etc"], /got "file:\/\/\/etc"/],
    ["a server elsewhere", ["--url", "ws://example.org"], /example\.org is not this machine/],
    ["a name that only begins like this machine's", ["--url", "ws://localhost.example.org"], /not this machine/],
    ["more threads than bots", ["--workers", "3", "--bots", "2"], /at most one for each of the 2 bots/],
    ["a value for a switch", ["--i-own-this-server=no"], /--i-own-this-server: expected no value/],
  ];
  for (const [what, args, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parseOptions(args),
        (error) => error instanceof UsageError && message.test(error.message),
      );
    });
  }

  for (const url of ["ws://localhost:1", "ws://127.8.9.1", "http://[::1]:2567"]) {
    it(`takes ${url} for this machine`, () => {
      assert.equal(parseOptions(["--url", url]).url, url);
    });
  }

  it("takes a server elsewhere from its owner", () => {
    assert.equal(parseOptions(["--url", "wss://example.org", "--i-own-this-server"]).ownsServer, true);
  });

  it("tells of every option in its help", () => {
    const help = helpText();

    assert.deepEqual(
      OPTIONS.filter(({ flag, sentence }) => !help.includes(`--${flag}`) || !help.includes(sentence)),
      [],
    );
  });
});
