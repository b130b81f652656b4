import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { SOLE_AUTHORITY } from "../../../src/transport/authority.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { SocketLine } from "../../../src/transport/socket-line.ts";
import { TrafficCounter } from "../../../src/transport/traffic-counter.ts";
import { Writer } from "../../../src/transport/writer.ts";
import { type FakeSocket, fakeSocket } from "../../support/fake-socket.ts";

const LIMITS = {
  softBytes: 65_536,
  hardBytes: 1_048_576,
  maxBehindMs: 30_000,
  heartbeatMs: 15_000,
  joinMs: 15_000,
  maxRefusals: 3,
  messagesPerSecond: 10,
  messageBurst: 5,
  bytesPerSecond: 1000,
  byteBurst: 2000,
};
const KIND = { leave: 12, message: 13, input: 19, inputs: 20 };

describe("the rate of a connection", () => {
  let clock: ManualClock;
  let peer: FakeSocket;
  let heard: number[];
  let refused: string[];
  beforeEach(() => {
    clock = manualClock();
    peer = fakeSocket(LIMITS.softBytes);
    [heard, refused] = [[], []];
    const telemetry = createTelemetry();
    telemetry.on("error:refused", ({ code }) => refused.push(code));
    const traffic = new TrafficCounter(clock, telemetry);
    const connection = new Connection(new SocketLine(peer.socket, { clock, heartbeatMs: LIMITS.heartbeatMs }), "s1", {
      clock,
      telemetry,
      traffic,
      writer: new Writer(),
      limits: LIMITS,
      authority: SOLE_AUTHORITY,
      retryAfterMs: () => 1000,
    });
    connection.on("message", (frame: Buffer) => heard.push(Number(frame[0])));
  });

  const receive = (kind: number, frames: number, bytes = 10): void => {
    for (let frame = 0; frame < frames; frame++) peer.receive(new Uint8Array(bytes).fill(kind));
  };

  it("[ADM6] lets a burst through and refuses what comes beyond it", () => {
    receive(KIND.message, 7);

    assert.equal(heard.length, 5);
    assert.deepEqual(refused, ["MESSAGES_TOO_FAST", "MESSAGES_TOO_FAST"]);
    assert.equal(peer.closedWith, undefined);
  });

  it("[ADM6] lets as many through again as its rate allows", () => {
    receive(KIND.message, 6);
    clock.advance(300);
    receive(KIND.message, 4);

    assert.equal(heard.length, 8);
  });

  it("[ADM6] counts bytes beside frames", () => {
    receive(KIND.message, 3, 900);

    assert.equal(heard.length, 2);
    assert.deepEqual(refused, ["MESSAGES_TOO_FAST"]);
  });

  it("[ADM6] ends a connection that goes on all the same", () => {
    receive(KIND.message, 100);

    assert.deepEqual(peer.closedWith, [4500, "REFUSED_TOO_OFTEN"]);
    assert.equal(heard.length, 5);
    assert.equal(refused.length, 5);
  });

  for (const kind of [KIND.input, KIND.inputs]) {
    it(`[ADM6] asks a client to come back rather than leave out an input of kind ${kind}`, () => {
      receive(kind, 6);

      assert.deepEqual(peer.closedWith, [4010, '{"code":"MESSAGES_TOO_FAST","retryAfterMs":1000}']);
      assert.equal(heard.length, 5);
    });
  }

  it("[ADM6] lets a client leave at any rate", () => {
    receive(KIND.message, 5);
    receive(KIND.leave, 1);

    assert.equal(heard.at(-1), KIND.leave);
  });

  it("[ADM6] ends a connection that sends pings, or pongs that nobody asked for, faster than is of use", () => {
    for (let pings = 0; pings < 100; pings++) peer.emit(pings % 2 === 0 ? "ping" : "pong");

    assert.deepEqual(peer.closedWith, [4500, "REFUSED_TOO_OFTEN"]);
    assert.deepEqual(refused, ["REFUSED_TOO_OFTEN"]);
  });

  it("[ADM6] lets a client ping once a second for as long as it likes", () => {
    for (let pings = 0; pings < 1000; pings++) {
      clock.advance(1000);
      peer.emit("ping");
      peer.emit("pong");
    }

    assert.equal(peer.closedWith, undefined);
  });

  it("hears nothing more of a client that is being closed", () => {
    receive(KIND.input, 6);
    clock.advance(1000);

    receive(KIND.message, 3);

    assert.equal(heard.length, 5);
  });
});
