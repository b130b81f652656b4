import assert from "node:assert/strict";
import { z } from "zod";
import { ephemeral, hello, ownerOf, pushOf } from "../../../src/op-lane/messages.ts";
import { userOf } from "../../support/lane-client.ts";

const KEY = "a-key-of-sixteen-and-more";

describe("the messages of the op lane", () => {
  describe("a hello", () => {
    for (const one of [
      { clientId: "a" },
      { clientId: "A-z_0.9:x".padEnd(64, "x") },
      { clientId: "__proto__" },
      { clientId: "a", key: "k".repeat(16), epoch: 0, lastSeq: 0 },
      { clientId: "a", epoch: undefined, lastSeq: undefined },
    ]) {
      it(`may be ${JSON.stringify(one)}`, () => {
        assert.ok(hello.safeParse(one).success);
      });
    }

    for (const [what, one] of [
      ["without a client id", {}],
      ["with an empty client id", { clientId: "" }],
      ["with a client id of 65 characters", { clientId: "x".repeat(65) }],
      ["with a blank in the client id", { clientId: "a b" }],
      ["with a line break behind the client id", { clientId: "a\n" }],
      ["with a client id in another script", { clientId: "ä" }],
      ["with a number for a client id", { clientId: 1 }],
      ["with a short key", { clientId: "a", key: "k".repeat(15) }],
      ["with a long key", { clientId: "a", key: "k".repeat(65) }],
      ["with half an epoch", { clientId: "a", epoch: 1.5 }],
      ["with a negative seq", { clientId: "a", lastSeq: -1 }],
      ["with a seq that no number is exact for", { clientId: "a", lastSeq: 2 ** 53 }],
      ["with a seq that is none", { clientId: "a", lastSeq: Number.NaN }],
      ["with a seq of a large kind", { clientId: "a", lastSeq: 1n }],
      ["with something else", { clientId: "a", user: "root" }],
      ["that is nothing", undefined],
      ["that is a list", [{ clientId: "a" }]],
    ] as const) {
      it(`[OPL1] is refused ${what}`, () => {
        assert.equal(hello.safeParse(one).success, false);
      });
    }
  });

  describe("a push", () => {
    const push = pushOf(z.number());

    for (const n of [0, -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined, 1n]) {
      it(`[OPL2] is refused with the number ${String(n)}`, () => {
        assert.equal(push.safeParse({ n, ops: [1] }).success, false);
      });
    }

    for (const [what, ops, isTaken] of [
      ["no op", [], false],
      ["1 op", [1], true],
      ["256 ops", Array(256).fill(1), true],
      ["257 ops", Array(257).fill(1), false],
      ["300 ops", Array(300).fill(1), false],
      ["an op of another kind", [1, "2"], false],
      ["an op that is no list", 1, false],
      ["a list with a hole", [1, undefined], false],
    ] as const) {
      it(`[OPL2] is ${isTaken ? "taken" : "refused"} with ${what}`, () => {
        assert.equal(push.safeParse({ n: 1, ops }).success, isTaken);
      });
    }

    it("[OPL2] is refused with something else beside", () => {
      assert.equal(push.safeParse({ n: 1, ops: [1], clientId: "another" }).success, false);
    });

    it("may be the 2^53-1st", () => {
      assert.ok(push.safeParse({ n: Number.MAX_SAFE_INTEGER, ops: [1], base: 7 }).success);
    });
  });

  describe("an ephemeral value", () => {
    const isTaken = (v: unknown): boolean => ephemeral.safeParse({ k: "cursor", v }).success;

    for (const [what, v] of [
      ["nothing", undefined],
      ["null", null],
      ["a text", "x"],
      ["NaN", Number.NaN],
      ["bytes", new Uint8Array(4000)],
      ["an object of objects", { a: [{ b: { c: [1, null] } }], constructor: 1 }],
      ["4,000 items", Array(4000).fill(1)],
      ["a value that is 32 deep", nested(32)],
    ] as const) {
      it(`[OPL5] may be ${what}`, () => {
        assert.ok(isTaken(v));
      });
    }

    for (const [what, v] of [
      ["a value that is 33 deep", nested(33)],
      ["a value that is 4,000 deep", nested(4000)],
      ["a value that holds itself", cycle()],
      ["a small value that grows when it is written down", bomb(30)],
      ["an instance of a class", new Set([1])],
      ["a date", new Date(0)],
      ["a pattern", /x/],
    ] as const) {
      it(`[OPL5] is refused where it is ${what}`, () => {
        assert.equal(isTaken(v), false);
      });
    }

    for (const k of ["", "x".repeat(65), 1, undefined]) {
      it(`[OPL5] is refused under the key ${JSON.stringify(k)}`, () => {
        assert.equal(ephemeral.safeParse({ k, v: 1 }).success, false);
      });
    }
  });

  describe("the owner of a client id", () => {
    it("[OPL3] is the user, the same for every token of his", () => {
      assert.equal(ownerOf(userOf("ann"), undefined), ownerOf({ ...userOf("ann"), tokenId: "newer" }, undefined));
    });

    it("[OPL3] is who knows the key, whoever the guest is by now", () => {
      assert.equal(ownerOf(userOf("guest-1", true), KEY), ownerOf(undefined, KEY));
    });

    it("[OPL3] is nobody else", () => {
      const owners = [
        ownerOf(undefined, undefined),
        ownerOf(undefined, KEY),
        ownerOf(undefined, `${KEY}!`),
        ownerOf(userOf("ann"), undefined),
        ownerOf(userOf("ann"), KEY),
        ownerOf(userOf("eve"), undefined),
        ownerOf(userOf("eve"), KEY),
        ownerOf(userOf("guest-1", true), undefined),
        ownerOf(userOf("guest-2", true), undefined),
      ];

      assert.equal(new Set(owners).size, owners.length);
    });

    it("[OPL3] does not tell the key", () => {
      assert.ok(!ownerOf(userOf("ann"), KEY).includes(KEY));
    });
  });
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

function cycle(): unknown {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

function bomb(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = [value, value];
  return value;
}
