import assert from "node:assert/strict";
import { jwtVerify } from "jose";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { createTelemetry, type Telemetry } from "../../../src/telemetry/telemetry.ts";
import { createRemoteKeys, type RemoteKeysOptions } from "../../../src/tokens/remote-keys.ts";
import { type KeyServer, openKeyServer, type SigningKey, signingKey } from "./key-server.ts";

const HOUR_MS = 60 * 60 * 1000;

describe("createRemoteKeys", () => {
  let oldKey: SigningKey;
  let newKey: SigningKey;
  let server: KeyServer;
  let clock: ManualClock;
  let telemetry: Telemetry;
  let failures: number;

  before(async () => {
    oldKey = await signingKey("old");
    newKey = await signingKey("new");
  });
  beforeEach(async () => {
    server = await openKeyServer(oldKey);
    clock = manualClock();
    telemetry = createTelemetry();
    failures = 0;
    telemetry.on("keys:failed", () => {
      failures++;
    });
  });
  afterEach(() => server.close());

  const open = (limits: Pick<RemoteKeysOptions, "cooldownMs" | "maxAgeMs"> = {}) => {
    const keyOf = createRemoteKeys({ url: server.url, clock, telemetry, ...limits });
    return async (key: SigningKey): Promise<void> => {
      await jwtVerify(await key.sign({ sub: "ada" }), keyOf);
    };
  };

  it("[TOK3] asks its server once for many tokens", async () => {
    const check = open();

    await Promise.all([check(oldKey), check(oldKey), check(oldKey)]);
    await check(oldKey);

    assert.equal(server.requests, 1);
  });

  it("[TOK3] looks up a key that it does not know yet", async () => {
    const check = open({ cooldownMs: 0 });
    await check(oldKey);

    server.keys = [newKey.jwk];

    await check(newKey);
  });

  it("[TOK3] no longer takes a key that its server has taken away", async () => {
    const check = open({ maxAgeMs: 0 });
    await check(oldKey);

    server.keys = [newKey.jwk];

    await assert.rejects(check(oldKey), { code: "ERR_JWKS_NO_MATCHING_KEY" });
  });

  it("[TOK3] does not let unknown keys ask its server again and again", async () => {
    const check = open();
    await check(oldKey);

    const outcomes = await Promise.allSettled([check(newKey), check(newKey), check(newKey)]);

    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ["rejected", "rejected", "rejected"],
    );
    assert.equal(server.requests, 1);
  });

  it("[TOK3] goes on with the last keys for an hour while its server is away", async () => {
    const check = open({ maxAgeMs: 0 });
    await check(oldKey);
    server.status = 500;

    clock.advance(HOUR_MS);

    await check(oldKey);
    assert.equal(failures, 1);
  });

  it("[TOK3] ends with the last keys after an hour", async () => {
    const check = open({ maxAgeMs: 0 });
    await check(oldKey);
    server.status = 500;

    clock.advance(HOUR_MS + 1);

    await assert.rejects(check(oldKey), { code: "TOKEN_KEYS_UNAVAILABLE" });
  });

  it("[TOK3] calls a key that it cannot look up now unavailable, not wrong", async () => {
    const check = open({ cooldownMs: 0 });
    await check(oldKey);

    server.status = 500;

    await assert.rejects(check(newKey), { code: "TOKEN_KEYS_UNAVAILABLE" });
  });

  it("[TOK3] leaves a failing server alone for a second", async () => {
    const check = open();
    server.status = 500;

    await assert.rejects(check(oldKey), { code: "TOKEN_KEYS_UNAVAILABLE" });
    await assert.rejects(check(oldKey), { code: "TOKEN_KEYS_UNAVAILABLE" });

    assert.equal(server.requests, 1);
  });

  it("[TOK3] finds its server again when that is back", async () => {
    const check = open();
    server.status = 500;
    await assert.rejects(check(oldKey), { code: "TOKEN_KEYS_UNAVAILABLE" });

    server.status = 200;
    clock.advance(1000);

    await check(oldKey);
  });

  it("[TOK3] calls an unknown key wrong again when its server is back", async () => {
    const check = open();
    server.status = 500;
    await assert.rejects(check(oldKey), { code: "TOKEN_KEYS_UNAVAILABLE" });

    server.status = 200;
    clock.advance(1000);

    await assert.rejects(check(newKey), { code: "ERR_JWKS_NO_MATCHING_KEY" });
  });

  for (const [what, keys] of Object.entries({ "no list": { a: 1 }, "a list of texts": ["key"] })) {
    it(`[TOK3] calls ${what} in place of keys a failure of the server`, async () => {
      const check = open();

      server.keys = keys as KeyServer["keys"]; // wrong on purpose

      await assert.rejects(check(oldKey), { code: "TOKEN_KEYS_UNAVAILABLE" });
      assert.equal(failures, 1);
    });
  }
});
