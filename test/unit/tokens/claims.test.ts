import assert from "node:assert/strict";
import { MAX_LIFE_MS, readUser } from "../../../src/tokens/claims.ts";

const NOW_S = 1_000_000;
const MOMENT = { nowMs: NOW_S * 1000, toleranceMs: 5000 };
const DAY_S = MAX_LIFE_MS / 1000;
const GOOD = { sub: "ada", exp: NOW_S + 600, jti: "t1" };

const read = (claims: unknown, token = "head.body.signature") => readUser(claims, token, MOMENT);

const assertInvalid = (claims: unknown): void => {
  assert.throws(() => read(claims), { code: "TOKEN_INVALID" }, JSON.stringify(claims));
};

describe("readUser", () => {
  it("reads who the user is, until when, and as what", () => {
    const user = read({ ...GOOD, roles: ["moderator"] });

    assert.deepEqual(user, {
      userId: "ada",
      expiresAtMs: (NOW_S + 600) * 1000,
      tokenId: "t1",
      isGuest: false,
      roles: ["moderator"],
    });
  });

  it("gives no roles where the token names none", () => {
    assert.deepEqual(read(GOOD).roles, []);
  });

  it("[TOK4] refuses a token that never ends", () => {
    assertInvalid({ sub: "ada" });
  });

  for (const exp of ["1000600", null, Number.POSITIVE_INFINITY, Number.NaN, 1e300]) {
    it(`[TOK4] refuses ${typeof exp} ${exp} as a token's end`, () => {
      assertInvalid({ ...GOOD, exp });
    });
  }

  it("[TOK4] takes an end of 24 hours and the tolerance ahead", () => {
    assert.equal(read({ ...GOOD, exp: NOW_S + DAY_S + 5 }).userId, "ada");
  });

  it("[TOK4] refuses an end that is further ahead", () => {
    assertInvalid({ ...GOOD, exp: NOW_S + DAY_S + 6 });
  });

  it("[TOK4] refuses what is left of a life of more than 24 hours", () => {
    assertInvalid({ ...GOOD, iat: NOW_S - DAY_S });
  });

  it("[TOK4] refuses a life of more than 24 hours that is said to begin later", () => {
    assertInvalid({ ...GOOD, iat: NOW_S + DAY_S, exp: NOW_S + 2 * DAY_S });
  });

  for (const sub of ["ada@example.org", "auth0|5f7c8ec7c33c6c004bbafe82", "Zoë Ω", "€".repeat(128)]) {
    it(`[TOK5] takes ${sub.slice(0, 30)} as a user's id`, () => {
      assert.equal(read({ ...GOOD, sub }).userId, sub);
    });
  }

  const odd = { empty: "", long: "a".repeat(129), newline: "a\nb", nul: "a\0", turned: "a\u202eb", hidden: "a\u200bb" };
  for (const [what, sub] of Object.entries({ ...odd, lone: "a\ud800", number: 7, list: ["ada"], none: undefined })) {
    it(`[TOK5] refuses an odd id of a user: ${what}`, () => {
      assertInvalid({ ...GOOD, sub });
    });
  }

  for (const jti of [...Object.values(odd), 7]) {
    it(`[TOK5] refuses an odd id of a token: ${JSON.stringify(jti).slice(0, 20)}`, () => {
      assertInvalid({ ...GOOD, jti });
    });
  }

  for (const roles of ["admin", ["a", 7], ["a\n"], Array.from({ length: 33 }, String), { 0: "admin" }]) {
    it(`[TOK5] refuses odd roles: ${JSON.stringify(roles).slice(0, 20)}`, () => {
      assertInvalid({ ...GOOD, roles });
    });
  }

  for (const claims of [undefined, null, "ada", [GOOD]]) {
    it(`[TOK5] refuses ${JSON.stringify(claims)?.slice(0, 20)} as claims`, () => {
      assertInvalid(claims);
    });
  }

  it("[TOK8] names a token without an id by what was signed, whatever its signature looks like", () => {
    const { jti: _, ...claims } = GOOD;

    const ids = ["head.body.one", "head.body.two", "head.other.one"].map((token) => read(claims, token).tokenId);

    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[0], ids[2]);
  });

  it("[TOK6] knows a guest by the id", () => {
    assert.deepEqual(
      ["guest-1", "guest", "a-guest-1"].map((sub) => read({ ...GOOD, sub }).isGuest),
      [true, false, false],
    );
  });
});
