import assert from "node:assert/strict";
import { Client } from "@colyseus/sdk";
import { SignJWT } from "jose";
import { WebSocket } from "ws";
import { startNode, type TestNode } from "../support/start-node.ts";

const SECRET = "a-secret-for-tests-that-is-long-enough-to-sign-with";
const ADMIN = "an-admin-token-for-tests";

interface Issued {
  readonly token: string;
  readonly userId: string;
}

describe("identity", () => {
  let test: TestNode;
  afterEach(() => test.close());

  const post = (path: string, bearer?: string, body?: object): Promise<Response> =>
    fetch(`${test.httpUrl}${path}`, {
      method: "POST",
      headers: {
        ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
  const guest = async (): Promise<Issued> => (await (await post("/api/token")).json()) as Issued;
  const sdkOf = (token: string): Client => {
    const sdk = new Client(test.wsUrl);
    sdk.auth.token = token;
    return sdk;
  };
  const sign = (userId: string, lifeSeconds = 600): Promise<string> =>
    new SignJWT({ sub: userId, jti: `${userId}-1` })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + lifeSeconds)
      .sign(new TextEncoder().encode(SECRET));
  /** Takes a seat's socket address as somebody who saw it would, with another token or none. */
  const takeSeat = (seat: { roomId: string; sessionId: string; processId: string }, token: string): Promise<number> => {
    const url = `${test.wsUrl}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}&_authToken=${token}`;
    return new Promise((resolve) => new WebSocket(url).once("close", resolve));
  };

  it("[IDN1] gives a guest a token, and a fresh one for the same guest in exchange for it", async () => {
    test = await startNode();

    const first = await guest();
    const second = (await (await post("/api/token", first.token)).json()) as Issued;

    assert.match(first.userId, /^guest-/);
    assert.equal(second.userId, first.userId);
  });

  it("[IDN2] lets a stock SDK in without a token where guests are let in", async () => {
    test = await startNode();

    const room = await test.colyseus.sdk.joinOrCreate("arena");

    assert.ok(room.sessionId);
  });

  it("[IDN2] refuses a call without a token where one is needed, and lets a signed one in", async () => {
    test = await startNode({ auth: "token", tokenSecret: SECRET });

    await assert.rejects(test.colyseus.sdk.joinOrCreate("arena"), /TOKEN_MISSING/);
    const room = await sdkOf(await sign("ann")).joinOrCreate("arena");

    assert.ok(room.sessionId);
  });

  it("[IDN3] gives a seat to nobody but the user whose token reserved it", async () => {
    test = await startNode({ auth: "token", tokenSecret: SECRET });
    const answer = await post("/matchmake/joinOrCreate/arena", await sign("ann"), {});
    const seat = (await answer.json()) as { roomId: string; sessionId: string; processId: string };

    const code = await takeSeat(seat, await sign("mallory"));

    assert.equal(code, 4002);
    assert.equal(await test.metric('arena_refusals_total{code="SEAT_FOREIGN",where="socket"}'), 1);
  });

  it("[IDN4] closes the connections of a revoked user with 4503, and refuses their next call", async () => {
    test = await startNode({ adminToken: ADMIN });
    const { token, userId } = await guest();
    const room = await sdkOf(token).joinOrCreate("arena");
    const closed = new Promise((resolve) => room.onLeave(resolve));

    const answer = await post("/api/revoke", ADMIN, { userId });

    assert.equal(answer.status, 200);
    assert.equal(await closed, 4503);
    await assert.rejects(sdkOf(token).joinOrCreate("arena"), /TOKEN_REVOKED/);
  });

  it("[IDN4] revokes for nobody without the admin token", async () => {
    test = await startNode({ adminToken: ADMIN });

    const answers = await Promise.all([
      post("/api/revoke", undefined, { userId: "ann" }),
      post("/api/revoke", "a-guess-at-the-admin-token", { userId: "ann" }),
    ]);

    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401],
    );
  });

  it("[IDN5] renews a guest's token over the open connection", async () => {
    test = await startNode();
    const { token } = await guest();
    const room = await sdkOf(token).joinOrCreate("arena");

    const renewed = (await room.request("token", { token })) as { token: string; expiresAtMs: number };

    assert.ok(renewed.expiresAtMs > Date.now());
    assert.notEqual((await post("/api/token", renewed.token)).status, 401);
  });

  it("[IDN5] takes no other user's token over an open connection", async () => {
    test = await startNode();
    const [mine, other] = [await guest(), await guest()];
    const room = await sdkOf(mine.token).joinOrCreate("arena");

    await assert.rejects(room.request("token", { token: other.token }), (error: { reason?: { code?: string } }) => {
      assert.equal(error.reason?.code, "SEAT_FOREIGN");
      return true;
    });
  });
});
