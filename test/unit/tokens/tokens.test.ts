import assert from "node:assert/strict";
import { inspect } from "node:util";
import { decodeJwt, exportJWK, exportSPKI, generateKeyPair, type JWTPayload, UnsecuredJWT } from "jose";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";
import { createTokens, type Revoked, type Tokens, type TokensOptions } from "../../../src/tokens/tokens.ts";
import { type KeyServer, openKeyServer, type SigningKey, signingKey, signWith } from "./key-server.ts";

const SECRET = "a secret of this server that is long enough";
const OTHER_SECRET = "another secret that is as long as the first";
const START_S = 1_000_000;
const MINUTE_MS = 60_000;
const GUEST_TTL_MS = 15 * MINUTE_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const signBySecret = (claims: JWTPayload, secret = SECRET, alg = "HS256"): Promise<string> =>
  signWith(bytes(secret), { alg }, claims);
const ada = (more: JWTPayload = {}): JWTPayload => ({ sub: "ada", jti: "a1", exp: START_S + 600, ...more });

describe("createTokens", () => {
  let clock: ManualClock;
  let telemetry: Telemetry;

  const open = (options: Partial<TokensOptions> = {}): Tokens =>
    createTokens({ mode: "guest", secret: SECRET, clock, telemetry, ...options });

  beforeEach(() => {
    clock = manualClock();
    clock.advance(START_S * 1000);
    telemetry = createTelemetry();
  });

  describe("options", () => {
    it("[TOK2] refuses a short secret without showing it", () => {
      assert.throws(
        () => open({ secret: `${SECRET},short-one` }),
        (error: Error) => {
          return /at least 32 bytes/.test(error.message) && !error.message.includes("short-one");
        },
      );
    });

    it("refuses mode token with nothing to check a token with", () => {
      assert.throws(() => open({ mode: "token", secret: "" }), { code: "CONFIG_INVALID" });
    });

    for (const jwksUrl of ["keys", "file:///etc/keys", "ftp://example.org/keys"]) {
      it(`refuses ${jwksUrl} as the address of a key server`, () => {
        assert.throws(() => open({ jwksUrl }), { code: "CONFIG_INVALID" });
      });
    }

    for (const guestTtlMs of [0, 999, DAY_MS + 1, Number.NaN]) {
      it(`refuses ${guestTtlMs} ms as the life of a guest's token`, () => {
        assert.throws(() => open({ guestTtlMs }), { code: "CONFIG_INVALID" });
      });
    }
  });

  describe("guests", () => {
    it("[TOK6] gives each guest an id of its own and a token that says so", async () => {
      const tokens = open();

      const [one, two] = await Promise.all([tokens.issueGuest(), tokens.issueGuest()]);
      const user = await tokens.verify(one.token);

      assert.notEqual(one.userId, two.userId);
      assert.match(one.userId, /^guest-[\w-]{16}$/);
      assert.equal(user.userId, one.userId);
      assert.equal(user.isGuest, true);
      assert.equal(user.expiresAtMs, one.expiresAtMs);
      assert.equal(one.expiresAtMs, clock.wallMs() + GUEST_TTL_MS);
    });

    it("[TOK6] signs with a secret of its own where none is given", async () => {
      const tokens = open({ secret: "" });
      const { token } = await tokens.issueGuest();

      await tokens.verify(token);
      await assert.rejects(open({ secret: "" }).verify(token), { code: "TOKEN_INVALID" });
    });

    it("[TOK6] gives no guest a token in mode token", async () => {
      await assert.rejects(open({ mode: "token" }).issueGuest(), { code: "GUESTS_REFUSED" });
    });

    it("[TOK6] takes no guest's token in mode token", async () => {
      const { token } = await open().issueGuest();

      await assert.rejects(open({ mode: "token" }).verify(token), { code: "TOKEN_INVALID" });
    });
  });

  describe("signatures", () => {
    it("[TOK1] takes a user whom the holder of the secret has signed", async () => {
      const user = await open({ mode: "token" }).verify(await signBySecret(ada({ roles: ["moderator"] })));

      assert.deepEqual(user, {
        userId: "ada",
        expiresAtMs: (START_S + 600) * 1000,
        tokenId: "a1",
        isGuest: false,
        roles: ["moderator"],
      });
    });

    it("[TOK1] refuses another secret", async () => {
      await assert.rejects(open().verify(await signBySecret(ada(), OTHER_SECRET)), { code: "TOKEN_INVALID" });
    });

    for (const alg of ["HS384", "HS512"]) {
      it(`[TOK1] refuses the algorithm ${alg}`, async () => {
        const token = await signWith(bytes(SECRET.repeat(2)), { alg }, ada());

        await assert.rejects(open({ secret: SECRET.repeat(2) }).verify(token), { code: "TOKEN_INVALID" });
      });
    }

    it("[TOK1] refuses a token that nobody has signed", async () => {
      await assert.rejects(open().verify(new UnsecuredJWT(ada()).encode()), { code: "TOKEN_INVALID" });
    });

    it("[TOK1] refuses claims that were changed after they were signed", async () => {
      const [header, , signature] = (await signBySecret(ada())).split(".");
      const claims = Buffer.from(JSON.stringify(ada({ sub: "eve" }))).toString("base64url");

      await assert.rejects(open().verify([header, claims, signature].join(".")), { code: "TOKEN_INVALID" });
    });

    for (const token of ["x", "a.b", "a.b.c", "....", "e30.e30.e30", "\0"]) {
      it(`[TOK1] refuses junk: ${JSON.stringify(token.slice(0, 12))}`, async () => {
        await assert.rejects(open().verify(token), { code: "TOKEN_INVALID" });
      });
    }

    it("[TOK1] refuses a token of more than 8192 characters, whoever signed it", async () => {
      const token = await signBySecret(ada({ picture: "p".repeat(8192) }));

      await assert.rejects(open().verify(token), { code: "TOKEN_INVALID" });
    });

    for (const token of ["", undefined]) {
      it(`[TOK1] says that a token is missing: ${JSON.stringify(token)}`, async () => {
        await assert.rejects(open().verify(token), { code: "TOKEN_MISSING" });
      });
    }

    it("[TOK2] signs with the first of several secrets", async () => {
      const { token } = await open({ secret: `${OTHER_SECRET},${SECRET}` }).issueGuest();

      await open({ secret: OTHER_SECRET }).verify(token);
    });

    it("[TOK2] takes what any of its secrets has signed", async () => {
      const { token } = await open().issueGuest();

      await open({ secret: `${OTHER_SECRET}, ${SECRET}` }).verify(token);
    });

    it("[TOK2] refuses what a secret has signed that was taken away", async () => {
      const { token } = await open().issueGuest();

      await assert.rejects(open({ secret: OTHER_SECRET }).verify(token), { code: "TOKEN_INVALID" });
    });

    it("[TOK2] says of an old secret's token that it has ended", async () => {
      const token = await signBySecret(ada({ exp: START_S - 60 }));

      await assert.rejects(open({ secret: `${OTHER_SECRET},${SECRET}` }).verify(token), { code: "TOKEN_EXPIRED" });
    });
  });

  describe("a key server", () => {
    let key: SigningKey;
    let server: KeyServer;

    before(async () => {
      key = await signingKey("one");
    });
    beforeEach(async () => {
      server = await openKeyServer(key);
    });
    afterEach(() => server.close());

    const openRemote = (options: Partial<TokensOptions> = {}): Tokens =>
      open({ mode: "token", secret: "", jwksUrl: server.url.href, ...options });

    for (const alg of ["RS256", "PS256", "ES256", "EdDSA"]) {
      it(`[TOK1] takes a user whom its key has signed with ${alg}`, async () => {
        const own = await signingKey("own", alg);
        server.keys = [own.jwk];

        const user = await openRemote().verify(await own.sign(ada()));

        assert.equal(user.userId, "ada");
      });
    }

    it("[TOK1] takes tokens of both kinds side by side", async () => {
      const tokens = openRemote({ secret: SECRET });

      const users = await Promise.all([tokens.verify(await key.sign(ada())), tokens.verify(await signBySecret(ada()))]);

      assert.deepEqual(
        users.map(({ userId }) => userId),
        ["ada", "ada"],
      );
    });

    it("[TOK1] refuses another key under a known name", async () => {
      const impostor = await signingKey("one");

      await assert.rejects(openRemote().verify(await impostor.sign(ada())), { code: "TOKEN_INVALID" });
    });

    it("[TOK1] never takes a public key for a secret", async () => {
      const { publicKey } = await generateKeyPair("RS256");
      const pem = await exportSPKI(publicKey);
      const forged = await signWith(bytes(pem), { alg: "HS256", kid: "one" }, ada());

      await assert.rejects(openRemote().verify(forged), { code: "TOKEN_INVALID" });
      await assert.rejects(openRemote({ secret: SECRET }).verify(forged), { code: "TOKEN_INVALID" });
    });

    it("[TOK1] never takes a secret that the key server shows", async () => {
      server.keys = [{ kty: "oct", kid: "one", alg: "HS256", k: Buffer.from(SECRET).toString("base64url") }];

      const forged = await signWith(bytes(SECRET), { alg: "HS256", kid: "one" }, ada());

      await assert.rejects(openRemote().verify(forged), { code: "TOKEN_INVALID" });
    });

    it("[TOK1] never takes a key that the token brings along", async () => {
      const { privateKey, publicKey } = await generateKeyPair("ES256");
      const forged = await signWith(privateKey, { alg: "ES256", kid: "one", jwk: await exportJWK(publicKey) }, ada());

      await assert.rejects(openRemote().verify(forged), { code: "TOKEN_INVALID" });
    });

    it("[TOK6] lets no other issuer speak for a guest", async () => {
      const { userId } = await open().issueGuest();
      const token = await key.sign(ada({ sub: userId }));

      await assert.rejects(openRemote({ mode: "guest", secret: SECRET }).verify(token), { code: "TOKEN_INVALID" });
    });

    it("[TOK3] says that a token cannot be checked while the keys cannot be had", async () => {
      server.status = 503;

      await assert.rejects(openRemote().verify(await key.sign(ada())), { code: "TOKEN_KEYS_UNAVAILABLE" });
    });

    it("[TOK3] needs no key server for what the secret has signed", async () => {
      server.status = 503;

      const user = await openRemote({ secret: SECRET }).verify(await signBySecret(ada()));

      assert.equal(user.userId, "ada");
    });
  });

  describe("time", () => {
    it("[TOK4] takes a token until five seconds after its end", async () => {
      const token = await signBySecret(ada({ exp: START_S }));
      const tokens = open();

      clock.advance(4000);
      await tokens.verify(token);

      clock.advance(1000);
      await assert.rejects(tokens.verify(token), { code: "TOKEN_EXPIRED" });
    });

    it("[TOK4] refuses a token that is not valid yet", async () => {
      const token = await signBySecret(ada({ nbf: START_S + 6 }));
      const tokens = open();

      await assert.rejects(tokens.verify(token), { code: "TOKEN_INVALID" });

      clock.advance(1000);
      await tokens.verify(token);
    });

    for (const [what, exp] of Object.entries({ "no end": undefined, "an end in two days": START_S + 2 * 86_400 })) {
      it(`[TOK4] refuses a token with ${what}`, async () => {
        const { exp: _, ...claims } = ada();
        const token = await signBySecret(exp === undefined ? claims : { ...claims, exp });

        await assert.rejects(open().verify(token), { code: "TOKEN_INVALID" });
      });
    }
  });

  describe("renewal", () => {
    it("[TOK7] gives the same guest a later end under the same token id", async () => {
      const tokens = open();
      const first = await tokens.issueGuest();

      clock.advance(GUEST_TTL_MS - MINUTE_MS);
      const renewed = await tokens.renew(first.token);

      const [before, after] = await Promise.all([decodeJwt(first.token), tokens.verify(renewed.token)]);
      assert.equal(after.userId, first.userId);
      assert.equal(after.tokenId, before.jti);
      assert.equal(after.expiresAtMs, clock.wallMs() + GUEST_TTL_MS);
    });

    it("[TOK7] forgives a token that ended less than a minute ago", async () => {
      const tokens = open();
      const { token, userId } = await tokens.issueGuest();

      clock.advance(GUEST_TTL_MS + MINUTE_MS - 1);

      assert.equal((await tokens.renew(token)).userId, userId);
    });

    it("[TOK7] refuses a token that ended a minute ago", async () => {
      const tokens = open();
      const { token } = await tokens.issueGuest();

      clock.advance(GUEST_TTL_MS + MINUTE_MS);

      await assert.rejects(tokens.renew(token), { code: "TOKEN_EXPIRED" });
    });

    it("[TOK7] does not renew what another has issued", async () => {
      await assert.rejects(open().renew(await signBySecret(ada())), { code: "TOKEN_NOT_RENEWABLE" });
    });
  });

  describe("revocation", () => {
    it("[TOK8] refuses every token of a revoked user", async () => {
      const tokens = open();
      tokens.revokeUser("ada");

      await assert.rejects(tokens.verify(await signBySecret(ada())), { code: "TOKEN_REVOKED" });
      await assert.rejects(tokens.verify(await signBySecret(ada({ jti: "a2" }))), { code: "TOKEN_REVOKED" });
    });

    it("[TOK8] refuses a revoked token and no other of its user", async () => {
      const tokens = open();
      tokens.revokeToken("a1");

      await assert.rejects(tokens.verify(await signBySecret(ada())), { code: "TOKEN_REVOKED" });
      assert.equal((await tokens.verify(await signBySecret(ada({ jti: "a2" })))).userId, "ada");
    });

    it("[TOK8] never takes a user's id for a token's", async () => {
      const tokens = open();
      tokens.revokeToken("ada");
      tokens.revokeUser("a1");

      assert.equal((await tokens.verify(await signBySecret(ada()))).userId, "ada");
    });

    const revocations: [string, (tokens: Tokens, user: { userId: string; tokenId: string }) => void][] = [
      ["user", (tokens, { userId }) => tokens.revokeUser(userId)],
      ["token", (tokens, { tokenId }) => tokens.revokeToken(tokenId)],
    ];
    for (const [what, revoke] of revocations) {
      it(`[TOK8] ends with a ${what} what it was renewed to, and every renewal`, async () => {
        const tokens = open();
        const first = await tokens.issueGuest();
        const second = await tokens.renew(first.token);
        const third = await tokens.renew(second.token);

        revoke(tokens, await tokens.verify(first.token));

        for (const { token } of [first, second, third]) {
          await assert.rejects(tokens.verify(token), { code: "TOKEN_REVOKED" });
          await assert.rejects(tokens.renew(token), { code: "TOKEN_REVOKED" });
        }
      });
    }

    it("[TOK8] tells its listeners at once, until they stop", () => {
      const tokens = open();
      const heard: Revoked[] = [];
      const stop = tokens.onRevoked((revoked) => heard.push(revoked));

      tokens.revokeUser("ada");
      tokens.revokeToken("a1");
      stop();
      tokens.revokeUser("bob");

      assert.deepEqual(heard, [{ userId: "ada" }, { tokenId: "a1" }]);
    });

    it("[TOK8] tells the others where one listener throws, and says so", () => {
      const tokens = open();
      const heard: unknown[] = [];
      telemetry.on("node:failed", ({ error }) => heard.push(error));
      const failure = new Error("a listener's own");
      tokens.onRevoked(() => {
        throw failure;
      });
      tokens.onRevoked((revoked) => heard.push(revoked));

      tokens.revokeUser("ada");

      assert.deepEqual(heard, [failure, { userId: "ada" }]);
    });

    it("[TOK9] refuses a revocation past its bound and tells nobody", () => {
      const tokens = open({ maxRevocations: 1 });
      const heard: Revoked[] = [];
      tokens.revokeUser("ada");
      tokens.onRevoked((revoked) => heard.push(revoked));

      assert.throws(() => tokens.revokeUser("bob"), { code: "REVOCATIONS_FULL" });
      assert.deepEqual(heard, []);
    });

    it("[TOK9] keeps a revocation for longer than the longest token that there was", async () => {
      const tokens = open({ guestTtlMs: DAY_MS });
      const { token, userId } = await tokens.issueGuest();
      tokens.revokeUser(userId);

      clock.advance(DAY_MS + MINUTE_MS - 1);

      await assert.rejects(tokens.renew(token), { code: "TOKEN_REVOKED" });
    });

    it("[TOK9] has room again a day later", () => {
      const tokens = open({ maxRevocations: 1 });
      tokens.revokeUser("ada");

      clock.advance(DAY_MS + 2 * MINUTE_MS);

      tokens.revokeUser("bob");
    });

    for (const id of ["", "a\n", "a".repeat(129)]) {
      it(`[TOK9] refuses to keep what can be nobody's id: ${JSON.stringify(id.slice(0, 5))}`, () => {
        assert.throws(() => open().revokeToken(id), { code: "BODY_INVALID" });
      });
    }
  });

  describe("silence", () => {
    const MARK = "very-private-mark";
    const marked = (more: JWTPayload = {}): JWTPayload => ada({ sub: MARK, mail: MARK, ...more });
    const refused: Record<string, () => string | Promise<string>> = {
      "another secret": () => signBySecret(marked(), OTHER_SECRET),
      "no signature": () => new UnsecuredJWT(marked()).encode(),
      "an unknown key": async () => (await signingKey(MARK)).sign(marked()),
      "an end that has passed": () => signBySecret(marked({ exp: START_S - 60 })),
      "a beginning that is to come": () => signBySecret(marked({ nbf: START_S + 60 })),
      "a beginning that is no time": () => signBySecret({ ...marked(), ...JSON.parse(`{"nbf":"${MARK}"}`) }),
      "an odd user": () => signBySecret(marked({ sub: `${MARK}\n` })),
      "odd roles": () => signBySecret(marked({ roles: MARK })),
      "an end too far ahead": () => signBySecret(marked({ exp: START_S * 9 })),
      "a revoked user": () => signBySecret(marked()),
      "too many characters": () => MARK.repeat(1000),
    };
    let server: KeyServer;
    let events: unknown[];

    beforeEach(async () => {
      server = await openKeyServer(await signingKey("one"));
      events = [];
      for (const name of ["token:revoked", "keys:failed", "node:failed", "error:refused"] as const) {
        telemetry.on(name, (event) => events.push(event));
      }
    });
    afterEach(() => server.close());

    const assertSilent = async (token: string): Promise<void> => {
      const tokens = open({ jwksUrl: server.url.href });
      tokens.revokeUser(MARK);

      const error: unknown = await tokens.verify(token).catch((reason: unknown) => reason);

      const shown = inspect([error, events], { depth: Number.POSITIVE_INFINITY, showHidden: true });
      assert.match(shown, /ArenaError: .*token/s);
      for (const part of [MARK, ...token.split(".").filter(Boolean)]) assert.ok(!shown.includes(part), shown);
    };

    for (const [what, make] of Object.entries(refused)) {
      it(`[TOK10] shows nothing of a token with ${what} in an error or an event`, async () => {
        await assertSilent(await make());
      });
    }

    it("[TOK10] shows nothing of a token while the key server is away", async () => {
      server.status = 500;

      await assertSilent(await (await signingKey(MARK)).sign(marked()));
    });
  });
});
