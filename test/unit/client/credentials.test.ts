import assert from "node:assert/strict";
import { Credentials, type TokenSource } from "../../../src/client/credentials.ts";
import { manualClock } from "../../../src/clock/clock.ts";
import { FakeRoom, settled } from "./link-fixtures.ts";

const LIFE_S = 900;

function tokenUntil(seconds: number): string {
  return `head.${btoa(JSON.stringify({ exp: seconds }))}.signature`;
}

function start(source: TokenSource): {
  credentials: Credentials;
  clock: ReturnType<typeof manualClock>;
  calls: string[];
} {
  const clock = manualClock();
  const calls: string[] = [];
  const fetch = async (input: string | URL | Request): Promise<Response> => {
    calls.push(String(input));
    return Response.json({ token: tokenUntil(LIFE_S) });
  };
  return {
    clock,
    calls,
    credentials: new Credentials({ source, httpUrl: "http://server", fetch, clock, timeoutMs: 1000 }),
  };
}

describe("credentials", () => {
  it("are the server's for a guest, who asks once", async () => {
    const { credentials, calls } = start(undefined);

    const tokens = [await credentials.current(), await credentials.current()];

    assert.deepEqual(tokens, [tokenUntil(LIFE_S), tokenUntil(LIFE_S)]);
    assert.deepEqual(calls, ["http://server/api/token"]);
  });

  it("are asked for again when the server does not take them", async () => {
    let asked = 0;
    const { credentials } = start(async () => `token${++asked}`);
    await credentials.current();

    const hasAnother = credentials.refused();

    assert.equal(hasAnother, true);
    assert.equal(await credentials.current(), "token2");
  });

  it("are renewed on the connection between half and most of their life", async () => {
    const { credentials, clock } = start(undefined);
    const room = new FakeRoom("room");
    await credentials.current();
    credentials.keepFresh(room);

    clock.advance(LIFE_S * 500 - 1);
    const before = room.requests.length;
    clock.advance(LIFE_S * 350);
    await settled();

    assert.equal(before, 0);
    assert.deepEqual(room.requests, [{ token: tokenUntil(LIFE_S) }]);
    assert.equal(await credentials.current(), "renewed");
  });

  it("are not renewed any more when the connection is gone", async () => {
    const { credentials, clock } = start(undefined);
    const room = new FakeRoom("room");
    await credentials.current();

    credentials.keepFresh(room)();
    clock.advance(LIFE_S * 1000);

    assert.deepEqual(room.requests, []);
  });

  it("that never come are not waited for", async () => {
    const { credentials, clock } = start(() => new Promise(() => {}));

    const current = credentials.current();
    clock.advance(1000);

    await assert.rejects(current, { name: "TimedOut" });
  });
});
