import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type Config, loadConfig, OPTIONS, type Option } from "../../../src/config/config.ts";
import { ArenaError } from "../../../src/errors/errors.ts";

const load = (args: readonly string[] = [], env: Record<string, string> = {}): Config => loadConfig({ args, env });
const optionValue = (config: Config, { name }: Option): unknown => Reflect.get(config, name);

/** Asserts that the start ends, with a sentence that says all of `words`. */
const assertRefused = (run: () => unknown, ...words: string[]): void => {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof ArenaError && error.code === "CONFIG_INVALID", String(error));
    for (const word of words) assert.ok(error.message.includes(word), `"${error.message}" lacks "${word}"`);
    return true;
  });
};

/** Lists by option, each in a form of its own. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  labels: ["gpu", "disk=fast"],
  allowedOrigins: ["https://a.example", "http://localhost:8080"],
  trustedProxies: ["10.0.0.0/8", "::1"],
};

/** Texts of options that have a form of their own. */
const TEXTS: Readonly<Record<string, string>> = {
  tokenSecret: "a secret that is long enough to be one".replaceAll(" ", "-"),
  jwksUrl: "https://keys.example/jwks.json",
  adminToken: "an-admin-token-of-some-length",
  redisUrl: "rediss://redis.example:6380",
};

/** A value of an option that is not its default, as text and as what it is. */
function otherValue(option: Option): { text: string; value: unknown } {
  switch (option.type) {
    case "integer":
      return { text: String(option.max), value: option.max };
    case "boolean":
      return { text: option.default ? "0" : "1", value: !option.default };
    case "choice":
      return { text: option.choices[0] ?? "", value: option.choices[0] };
    case "text":
      return { text: TEXTS[option.name] ?? "somewhere", value: TEXTS[option.name] ?? "somewhere" };
    case "list":
      return { text: LISTS[option.name]?.join(", ") ?? "", value: LISTS[option.name] };
    default:
      return option satisfies never;
  }
}

/** What else must be set so that the option may have any value of its own bounds. */
const COMPANY: Readonly<Record<string, Record<string, string>>> = {
  softBytes: { ARENA_HARD_BYTES: "1073741824" },
  hardBytes: { ARENA_SOFT_BYTES: "4096" },
  maxFrameBytes: { ARENA_BYTE_BURST: "1073741824" },
  byteBurst: { ARENA_MAX_FRAME_BYTES: "128" },
};

function badValue(option: Option): string {
  return option.type === "text" ? " " : "somewhere else";
}

