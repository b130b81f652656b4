import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { AuthContext, Client } from "@colyseus/core";
import { Client as Sdk } from "@colyseus/sdk";
import { z } from "zod";
import { Room } from "../../src/room/room.ts";
import type { TelemetryEvents } from "../../src/telemetry/telemetry.ts";
import { openFaultProxy } from "../support/fault-proxy.ts";
import { KIND, openRawClient } from "../support/raw-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

/** What an HTTP answer says of a refusal. */
interface Refusal {
  readonly status: number;
  readonly name: string;
  readonly retryAfter: number | undefined;
}

const noted: string[] = [];

/** Answers `pong` to everything, and notes where its clients come from. */
class PongRoom extends Room {
  override messages = {
    ping: { format: z.unknown(), handler: (client: Client) => client.send("pong") },
    large: { format: z.string(), maxBytes: 40_000, handler: (client: Client) => client.send("pong") },
  };

  override onAuth(_client: Client, _options: unknown, { ip }: AuthContext): boolean {
    noted.push(ip ?? "");
    return true;
  }
}

describe("the limits of a node", () => {
  let test: TestNode;
  let upgraded: Duplex[] = [];
  afterEach(async () => {
    for (const socket of upgraded) socket.destroy();
    upgraded = [];
    await test.close();
  });

  const open = async (overrides: Parameters<typeof startNode>[0]): Promise<void> => {
    test = await startNode(overrides, { pong: { room: PongRoom } });
  };
  const join = (sdk: Sdk = new Sdk(test.wsUrl)) => sdk.joinOrCreate("pong");

  /** Asks for a WebSocket; resolves with the refusal, or with status 101. */
  const upgrade = (headers: Record<string, string> = {}, path = "/"): Promise<Refusal> =>
    new Promise((resolve, reject) => {
      const asked = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": Buffer.alloc(16).toString("base64"),
      };
      const request = get(test.httpUrl, { path, headers: { ...asked, ...headers } });
      request.once("error", reject);
      request.once("upgrade", (_response, socket) => {
        upgraded.push(socket);
        resolve({ status: 101, name: "", retryAfter: undefined });
      });
      request.once("response", async (response) => {
        const { name } = JSON.parse(Buffer.concat(await response.toArray()).toString()) as { name: string };
        const retryAfter = response.headers["retry-after"];
        resolve({ status: response.statusCode ?? 0, name, retryAfter: retryAfter ? Number(retryAfter) : undefined });
      });
    });

  const call = async (headers: Record<string, string> = {}): Promise<Refusal> => {
    const answer = await fetch(`${test.httpUrl}/matchmake/joinOrCreate/pong`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: "{}",
    });
    const { name } = (await answer.json()) as { name: string };
    const retryAfter = answer.headers.get("retry-after");
    return { status: answer.status, name, retryAfter: retryAfter ? Number(retryAfter) : undefined };
  };

  const assertRefused = (refusal: Refusal, status: number, name: string): void => {
    assert.deepEqual([refusal.status, refusal.name], [status, name]);
    assert.ok(refusal.retryAfter !== undefined && refusal.retryAfter >= 1 && refusal.retryAfter <= 5);
  };
  const refusals = (code: string, where: string): Promise<number> =>
    test.metric(`arena_refusals_total{code="${code}",where="${where}"}`);

  /** Asserts that a client who is inside is served. */
  const assertServed = async (room: Awaited<ReturnType<typeof join>>): Promise<void> => {
    const pong = new Promise<void>((resolve) => room.onMessage("pong", () => resolve()));
    room.send("ping");
    await pong;
  };

  describe("on new connections", () => {
    it("[ADM2] refuses one more than the node takes with NODE_FULL, and serves those inside", async () => {
      await open({ maxConnections: 1 });
      const room = await join();

      assertRefused(await upgrade(), 503, "NODE_FULL");

      await assertServed(room);
      assert.equal(await refusals("NODE_FULL", "upgrade"), 1);
    });

    it("[ADM2] refuses one more than an address may have with TOO_MANY_CONNECTIONS, until one has ended", async () => {
      await open({ maxConnectionsPerIp: 1 });
      const room = await join();
      const ended = test.nextEvent("connection:closed");

      assertRefused(await upgrade(), 429, "TOO_MANY_CONNECTIONS");
      await Promise.all([room.leave(), ended]);

      await assertServed(await join());
      assert.equal(await refusals("TOO_MANY_CONNECTIONS", "upgrade"), 1);
    });

    it("[ADM2] refuses one more than a user may have with TOO_MANY_CONNECTIONS", async () => {
      await open({ maxConnectionsPerUser: 1 });
      const { token } = (await (await fetch(`${test.httpUrl}/api/token`, { method: "POST" })).json()) as {
        token: string;
      };
      const sdk = new Sdk(test.wsUrl);
      sdk.auth.token = token;
      const room = await join(sdk);

      await assert.rejects(join(sdk), /TOO_MANY_CONNECTIONS/);

      await assertServed(room);
      assert.equal(await refusals("TOO_MANY_CONNECTIONS", "socket"), 1);
    });

    it("[ADM2] counts no connection whose handshake fails", async () => {
      await open({ maxConnections: 1 });
      const socket = connect(test.node.port, "127.0.0.1");
      socket.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      await once(socket.resume(), "close");

      await assertServed(await join());
    });

    it("[ADM3] refuses what comes faster than its rate with CONNECTIONS_TOO_FAST", async () => {
      await open({ connectionsPerSecond: 1 });

      const answers = await Promise.all([upgrade(), upgrade(), upgrade()]);

      const refused = answers.filter(({ status }) => status !== 101);
      assert.ok(refused.length > 0 && refused.length < 3);
      for (const refusal of refused) assertRefused(refusal, 503, "CONNECTIONS_TOO_FAST");
      assert.equal(await refusals("CONNECTIONS_TOO_FAST", "upgrade"), refused.length);
    });

    it("[ADM1] refuses an upgrade to what is no address", async () => {
      await open({});

      const { status, name } = await upgrade({}, "//");

      assert.deepEqual([status, name], [400, "BODY_INVALID"]);
    });
  });

  describe("on matchmaking calls", () => {
    it("[ADM3] refuses what one address asks faster than the rate with CALLS_TOO_FAST, and serves those inside", async () => {
      await open({ matchmakingPerSecond: 2 });
      const room = await join();

      const answers = await Promise.all([call(), call(), call(), call()]);

      const refused = answers.filter(({ status }) => status !== 200);
      assert.ok(refused.length > 0);
      for (const refusal of refused) assertRefused(refusal, 429, "CALLS_TOO_FAST");
      await assertServed(room);
      assert.equal(await refusals("CALLS_TOO_FAST", "http"), refused.length);
    });

    it("[HTP2] ends a body of 30 MB long before all of it has come", async () => {
      await open({});
      const megabytes = 30;
      const chunk = Buffer.alloc(65_536, 32);
      const socket = connect(test.node.port, "127.0.0.1");
      socket.on("error", () => {}); // the node closes while we still write
      const answer: Buffer[] = [];
      socket.on("data", (bytes) => answer.push(bytes));

      socket.write(
        "POST /matchmake/create/pong HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
      );
      for (let sent = 0; sent < megabytes * 16 && !socket.destroyed; sent++) {
        socket.write(`${chunk.byteLength.toString(16)}\r\n`);
        socket.write(chunk);
        if (!socket.write("\r\n")) await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
      }

      assert.match(Buffer.concat(answer).toString(), /^HTTP\/1.1 413 /);
      assert.ok(socket.bytesWritten < 15_000_000, `${socket.bytesWritten} bytes were taken`);
      assert.equal(await refusals("BODY_TOO_LARGE", "http"), 1);
      await assertServed(await join());
    });
  });

  describe("on origins", () => {
    const mine = { origin: "https://game.example" };
    const strange = { origin: "https://evil.example" };
    beforeEach(() => open({ allowedOrigins: [mine.origin] }));

    it("[ADM4] refuses calls and connections from a page of another origin with ORIGIN_REFUSED", async () => {
      const expected = { status: 403, name: "ORIGIN_REFUSED", retryAfter: undefined };

      assert.deepEqual(await call(strange), expected);
      assert.deepEqual(await upgrade(strange), expected);
      assert.equal(await refusals("ORIGIN_REFUSED", "http"), 1);
      assert.equal(await refusals("ORIGIN_REFUSED", "upgrade"), 1);
    });

    it("[ADM4] takes calls and connections from pages of its list and from programs", async () => {
      for (const headers of [mine, {}]) {
        assert.equal((await call(headers)).status, 200);
        assert.equal((await upgrade(headers)).status, 101);
      }
    });

    it("[ADM4] lets browsers call from pages of its list only", async () => {
      const allowedFor = async (headers: Record<string, string>): Promise<string | null> => {
        const asked = { ...headers, "access-control-request-method": "POST" };
        const answer = await fetch(`${test.httpUrl}/matchmake/join/pong`, { method: "OPTIONS", headers: asked });
        return answer.headers.get("access-control-allow-origin");
      };

      assert.equal(await allowedFor(mine), mine.origin);
      assert.equal(await allowedFor(strange), null);
    });
  });

  describe("on addresses", () => {
    const from = (address: string) => ({ "x-forwarded-for": address, "x-real-ip": address, "x-client-ip": address });
    beforeEach(() => noted.splice(0));

    it("[ADM5] does not believe what a client says of its address", async () => {
      await open({ maxConnectionsPerIp: 1 });
      await upgrade(from("203.0.113.1"));

      assert.equal((await upgrade(from("203.0.113.2"))).name, "TOO_MANY_CONNECTIONS");
    });

    it("[ADM5] believes a trusted proxy", async () => {
      await open({ maxConnectionsPerIp: 1, trustedProxies: ["127.0.0.0/8"] });
      await upgrade(from("203.0.113.1"));

      assert.equal((await upgrade(from("203.0.113.2"))).status, 101);
      assert.equal((await upgrade(from("203.0.113.2"))).name, "TOO_MANY_CONNECTIONS");
    });

    it("[ADM5] tells a room the address that it counts", async () => {
      await open({});
      const room = await join(new Sdk(test.wsUrl, { headers: from("203.0.113.1") }));

      assert.deepEqual([...new Set(noted)], ["127.0.0.1"]);
      await room.leave();
    });
  });

  describe("on what a connection sends", () => {
    const errorText = (frame: Buffer): string => frame.toString("latin1");

    it("[ADM6] refuses a message over the rate with MESSAGES_TOO_FAST, and nobody else notices", async () => {
      await open({ messageBurst: 5, messagesPerSecond: 1, maxRefusals: 10 });
      const neighbour = await join();
      const room = await join();
      const refused = new Promise<string>((resolve) => room.onError((_code, message) => resolve(message ?? "")));

      for (let sent = 0; sent < 8; sent++) room.send("ping");

      assert.match(await refused, /^MESSAGES_TOO_FAST/);
      await assertServed(neighbour);
      assert.equal(room.connection.isOpen, true);
      assert.ok((await refusals("MESSAGES_TOO_FAST", "socket")) > 0);
    });

    it("[ADM6] closes a connection that goes on all the same with 4500", async () => {
      await open({ messageBurst: 5, messagesPerSecond: 1, maxRefusals: 3 });
      const room = await join();
      const left = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));

      for (let sent = 0; sent < 50; sent++) room.send("ping");

      assert.equal(await left, 4500);
      await assertServed(await join());
    });

    it("[ADM6] closes a connection whose inputs come too fast with 4010, and takes it back", async () => {
      await open({ messageBurst: 20, messagesPerSecond: 1 });
      const room = await test.colyseus.sdk.create("arena", { bots: 0 });
      room.reconnection.minUptime = 0; // an SDK gives up on a connection that was lost in its first 5 s
      await room.waitForInitialState();
      const input = room.input<{ moveX: number }>();
      const resumed = test.nextEvent("session:resumed");

      for (let sent = 0; sent < 60; sent++) {
        input.data.moveX = sent;
        input.send();
      }

      assert.equal((await resumed).sessionId, room.sessionId);
      assert.equal(await test.metric('arena_connections_closed_total{code="4010"}'), 1);
    });

    it("[ADM6] takes a message in 256 frames, and closes a connection that sends one in more", async () => {
      await open({});
      const client = await openRawClient(test.httpUrl, "pong");
      const send = (bytes: Buffer): void => {
        for (const [at, byte] of bytes.entries()) client.socket.send(Buffer.of(byte), { fin: at === bytes.length - 1 });
      };

      send(Buffer.alloc(256, 255)); // of no kind: it is answered
      const answer = await client.frame(KIND.error);
      send(Buffer.alloc(257, 255));

      assert.ok(answer.length > 0);
      assert.equal((await client.closed).code, 1008);
    });

    it("[ADM7] refuses a message that is larger than its type allows, and takes one whose type allows more", async () => {
      await open({});
      const room = await join();
      const refused = new Promise<string>((resolve) => room.onError((_code, message) => resolve(message ?? "")));
      const pong = new Promise<void>((resolve) => room.onMessage("pong", () => resolve()));

      room.send("ping", "x".repeat(20_000));
      room.send("large", "x".repeat(20_000));

      assert.match(await refused, /^MESSAGE_TOO_LARGE.*16384 are allowed/);
      await pong;
      assert.equal(await refusals("MESSAGE_TOO_LARGE", "socket"), 1);
    });

    it("[ADM7] looks at no payload of a message that is too large", async () => {
      await open({ maxMessageBytes: 128 });
      const client = await openRawClient(test.httpUrl, "pong");
      await client.frame(KIND.join);
      const type = [0xa4, ...Buffer.from("ping")];
      const refused = client.frame(KIND.error);

      client.socket.send(new Uint8Array([KIND.message, ...type, ...new Uint8Array(200).fill(0xc1)]));

      assert.match(errorText(await refused), /MESSAGE_TOO_LARGE/);
      client.socket.terminate();
    });
  });

  describe("on load", () => {
    /** Makes the node believe that its ticks are late by more than it can bear. */
    const overload = async (): Promise<TelemetryEvents["node:loadChanged"]> => {
      const { telemetry } = test.node;
      telemetry.on("node:loadMeasured", () => {
        telemetry.emit("tick:ran", { name: "synthetic", durationMs: 1, latenessMs: 1_000_000 });
      });
      return test.nextEvent("node:loadChanged", ({ level }) => level === "overloaded");
    };

    it("[LOD2] takes nobody new while it is overloaded, and keeps and takes back those whom it has", async () => {
      await open({});
      const proxy = await openFaultProxy({ targetPort: test.node.port });
      const room = await join(new Sdk(`ws://127.0.0.1:${proxy.port}`));
      room.reconnection.minUptime = 0; // an SDK gives up on a connection that was lost in its first 5 s
      await overload();

      assertRefused(await call(), 503, "OVERLOADED");
      assertRefused(await upgrade(), 503, "OVERLOADED");
      assert.equal((await fetch(`${test.httpUrl}/readyz`)).status, 503);
      await assertServed(room);
      const resumed = test.nextEvent("session:resumed");
      const back = new Promise<void>((resolve) => room.onReconnect(() => resolve()));
      proxy.cut();
      await Promise.all([resumed, back]);
      await assertServed(room);
      assert.equal(await refusals("OVERLOADED", "http"), 1);
      assert.equal(await test.metric('arena_load_level{level="overloaded"}'), 1);
      await room.leave();
      await proxy.close();
    });

    it("[LOD1] sends every other patch while it is strained, and all changes with it", async () => {
      await open({});
      const room = await test.colyseus.sdk.create("synthetic", { entities: 5, changed: 5, tickMs: 20 });
      await room.waitForInitialState();
      await overload();
      const counts = { skipped: 0, received: 0 };
      const enough = test.nextEvent("patch:skipped", () => ++counts.skipped === 20);
      room.onStateChange(() => counts.received++);

      await enough;

      assert.ok(Math.abs(counts.received - counts.skipped) <= 5, JSON.stringify(counts));
      const frozen = new Promise<{ entities: unknown }>((resolve) => room.onMessage("frozen", resolve));
      room.send("freeze");
      const { entities } = await frozen;
      const state = room.state as { entities: Map<string, { x: number; y: number }> };
      assert.deepEqual(Object.fromEntries([...state.entities].map(([key, { x, y }]) => [key, [x, y]])), entities);
      assert.ok((await test.metric('arena_patches_skipped_total{name="synthetic"}')) >= 20);
    });
  });
});
