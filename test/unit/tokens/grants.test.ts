import assert from "node:assert/strict";
import { decodeJwt, type JWTPayload, UnsecuredJWT } from "jose";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import {
  createTokens,
  type Grant,
  type GrantKind,
  type Tokens,
  type TokensOptions,
} from "../../../src/tokens/tokens.ts";
import { openKeyServer, signingKey, signWith } from "./key-server.ts";

const SECRET = "a secret of this server that is long enough";
const OTHER_SECRET = "another secret that is as long as the first";
const START_S = 1_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const INVITE: Grant = { kind: "invite", room: "whiteboard/plans", role: "editor", epoch: 3, userId: "ada" };
const TICKET: Grant = { kind: "image", room: "whiteboard/plans", userId: "ada", maxBytes: 1000 };

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const signBySecret = (claims: JWTPayload): Promise<string> => signWith(bytes(SECRET), { alg: "HS256" }, claims);

describe("grants", () => {
  let clock: ManualClock;

  const open = (options: Partial<TokensOptions> = {}): Tokens =>
    createTokens({ mode: "guest", secret: SECRET, clock, telemetry: createTelemetry(), ...options });
  const grantOf = async (grant: Grant, tokens = open()): Promise<string> =>
    (await tokens.grant(grant, MINUTE_MS)).token;

  beforeEach(() => {
    clock = manualClock();
    clock.advance(START_S * 1000);
  });

  for (const grant of [INVITE, TICKET, { kind: "invite", room: "lobby/main" } as const]) {
    it(`[TOK11] say what was granted: ${grant.kind} to ${grant.room}`, async () => {
      const tokens = open();

      const { token, expiresAtMs } = await tokens.grant(grant, MINUTE_MS);

      assert.equal(expiresAtMs, clock.wallMs() + MINUTE_MS);
      assert.deepEqual(await tokens.readGrant(token, grant.kind), { ...grant, expiresAtMs });
    });
  }

  it("[TOK11] end when they say", async () => {
    const tokens = open();
    const token = await grantOf(INVITE, tokens);

    clock.advance(MINUTE_MS - 1);
    await tokens.readGrant(token, "invite");

    clock.advance(1);
    await assert.rejects(tokens.readGrant(token, "invite"), { code: "GRANT_EXPIRED" });
  });

  const lives: [GrantKind, number, boolean][] = [
    ["invite", 999, false],
    ["invite", 1000, true],
    ["invite", 366 * DAY_MS, true],
    ["invite", 366 * DAY_MS + 1, false],
    ["invite", Number.NaN, false],
    ["image", 5 * MINUTE_MS, true],
    ["image", 5 * MINUTE_MS + 1, false],
  ];
  for (const [kind, ttlMs, isGranted] of lives) {
    it(`[TOK11] ${isGranted ? "may" : "may not"} live ${ttlMs} ms as ${kind}`, async () => {
      const granted = open().grant({ ...INVITE, kind }, ttlMs);

      if (isGranted) await granted;
      else await assert.rejects(granted, { code: "GRANT_INVALID" });
    });
  }

  for (const room of ["", "r".repeat(257)]) {
    it(`[TOK11] are not made where they could not be read: a room of ${room.length} characters`, async () => {
      await assert.rejects(grantOf({ ...INVITE, room }), { code: "GRANT_INVALID" });
    });
  }

  it("[TOK11] never pass for another kind", async () => {
    const tokens = open();

    await assert.rejects(tokens.readGrant(await grantOf(INVITE), "image"), { code: "GRANT_INVALID" });
    await assert.rejects(tokens.readGrant(await grantOf(TICKET), "invite"), { code: "GRANT_INVALID" });
  });

  it("[TOK11] never pass for the token of the user who asked for them", async () => {
    const token = await grantOf(TICKET);

    await assert.rejects(open().verify(token), { code: "TOKEN_INVALID" });
    await assert.rejects(open({ mode: "token" }).verify(token), { code: "TOKEN_INVALID" });
    await assert.rejects(open().renew(token), { code: "TOKEN_INVALID" });
  });

  it("[TOK11] are not made of a user's token, not even of one that says all that a grant says", async () => {
    const exp = START_S + 60;
    const token = await signBySecret({ ...INVITE, sub: "ada", jti: "a1", exp });

    assert.equal((await open().verify(token)).userId, "ada");
    await assert.rejects(open().readGrant(token, "invite"), { code: "GRANT_INVALID" });
    await assert.rejects(open().readGrant((await open().issueGuest()).token, "invite"), { code: "GRANT_INVALID" });
  });

  it("[TOK11] count where their secret is known and nowhere else", async () => {
    const token = await grantOf(INVITE);

    await open({ secret: `${OTHER_SECRET},${SECRET}` }).readGrant(token, "invite");
    await assert.rejects(open({ secret: OTHER_SECRET }).readGrant(token, "invite"), { code: "GRANT_INVALID" });
  });

  it("[TOK11] cannot be changed", async () => {
    const [header, claims = "", signature] = (await grantOf(INVITE)).split(".");
    const more = { ...decodeJwt(`${header}.${claims}.${signature}`), role: "owner" };
    const changed = Buffer.from(JSON.stringify(more)).toString("base64url");

    await assert.rejects(open().readGrant([header, changed, signature].join("."), "invite"), { code: "GRANT_INVALID" });
  });

  const exp = START_S + 60;
  for (const token of ["", "x", "a.b.c", new UnsecuredJWT({ ...INVITE, exp }).encode(), "x".repeat(5000)]) {
    it(`[TOK11] are no junk: ${token.slice(0, 12)}`, async () => {
      await assert.rejects(open().readGrant(token, "invite"), { code: "GRANT_INVALID" });
    });
  }

  it("[TOK11] are worth nothing once the user who asked for them is revoked", async () => {
    const tokens = open();
    const [token, another] = await Promise.all([grantOf(INVITE), grantOf({ ...INVITE, userId: "bob" })]);

    tokens.revokeUser("ada");

    await assert.rejects(tokens.readGrant(token, "invite"), { code: "GRANT_INVALID" });
    await tokens.readGrant(another, "invite");
  });

  it("[TOK11] are signed where user tokens come from a key server alone, by a secret that makes no users", async () => {
    const key = await signingKey("one");
    const server = await openKeyServer(key);
    const tokens = open({ mode: "token", secret: "", ownSecret: SECRET, jwksUrl: server.url.href });

    const { role } = await tokens.readGrant(await grantOf(INVITE, tokens), "invite");

    assert.equal(role, "editor");
    await assert.rejects(tokens.verify(await signBySecret({ sub: "ada", exp })), { code: "TOKEN_INVALID" });
    await server.close();
  });

  it("[TOK12] and guests' tokens outlive the process where the node keeps its secret", async () => {
    const tokens = open({ secret: "", ownSecret: SECRET });
    const [guest, token] = [await tokens.issueGuest(), await grantOf(INVITE, tokens)];

    const later = open({ secret: "", ownSecret: SECRET });

    assert.equal((await later.verify(guest.token)).userId, guest.userId);
    assert.equal((await later.readGrant(token, "invite")).role, "editor");
  });
});
