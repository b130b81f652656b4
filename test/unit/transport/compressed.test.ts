import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { manualClock } from "../../../src/clock/clock.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { SOLE_AUTHORITY } from "../../../src/transport/authority.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { SocketLine } from "../../../src/transport/socket-line.ts";
import { TrafficCounter } from "../../../src/transport/traffic-counter.ts";
import { Writer } from "../../../src/transport/writer.ts";

const LIMITS = {
  softBytes: 100_000,
  hardBytes: 1_000_000,
  maxBehindMs: 5000,
  heartbeatMs: 15_000,
  joinMs: 15_000,
  maxRefusals: 20,
  messagesPerSecond: 100,
  messageBurst: 1000,
  bytesPerSecond: 100_000,
  byteBurst: 1_000_000,
};

describe("a connection with permessage-deflate", () => {
  let server: WebSocketServer;
  let peer: WebSocket;
  let connection: Connection;
  beforeEach(async () => {
    server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: { threshold: 0 } });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // a port, never a pipe
    const accepted = once(server, "connection");
    peer = new WebSocket(`ws://127.0.0.1:${port}`);
    const [socket] = (await accepted) as [WebSocket];
    await once(peer, "open");
    const [clock, telemetry] = [manualClock(), createTelemetry()];
    connection = new Connection(new SocketLine(socket, { clock, heartbeatMs: LIMITS.heartbeatMs }), "s1", {
      clock,
      telemetry,
      traffic: new TrafficCounter(clock, telemetry),
      writer: new Writer(),
      limits: LIMITS,
      authority: SOLE_AUTHORITY,
      retryAfterMs: () => 1000,
    });
  });
  afterEach(() => {
    peer.terminate();
    server.close();
  });

  it("brings frames whole and in order", async () => {
    const came: Buffer[] = [];
    const last = new Promise<void>((resolve) =>
      peer.on("message", (data: Buffer) => came.push(data) === 3 && resolve()),
    );

    for (const byte of [1, 2, 3]) connection.send(new Uint8Array(1000).fill(byte));
    await last;

    assert.deepEqual(
      came.map((data) => [data.byteLength, data[0]]),
      [
        [1000, 1],
        [1000, 2],
        [1000, 3],
      ],
    );
  });

  it("[OUT2] keeps the bytes of a frame whose payload is overwritten before it was compressed", async () => {
    const payload = new Uint8Array(1000).fill(15);
    const came = once(peer, "message");

    connection.send(payload);
    payload.fill(9);
    const [data] = (await came) as [Buffer];

    assert.equal(data[0], 15);
  });

  it("[OUT3] [OUT5] makes good what it held back once the compressor and the socket have room", async () => {
    const stale = once(connection, "stale");
    const came: (number | undefined)[] = [];
    const done = new Promise<void>((resolve) =>
      peer.on("message", ([kind]: Buffer) => came.push(kind) === 3 && resolve()),
    );
    for (const kind of [13, 15, 15, 13]) connection.send(new Uint8Array(60_000).fill(kind));

    await stale;
    await done;

    assert.deepEqual(came, [13, 15, 13]);
    assert.equal(connection.waitingBytes, 0);
  });
});
