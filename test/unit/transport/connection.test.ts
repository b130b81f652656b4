import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { parseCloseReason } from "../../../src/protocol/protocol.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { Connection } from "../../../src/transport/connection.ts";
import { SocketLine } from "../../../src/transport/socket-line.ts";
import { TrafficCounter } from "../../../src/transport/traffic-counter.ts";
import { Writer } from "../../../src/transport/writer.ts";
import { type FakeSocket, fakeSocket } from "../../support/fake-socket.ts";

const LIMITS = {
  softBytes: 1000,
  hardBytes: 5000,
  maxBehindMs: 4000,
  heartbeatMs: 15_000,
  joinMs: 10_000,
  maxRefusals: 3,
  messagesPerSecond: 100,
  messageBurst: 1000,
  bytesPerSecond: 100_000,
  byteBurst: 1_000_000,
};
const KIND = { join: 10, error: 11, message: 13, state: 14, patch: 15 };

describe("a connection", () => {
  let clock: ManualClock;
  let peer: FakeSocket;
  let connection: Connection;
  let refused: string[];
  let mayAct: boolean;
  let whenMayAct: (() => void)[];
  beforeEach(() => {
    [mayAct, whenMayAct] = [true, []];
    clock = manualClock();
    peer = fakeSocket(LIMITS.softBytes / 2);
    const telemetry = createTelemetry();
    refused = [];
    telemetry.on("error:refused", ({ code }) => refused.push(code));
    const authority = { mayAct: () => mayAct, whenMayAct: (run: () => void) => void whenMayAct.push(run) };
    connection = new Connection(new SocketLine(peer.socket, { clock, heartbeatMs: LIMITS.heartbeatMs }), "s1", {
      clock,
      telemetry,
      traffic: new TrafficCounter(clock, telemetry),
      writer: new Writer(authority),
      limits: LIMITS,
      authority,
      retryAfterMs: () => 1000,
    });
  });

  const frame = (kind: number, bytes = 10, fill = 0): Uint8Array => {
    const payload = new Uint8Array(bytes).fill(fill);
    payload[0] = kind;
    return payload;
  };
  const turn = (): Promise<void> => Promise.resolve();
  const kindsRead = (): (number | undefined)[] => peer.read.map(([kind]) => kind);

  it("sends what was sent in one turn by one write, in order", async () => {
    await peer.flow();
    for (const kind of [KIND.message, KIND.message, KIND.patch]) connection.send(frame(kind));

    await turn();

    assert.deepEqual(kindsRead(), [KIND.message, KIND.message, KIND.patch]);
    assert.equal(peer.writes, 1);
  });

  it("[OWN1] shows nothing of what was sent before the process stood still, until it may act again", async () => {
    await peer.flow();
    connection.send(frame(KIND.message));
    mayAct = false; // in the middle of a turn
    await turn();
    connection.send(frame(KIND.patch));
    await turn();
    const shownMeanwhile = kindsRead();

    mayAct = true;
    for (const run of whenMayAct.splice(0)) run();

    assert.deepEqual([shownMeanwhile, kindsRead()], [[], [KIND.message, KIND.patch]]);
  });

  it("[OWN1] shows nothing of it before it is closed, either", async () => {
    await peer.flow();
    connection.send(frame(KIND.message));
    mayAct = false;
    connection.close();
    mayAct = true;
    for (const run of whenMayAct.splice(0)) run();
    await turn();

    assert.deepEqual(kindsRead(), []);
  });

  it("[OUT3] gives a peer that stalled what it missed as one full state, and then patches again", async () => {
    connection.on("stale", () => connection.send(frame(KIND.state, 2000)));
    for (let patches = 0; patches < 10; patches++) {
      connection.send(frame(KIND.patch, 300));
      await turn();
    }

    await peer.flow();
    await turn();
    connection.send(frame(KIND.patch, 50));
    await turn();

    assert.deepEqual(kindsRead(), [...new Array(4).fill(KIND.patch), KIND.state, KIND.patch]);
  });

  it("sends the rest of a turn right behind its first part where the system takes that at once", async () => {
    await peer.flow();
    connection.send(frame(KIND.message, 1200));
    connection.send(frame(KIND.message, 10));
    await turn();

    await turn();

    assert.deepEqual(
      peer.read.map(({ byteLength }) => byteLength),
      [1200, 10],
    );
  });

  it("[OUT3] asks for the full state also where nothing was written after which it could", async () => {
    let asked = 0;
    connection.on("stale", () => asked++);
    connection.send(frame(KIND.patch, 6000));

    connection.check(1000);

    assert.equal(asked, 1);
  });

  it("[OUT5] gives a peer that stalled its messages in order, before the full state", async () => {
    connection.on("stale", () => connection.send(frame(KIND.state)));
    connection.send(frame(KIND.patch, 1000));
    await turn();
    for (const fill of [1, 2, 3]) connection.send(frame(KIND.message, 10, fill));
    connection.send(frame(KIND.patch));
    await turn();

    await peer.flow();
    await turn();

    assert.deepEqual(kindsRead(), [KIND.patch, KIND.message, KIND.message, KIND.message, KIND.state]);
    assert.deepEqual(
      peer.read.slice(1, 4).map((payload) => payload[1]),
      [1, 2, 3],
    );
  });

  it("[OUT5] gives a peer that stalled only the newest ephemeral frame of each key", async () => {
    connection.send(frame(KIND.patch, 1000));
    await turn();
    for (const fill of [1, 2, 3]) connection.send(frame(KIND.message, 10, fill), "cursor");

    await peer.flow();
    await turn();

    assert.deepEqual(
      peer.read.slice(1).map((payload) => payload[1]),
      [3],
    );
  });

  it("[OUT1] never holds more than the hard bound, and closes with 4010 where a message would", async () => {
    let most = 0;
    for (let messages = 0; messages < 100; messages++) {
      connection.send(frame(KIND.message, 100));
      most = Math.max(most, connection.waitingBytes);
      await turn();
    }

    assert.ok(most <= LIMITS.hardBytes && most > LIMITS.hardBytes - 200, `${most} bytes`);
    assert.deepEqual(refused, ["SLOW"]);
    assert.equal(peer.closedWith?.[0], 4010);
  });

  it("[OUT6] tells a slow peer when to come back", async () => {
    for (let messages = 0; messages < 100; messages++) connection.send(frame(KIND.message, 100));

    const hint = parseCloseReason(String(peer.closedWith?.[1]));

    assert.equal(hint?.code, "SLOW");
    assert.ok(Number(hint?.retryAfterMs) > 0);
  });

  it("[OUT6] closes a peer that is behind for too long though nothing more is sent to it", async () => {
    connection.send(frame(KIND.patch, 1000));
    await turn();
    connection.send(frame(KIND.patch, 50));

    clock.advance(LIMITS.maxBehindMs);
    connection.check(clock.nowMs());
    assert.equal(peer.closedWith, undefined);
    clock.advance(1);
    connection.check(clock.nowMs());

    assert.equal(peer.closedWith?.[0], 4010);
  });

  it("[OUT6] cuts a peer that does not answer the close", async () => {
    for (let messages = 0; messages < 100; messages++) connection.send(frame(KIND.message, 100));

    clock.advance(2999);
    assert.equal(peer.isTerminated, false);
    clock.advance(1);

    assert.equal(peer.isTerminated, true);
  });

  it("[OUT1] closes a client that does not say in time that it is ready", () => {
    connection.check(LIMITS.joinMs);
    assert.deepEqual(refused, []);
    connection.check(LIMITS.joinMs + 1);

    assert.deepEqual(refused, ["JOIN_TOO_SLOW"]);
    assert.equal(peer.closedWith?.[0], 4002);
  });

  it("waits no longer once a room has heard that the client is ready", () => {
    connection.on("message", () => {});

    peer.receive(frame(KIND.join, 1));
    connection.check(LIMITS.joinMs + 1);

    assert.deepEqual(refused, []);
  });

  it("[OUT1] takes no word for it that came before the room listened", () => {
    peer.receive(frame(KIND.join, 1));
    connection.check(LIMITS.joinMs + 1);

    assert.deepEqual(refused, ["JOIN_TOO_SLOW"]);
  });

  for (const sign of ["message", "ping", "pong"]) {
    it(`[HB1] takes a ${sign} as a sign of life`, () => {
      clock.advance(20_000);

      peer.emit(sign, Buffer.from([KIND.message]), true);

      assert.equal(connection.isSilent(29_000), false);
      assert.equal(connection.isSilent(49_000), true);
    });
  }

  it("[HB1] is silent when nothing came for two heartbeats, a second of margin left", () => {
    assert.equal(connection.isSilent(28_999), false);
    assert.equal(connection.isSilent(29_000), true);
  });

  it("[HB1] leaves a time in which the process stood still out of every deadline", async () => {
    connection.send(frame(KIND.patch, 1000));
    await turn();
    connection.send(frame(KIND.patch, 50));

    clock.skip(60_000);
    connection.forgive(60_000);
    connection.check(clock.nowMs());

    assert.equal(connection.isSilent(clock.nowMs()), false);
    assert.deepEqual(refused, []);
  });

  it("takes a ping of the peer's own for no answer to one", () => {
    clock.advance(1000);
    connection.ping();
    clock.advance(5);
    peer.emit("ping");
    assert.equal(connection.roundTripMs, undefined);

    clock.advance(75);
    peer.emit("pong");
    assert.equal(connection.roundTripMs, 80);
  });

  it("knows the time that a ping and its answer took", () => {
    clock.advance(1);
    connection.ping();
    clock.advance(40);

    peer.emit("pong");

    assert.equal(peer.pings, 1);
    assert.equal(connection.roundTripMs, 40);
  });

  for (const [what, code, reason] of [
    ["a code of the protocol's own", 1005, ""],
    ["a code that is none", 5000, ""],
    ["a code that is no whole number", 4000.5, ""],
    ["words of more than 123 bytes", 4000, "ü".repeat(62)],
  ] as const) {
    it(`[FWD1] refuses to be closed with ${what}, and goes on`, async () => {
      assert.throws(() => connection.close(code, reason), RangeError);

      connection.send(frame(KIND.message));
      await peer.flow();
      assert.deepEqual([peer.closedWith, kindsRead()], [undefined, [KIND.message]]);
    });
  }

  it("sends nothing after it was closed", async () => {
    await peer.flow();
    connection.send(frame(KIND.message));
    connection.close();
    connection.send(frame(KIND.patch));

    await turn();

    assert.deepEqual(kindsRead(), [KIND.message]);
  });

  it("[HND5] keeps what comes while its room stands still, and gives it when the room goes on", async () => {
    const heard: unknown[] = [];
    connection.on("message", (frame: Buffer) => heard.push(frame[0]));
    let isPaused = false;
    Object.assign(peer.socket, { pause: () => (isPaused = true), resume: () => (isPaused = false) });

    await connection.hold();
    connection.freeze();
    peer.receive(Uint8Array.of(13));
    const meanwhile = [isPaused, ...heard];
    connection.goOn();

    assert.deepEqual(meanwhile, [true]);
    assert.deepEqual([isPaused, ...heard], [false, 13]);
  });

  it("[HND5] [OWN1] reads nothing more where its room goes on before its process may act", async () => {
    const heard: unknown[] = [];
    connection.on("message", (frame: Buffer) => heard.push(frame[0]));
    let isPaused = false;
    Object.assign(peer.socket, { pause: () => (isPaused = true), resume: () => (isPaused = false) });
    await connection.hold();
    connection.freeze();
    peer.receive(Uint8Array.of(13));
    mayAct = false;

    connection.goOn();
    const meanwhile = [isPaused, ...heard];
    mayAct = true;
    for (const run of whenMayAct.splice(0)) run();

    assert.deepEqual([meanwhile, [isPaused, ...heard]], [[true], [false, 13]]);
  });

  it("[HND7] that is held hears the answer of whoever is told to come back", async () => {
    let isPaused = false;
    Object.assign(peer.socket, { pause: () => (isPaused = true), resume: () => (isPaused = false) });
    await connection.hold();

    connection.close(4010);

    assert.equal(isPaused, false);
  });
});
