import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { KIND, openRawClient } from "../support/raw-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

describe("bad input", () => {
  let test: TestNode;
  before(async () => {
    test = await startNode({ maxRefusals: 3, maxFrameBytes: 1024, maxBodyBytes: 1024 });
  });
  after(() => test.close());

  const call = async (method: string, room: string, body: string): Promise<{ status: number; name: string }> => {
    const answer = await fetch(`${test.httpUrl}/matchmake/${method}/${room}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { name } = (await answer.json()) as { name: string };
    return { status: answer.status, name };
  };

  describe("on the matchmaking route", () => {
    const cases: [string, string, string, string, { status: number; name: string }][] = [
      ["an unknown room name", "joinOrCreate", "nowhere", "{}", { status: 404, name: "ROOM_NAME_UNKNOWN" }],
      ["an unknown method", "explode", "arena", "{}", { status: 404, name: "METHOD_UNKNOWN" }],
      ["an inherited property as a method", "constructor", "arena", "{}", { status: 404, name: "METHOD_UNKNOWN" }],
      ["a room id that is not there", "joinById", "NOPE", "{}", { status: 404, name: "ROOM_NOT_FOUND" }],
      ["a join where no room is", "join", "synthetic", '{"id":"none"}', { status: 404, name: "ROOM_NONE_FREE" }],
      ["options of the wrong type", "create", "arena", '{"bots":"many"}', { status: 400, name: "OPTIONS_INVALID" }],
      ["an option that does not exist", "create", "arena", '{"god":true}', { status: 400, name: "OPTIONS_INVALID" }],
      ["options that are no object", "create", "arena", "[1]", { status: 400, name: "OPTIONS_INVALID" }],
      [
        "a name of control characters",
        "create",
        "arena",
        '{"name":"a\\u0000"}',
        { status: 400, name: "OPTIONS_INVALID" },
      ],
      ["a reconnection without a token", "reconnect", "x", "{}", { status: 400, name: "OPTIONS_INVALID" }],
      ["a body that is no JSON", "create", "arena", "{", { status: 400, name: "BODY_INVALID" }],
    ];
    for (const [what, method, room, body, expected] of cases) {
      it(`[MMK1] refuses ${what} with ${expected.name} and makes no room`, async () => {
        const roomsBefore = await test.metric('arena_rooms{name="arena"}');

        const answer = await call(method, room, body);

        assert.deepEqual(answer, expected);
        assert.equal(await test.metric('arena_rooms{name="arena"}'), roomsBefore);
      });
    }

    it("[HTP2] refuses a body over its bound with BODY_TOO_LARGE", async () => {
      const answer = await call("create", "arena", JSON.stringify({ name: "x".repeat(10_000) }));

      assert.deepEqual(answer, { status: 413, name: "BODY_TOO_LARGE" });
    });

    it("[FLT3] counts each refusal by its code", async () => {
      const line = 'arena_refusals_total{code="ROOM_NAME_UNKNOWN",where="http"}';
      const countBefore = await test.metric(line);

      await call("create", "nowhere", "{}");

      assert.equal(await test.metric(line), countBefore + 1);
    });

    for (const [what, bytes] of [
      ["junk", "\u0001\u0002 junk\r\n\r\n"],
      ["an unknown method", "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"],
      ["a broken address", "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
      ["an upgrade without a key", "GET /a/b HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"],
    ] as const) {
      it(`[FLT3] answers ${what} on a line with BODY_INVALID`, async () => {
        const socket = connect(Number(new URL(test.httpUrl).port), "127.0.0.1");
        let answer = "";
        socket.on("data", (data) => {
          answer += data.toString();
        });

        socket.write(bytes);

        await once(socket, "close");
        assert.match(answer, /^HTTP\/1\.1 400 /);
        assert.match(answer, /"name":"BODY_INVALID"/);
      });
    }

    it("[HTP3] answers an address that no route takes with ROUTE_UNKNOWN", async () => {
      const answer = await fetch(`${test.httpUrl}/no/such/route`);

      assert.equal(answer.status, 404);
      assert.equal(((await answer.json()) as { name: string }).name, "ROUTE_UNKNOWN");
    });
  });

  describe("on the socket", () => {
    const errorText = (frame: Buffer): string => frame.toString("latin1");

    for (const [what, frame] of [
      ["a frame of an unknown kind", new Uint8Array([31, 1, 2, 3])],
      ["an empty frame", new Uint8Array([])],
      ["a frame of a kind that only servers send", new Uint8Array([15, 0, 0])],
    ] as const) {
      it(`[FRM1] answers ${what} with FRAME_UNKNOWN and keeps the connection`, async () => {
        const client = await openRawClient(test.httpUrl, "arena");
        await client.frame(KIND.join);
        const refused = client.frame(KIND.error);

        client.socket.send(frame);

        assert.match(errorText(await refused), /FRAME_UNKNOWN/);
        assert.equal(client.socket.readyState, client.socket.OPEN);
        client.socket.terminate();
      });
    }

    it("[FRM1] answers a text frame with FRAME_UNKNOWN", async () => {
      const client = await openRawClient(test.httpUrl, "arena");
      await client.frame(KIND.join);
      const refused = client.frame(KIND.error);

      client.socket.send("hello");

      assert.match(errorText(await refused), /FRAME_UNKNOWN/);
      client.socket.terminate();
    });

    it("[FRM2] closes a connection that sends a frame over the bound with 1009", async () => {
      const client = await openRawClient(test.httpUrl, "arena");
      await client.frame(KIND.join);

      client.socket.send(new Uint8Array(2048).fill(KIND.message));

      assert.equal((await client.closed).code, 1009);
    });

    it("[FRM3] closes a connection with 4500 after too many refusals", async () => {
      const client = await openRawClient(test.httpUrl, "arena");
      await client.frame(KIND.join);

      for (let sent = 0; sent < 4; sent++) client.socket.send(new Uint8Array([31]));

      assert.deepEqual(await client.closed, { code: 4500, reason: "REFUSED_TOO_OFTEN" });
    });

    for (const [what, ring] of [
      ["a length that points back", [20, 0, 0xd0, 0xfd]],
      ["more stamps than it could hold", [20 | 0x80, 0xce, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0]],
      ["a length past its end", [20, 0, 100, 1]],
    ] as const) {
      it(`[FRM4] answers a ring of inputs with ${what} with MESSAGE_INVALID`, async () => {
        const client = await openRawClient(test.httpUrl, "arena");
        await client.frame(KIND.join);
        client.acknowledgeJoin();
        const refused = client.frame(KIND.error);

        client.socket.send(new Uint8Array(ring));

        assert.match(errorText(await refused), /MESSAGE_INVALID/);
        client.socket.terminate();
      });
    }

    it("[MMK3] closes a socket for a room that is not there with 4002", async () => {
      const { WebSocket } = await import("ws");
      const socket = new WebSocket(`${test.wsUrl}/node/room?sessionId=nobody`);

      const code = await new Promise((resolve) => socket.once("close", resolve));

      assert.equal(code, 4002);
    });
  });

  describe("in a message", () => {
    it("[MSG1] refuses a payload that does not match its schema and changes nothing", async () => {
      const room = await test.colyseus.sdk.create("arena", { name: "Ann" });
      await room.waitForInitialState();
      const refused = new Promise<string>((resolve) => room.onError((_code, message) => resolve(message ?? "")));

      room.send("rename", { name: "x".repeat(10_000).slice(0, 500) });

      assert.match(await refused, /^MESSAGE_INVALID/);
      assert.equal(shipOf(room).name, "Ann");
      await room.leave();
    });

    it("[MSG2] refuses a type that the room does not know", async () => {
      const room = await test.colyseus.sdk.create("arena");
      const refused = new Promise<string>((resolve) => room.onError((_code, message) => resolve(message ?? "")));

      room.send("teleport", { x: 1 });

      assert.match(await refused, /^MESSAGE_UNKNOWN.*teleport/);
      await room.leave();
    });

    it("[MSG4] rejects a request whose payload does not match", async () => {
      const room = await test.colyseus.sdk.create("arena");

      await assert.rejects(room.request("rename", { name: 7 }), (error: { reason?: { code?: string } }) => {
        assert.equal(error.reason?.code, "MESSAGE_INVALID");
        return true;
      });
      await room.leave();
    });
  });

  const shipOf = (room: { state: unknown; sessionId: string }): { name: string } => {
    const ship = (room.state as { ships: Map<string, { name: string }> }).ships.get(room.sessionId);
    assert.ok(ship, "the player has a ship");
    return ship;
  };
});
