import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { parseCloseReason } from "../../../src/protocol/protocol.ts";
import type { TelemetryEvents } from "../../../src/telemetry/telemetry.ts";
import type { Owner } from "../../../src/transport/forward.ts";
import {
  type Edge,
  type OwnerProcess,
  openClient,
  openEdge,
  openOwner,
  readToEnd,
  SWITCHING,
  settled,
  until,
} from "../../support/forwarding.ts";

const MB = 1024 * 1024;
/** Two sockets' buffers, and what was read when they were full. */
const MAX_WAITING_BYTES = 256 * 1024;

describe("a client whose room is elsewhere", () => {
  let edge: Edge;
  let there: OwnerProcess;
  let whereabouts: (roomId: string) => Promise<Owner | undefined>;
  let failures: TelemetryEvents["forward:failed"][];
  beforeEach(async () => {
    there = await openOwner();
    whereabouts = async () => there.owner;
    edge = await openEdge((roomId) => whereabouts(roomId));
    failures = [];
    edge.telemetry.on("forward:failed", (failure) => failures.push(failure));
  });
  afterEach(async () => {
    await edge.close();
    await there.close();
    await until(() => edge.forwarder.count === 0);
    assert.equal(edge.counts().opened, edge.counts().closed);
  });

  /** A client that was led to its owner, and the owner's end of the line; both have had their heads. */
  const openPair = async (): Promise<{ client: Socket; line: Socket }> => {
    const [taken, led, client] = [there.line(), edge.led(), await openClient(edge.port)];
    const line = await taken;
    line.write(SWITCHING);
    assert.equal(await led, true);
    const [head] = await once(client, "data");
    client.pause();
    assert.equal(head.toString(), SWITCHING);
    return { client, line };
  };
  const failuresTold = (): readonly TelemetryEvents["forward:failed"][] => {
    edge.clock.advance(1000);
    return failures;
  };

  it("[FWD1] is led there with its request as it came and its address, and gets every byte in both directions", async () => {
    const { client, line } = await openPair();
    const [up, down] = [randomBytes(3 * MB), randomBytes(5 * MB)];
    const [gotUp, gotDown] = [readToEnd(line), readToEnd(client)];
    line.write(Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 0, 0x50, 0, 0]), down]));
    client.end(up);

    assert.ok((await gotUp).equals(up));
    line.end();
    assert.ok((await gotDown).subarray(10).equals(down));
    assert.equal(
      there.heads[0],
      `GET /b/room?sessionId=s HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nx-arena-passage: owner /b/room?sessionId=s 203.0.113.9\r\n\r\n`,
    );
    client.destroy();
  });

  it("[FWD1] gets the answer of an owner that refuses it", async () => {
    const [taken, client] = [there.line(), await openClient(edge.port)];
    const got = readToEnd(client);
    (await taken).end("HTTP/1.1 503 Service Unavailable\r\nretry-after: 3\r\n\r\nlater");

    assert.equal((await got).toString(), "HTTP/1.1 503 Service Unavailable\r\nretry-after: 3\r\n\r\nlater");
    client.end();
  });

  it("[FWD2] is asked for no more than an owner takes, and the owner for no more than it takes itself", async () => {
    const { client, line } = await openPair();
    let most = 0;
    const held = (): number => (most = Math.max(most, edge.forwarder.waitingBytes));
    line.pause();
    client.pause();
    const bytes = randomBytes(32 * MB);
    const whole = Buffer.concat([Buffer.from([0x82, 127, 0, 0, 0, 0, 2, 0, 0, 0]), bytes]);

    client.write(bytes);
    line.write(whole);
    await settled(() => held() + line.writableLength + client.writableLength);

    assert.ok(most < MAX_WAITING_BYTES, `${most} bytes waited`);
    assert.ok(line.writableLength > MB && client.writableLength > MB, "the senders feel it");
    const [gotDown, gotUp] = [readToEnd(client), readToEnd(line)];
    client.end();
    line.end();
    assert.ok((await gotDown).equals(whole));
    assert.ok((await gotUp).equals(bytes));
  });

  it("[FWD2] is not read before the line to the owner stands, beyond a socket's buffer", async () => {
    let answer = (_owner: Owner): void => {};
    whereabouts = () => new Promise((resolve) => (answer = resolve));
    const client = await openClient(edge.port);
    const early = randomBytes(8 * MB);
    client.write(early);
    await until(() => edge.sockets.length === 1);
    await settled(() => client.writableLength);
    assert.ok(Number(edge.sockets[0]?.bytesRead) < MAX_WAITING_BYTES, `${edge.sockets[0]?.bytesRead} bytes were read`);

    const taken = there.line();
    answer(there.owner);
    const line = await taken;
    line.write(SWITCHING);
    const got = readToEnd(line);
    client.end();

    assert.ok((await got).equals(early));
    line.end();
  });

  it("[FWD4] is told to come back where its owner breaks off between two frames", async () => {
    const { client, line } = await openPair();
    const got = readToEnd(client);
    line.write(Buffer.from([0x82, 2, 1, 2]));
    await until(() => line.writableLength === 0);
    line.end();

    const [frame, close] = [(await got).subarray(0, 4), (await got).subarray(4)];

    assert.deepEqual([...frame], [0x82, 2, 1, 2]);
    assert.deepEqual([close[0], close.readUInt16BE(2)], [0x88, 4010]);
    assert.equal(parseCloseReason(close.toString("utf8", 4))?.code, "PEER_UNREACHABLE");
    client.end();
    assert.deepEqual(
      failuresTold().map(({ stage, bootId, times }) => ({ stage, bootId, times })),
      [{ stage: "flow", bootId: "owner", times: 1 }],
    );
  });

  it("[FWD4] is cut off where its owner breaks off in the middle of a frame", async () => {
    const { client, line } = await openPair();
    const got = readToEnd(client);
    line.end(Buffer.from([0x82, 3, 1, 2]));

    assert.deepEqual([...(await got)], [0x82, 3, 1, 2]);
  });

  it("[FWD4] gets the owner's own last word and no other", async () => {
    const { client, line } = await openPair();
    const got = readToEnd(client);
    line.end(Buffer.from([0x88, 2, 0x11, 0x94]));

    assert.deepEqual([...(await got)], [0x88, 2, 0x11, 0x94]);
    client.end();
    assert.deepEqual(failuresTold(), []);
  });

  it("[FWD4] is told to come back where its owner is said to be gone, though nothing of that shows on the line", async () => {
    const [{ client }, other] = [await openPair(), await openPair()];
    const got = readToEnd(client);
    edge.forwarder.ownerGone("somebody else");
    assert.equal(edge.forwarder.count, 2);

    edge.forwarder.ownerGone("owner");

    assert.equal((await got).readUInt16BE(2), 4010);
    for (const each of [client, other.client]) each.end();
    assert.deepEqual(
      failuresTold().map(({ times }) => times),
      [2],
    );
  });

  it("[FWD4] is told to come back where its owner has been silent for two heartbeats, and not where it is the slow one", async () => {
    const { client, line } = await openPair();
    const got = readToEnd(client);
    edge.clock.advance(20_000);
    line.write(Buffer.from([0x89, 0]));
    await once(client, "data");
    edge.clock.advance(29_000);
    assert.equal(edge.forwarder.count, 1);

    edge.clock.advance(4000);

    const bytes = await got;
    assert.deepEqual([...bytes.subarray(0, 3), bytes.readUInt16BE(4)], [0x89, 0, 0x88, 4010]);
    client.end();
  });

  it("[FWD4] is cut off where it takes nothing for so long that its owner has given it up", async () => {
    const { client, line } = await openPair();
    client.pause();
    line.write(Buffer.alloc(32 * MB));
    await settled(() => line.writableLength);

    edge.clock.advance(33_000);
    edge.clock.advance(3000);

    await until(() => edge.forwarder.count === 0);
    assert.deepEqual(failuresTold(), []);
    client.destroy();
  });

  it("[FWD5] comes to another owner where the first says that it does not have the room, or is another process by now", async () => {
    for (const status of [421, 403]) {
      const before = await openOwner("before");
      const owners = [before.owner, there.owner];
      whereabouts = async () => owners.shift();
      const [asked, taken, led] = [before.line(), there.line(), edge.led()];
      const client = await openClient(edge.port);
      (await asked).end(`HTTP/1.1 ${status} No\r\n\r\n`);
      (await taken).write(SWITCHING);

      assert.equal(await led, true);
      assert.equal(edge.forgotten.pop(), "room");
      client.destroy();
      await before.close();
    }
  });

  it("[FWD5] is refused for now where the owner cannot be reached, does not answer in time, or still does not have the room", async () => {
    const gone = await openOwner("gone");
    await gone.close();
    whereabouts = async () => gone.owner;
    const refused = edge.led();
    const clients = [await openClient(edge.port)];
    assert.match(String(await refused), /PEER_UNREACHABLE|cannot be reached/);

    whereabouts = async () => there.owner;
    const [asked, late] = [there.line(), edge.led()];
    clients.push(await openClient(edge.port));
    const line = await asked;
    edge.clock.advance(5000);
    assert.match(String(await late), /cannot be reached/);
    await Promise.all([readToEnd(line), once(line.end(), "close")]);

    const [again, wrong] = [there.line(), edge.led()];
    clients.push(await openClient(edge.port));
    (await again).end("HTTP/1.1 421 Misdirected Request\r\n\r\n");
    assert.match(String(await wrong), /cannot be reached/);

    assert.equal(edge.sockets.filter(({ bytesWritten }) => bytesWritten > 0).length, 0);
    const told = failuresTold();
    assert.equal(
      told.reduce((sum, { stage, times }) => (stage === "ask" ? sum + times : sum), 0),
      3,
    );
    for (const client of clients) client.destroy();
  });

  it("[FWD5] is refused for good where nobody has its room", async () => {
    whereabouts = async () => undefined;
    const led = edge.led();
    const client = await openClient(edge.port);

    assert.equal(await led, false);
    client.destroy();
  });

  it("[FWD5] leaves nothing behind where it goes away while its owner is asked", async () => {
    const [taken, led] = [there.line(), edge.led()];
    const client = await openClient(edge.port);
    const line = await taken;
    client.resetAndDestroy();

    await readToEnd(line);
    line.end();

    assert.equal(await led, true);
    assert.equal(edge.forwarder.waitingBytes, 0);
    assert.deepEqual(failuresTold(), []);
  });

  it("[FWD6] is told to come back where the process that passes it on ends, and cut off where it does not hang up", async () => {
    const [{ client, line }, slow] = [await openPair(), await openPair()];
    const [got, ends] = [readToEnd(client), [readToEnd(line), readToEnd(slow.line)]];

    edge.forwarder.close();

    const bytes = await got;
    assert.deepEqual([bytes[0], bytes.readUInt16BE(2)], [0x88, 4010]);
    assert.equal(parseCloseReason(bytes.toString("utf8", 4))?.code, "DRAINING");
    client.end();
    await Promise.all(ends);
    await until(() => edge.forwarder.count === 1);
    edge.clock.advance(3000);
    await until(() => edge.forwarder.count === 0);
    slow.client.destroy();
  });

  it("[FWD6] is not taken any more by a process that ends", async () => {
    edge.forwarder.close();
    const led = edge.led();
    const client = await openClient(edge.port);

    assert.match(String(await led), /shutting down/);
    client.destroy();
  });
});