describe("the options of a node", () => {
  for (const option of OPTIONS) {
    const { flag, env } = option;
    const { text, value } = otherValue(option);
    const asFlag = [`--${flag}=${text}`];
    const company = COMPANY[option.name] ?? {};

    describe(`--${flag}`, () => {
      it("[CFG1] comes from its flag", () => {
        assert.deepEqual(optionValue(load(asFlag, company), option), value);
      });

      it("[CFG1] comes from its variable where there is no flag", () => {
        assert.deepEqual(optionValue(load([], { ...company, [env]: text }), option), value);
      });

      it("[CFG1] prefers the flag to the variable", () => {
        const variable = option.type === "integer" ? String(option.min) : badValue(option);

        assert.deepEqual(optionValue(load(asFlag, { ...company, [env]: variable }), option), value);
      });

      it("[CFG2] refuses what it cannot be, naming itself and what it got", () => {
        const got = "isSecret" in option ? "got a value that is not shown" : `got "${badValue(option)}"`;

        assertRefused(() => load([`--${flag}=${badValue(option)}`]), `--${flag}`, "expected", got);
        assertRefused(() => load([], { [env]: badValue(option) }), env, "expected", got);
      });
    });
  }

  for (const option of OPTIONS) {
    if (option.type !== "integer") continue;
    const { flag, min, max } = option;

    it(`[CFG2] keeps --${flag} from ${min} to ${max}`, () => {
      for (const value of [min, max]) {
        assert.equal(optionValue(load([`--${flag}=${value}`], COMPANY[option.name]), option), value);
      }
      for (const beyond of [min - 1, max + 1]) {
        assertRefused(() => load([`--${flag}=${beyond}`]), `from ${min} to ${max}`, `got "${beyond}"`);
      }
    });

    it(`has a default of --${flag} within its bounds`, () => {
      assert.ok(option.default >= min && option.default <= max);
    });
  }

  for (const text of ["1.5", "1e3", "0x10", " 1", "", "NaN", "Infinity"]) {
    it(`[CFG2] takes "${text}" for no whole number`, () => {
      assertRefused(() => load([`--port=${text}`]), "a whole number", `got "${text}"`);
    });
  }

  for (const [text, expected] of [
    ["true", true],
    ["1", true],
    ["false", false],
    ["0", false],
  ] as const) {
    it(`takes "${text}" of a variable for ${expected}`, () => {
      assert.equal(load([], { ARENA_SYNTHETIC: text }).isSyntheticAllowed, expected);
    });
  }

  it("takes a flag that stands alone for true", () => {
    assert.equal(load(["--synthetic", "--port", "1"]).isSyntheticAllowed, true);
  });

  it("reads a value that stands behind its flag", () => {
    assert.equal(load(["--port", "3000"]).port, 3000);
  });

  it("[CFG3] refuses a flag that is given twice", () => {
    assertRefused(() => load(["--port", "0", "--port", "1"]), "--port is given twice");
    assertRefused(() => load(["--synthetic", "--synthetic"]), "--synthetic is given twice");
  });

  it("[CFG1] has the defaults of the table when nothing is given", () => {
    const config = load();

    for (const option of OPTIONS)
      if (option.name !== "nodeId") assert.equal(optionValue(config, option), option.default);
  });

  it("[CFG1] takes an empty variable for none", () => {
    assert.equal(load([], { PORT: "" }).port, 2567);
  });

  it("gives a node without a name a random one", () => {
    const [one, other] = [load().nodeId, load().nodeId];

    assert.match(one, /^node-[0-9a-f]{8}$/);
    assert.notEqual(one, other);
  });

  it("does not repeat a secret that has the wrong form", () => {
    for (const name of ["ARENA_TOKEN_SECRET", "ARENA_ADMIN_TOKEN"]) {
      assert.throws(
        () => load([], { [name]: "hunter2" }),
        (error: Error) => !error.message.includes("hunter2"),
      );
    }
  });

  it("[CFG3] refuses an unknown flag", () => {
    assertRefused(() => load(["--prot", "1"]), "--prot is not an option");
  });

  it("[CFG3] refuses a short flag", () => {
    assertRefused(() => load(["-p", "1"]), "-p is not an option");
  });

  it("[CFG3] refuses a stray word, also behind two dashes", () => {
    assertRefused(() => load(["serve"]), '"serve" is not expected');
    assertRefused(() => load(["--", "serve"]), '"serve" is not expected');
  });

  it("refuses a flag that lacks its value", () => {
    assertRefused(() => load(["--port"]), "--port needs a value");
    assertRefused(() => load(["--host", "--port", "1"]), "--host needs a value");
  });

  it("[CFG2] refuses a soft bound above the hard one, naming each as it was given", () => {
    const expected = "--soft-bytes: expected at most ARENA_HARD_BYTES (16384)";

    assertRefused(() => load(["--soft-bytes=20000"], { ARENA_HARD_BYTES: "16384" }), expected, 'got "20000"');
  });

  it("[CFG2] refuses a list of which one item is wrong", () => {
    assertRefused(() => load(["--allowed-origins=https://a.example,nowhere"]), "--allowed-origins", "origins such as");
  });

  it("[CFG3] refuses an unknown variable that begins with ARENA_", () => {
    assertRefused(() => load([], { ARENA_PROT: "1" }), "ARENA_PROT is not an option", "--help");
  });

  it("takes no notice of variables of others", () => {
    assert.equal(load([], { PATH: "/bin", HOME: "/root" }).port, 2567);
  });

  it("refuses to keep documents in a Redis of which it does not know where it is", () => {
    assertRefused(() => load(["--log-store", "redis"]), "--log-store", "REDIS_URL");
    assert.equal(load(["--log-store", "redis"], { REDIS_URL: "redis://127.0.0.1" }).logStore, "redis");
  });

  it("refuses an edge, and documents on the own disk, where they cannot work", () => {
    const redis = { REDIS_URL: "redis://127.0.0.1" };
    assertRefused(() => load(["--role", "edge"]), "--role", "REDIS_URL");
    assertRefused(() => load(["--log-store", "lmdb"], redis), "--log-store", "REDIS_URL");
    assert.equal(load(["--role", "edge"], redis).role, "edge");
  });

  it("[CFG4] cannot be changed", () => {
    const config = load(["--allowed-origins=https://a.example"]);

    for (const { name } of OPTIONS) assert.equal(Reflect.set(config, name, "changed"), false, name);
    assert.equal(Reflect.set(config, "another", 1), false);
    assert.ok(Object.isFrozen(config.allowedOrigins));
  });
});

describe("the table of options", () => {
  it("has one row for each key of Config, and no other", () => {
    const source = readFileSync("src/config/config.ts", "utf8");
    const body = source.slice(source.indexOf("interface Config {"), source.indexOf("interface ConfigSources"));
    const keys = [...body.matchAll(/readonly (\w+):/g)].map(([, key]) => key);

    assert.deepEqual(
      keys,
      OPTIONS.map(({ name }) => name),
    );
  });

  for (const key of ["name", "env", "flag"] as const) {
    it(`gives no two options the same ${key}`, () => {
      const values = OPTIONS.map((option) => option[key]);

      assert.equal(new Set(values).size, values.length);
    });
  }

  it("says what each option does in a sentence", () => {
    for (const { name, sentence } of OPTIONS) assert.match(sentence, /^[A-Z].*\.$/, name);
  });

  it("has a unit in the name of each number that has one", () => {
    const endings = { bytes: /byte/i, ms: /Ms$/, s: /Seconds$/ };

    for (const { name, unit } of OPTIONS) {
      if (unit in endings) assert.match(name, endings[unit as keyof typeof endings]); // just checked
    }
  });
});
