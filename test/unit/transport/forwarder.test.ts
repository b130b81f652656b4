import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { WebSocket } from "ws";
import { parseCloseReason } from "../../../src/protocol/protocol.ts";
import type { TelemetryEvents } from "../../../src/telemetry/telemetry.ts";
import { FrameOnce } from "../../../src/transport/wire-frame.ts";
import type { Opening, Owner, OwnerChannel } from "../../../src/trunk/trunk.ts";
import {
  type Edge,
  type OwnerProcess,
  openClient,
  openEdge,
  openMute,
  openOwner,
  settled,
  until,
} from "../../support/forwarding.ts";

const UPGRADE = "upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
const MB = 1024 * 1024;
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
/** A socket's buffer, and what was read when it was full. */
const MAX_WAITING_BYTES = 256 * 1024;

/** What a room's side hears of a client. */
interface Heard {
  readonly messages: { data: Buffer; isBinary: boolean }[];
  drains: number;
  code: number | undefined;
}

/** A client that was taken by its owner, at both ends. */
interface Pair {
  readonly client: WebSocket;
  readonly channel: OwnerChannel;
  readonly opening: Opening;
  readonly heard: Heard;
  /** What the client got. */
  readonly got: Buffer[];
}

describe("a client whose room is elsewhere", () => {
  let edge: Edge;
  let there: OwnerProcess;
  let whereabouts: (roomId: string) => Promise<Owner | undefined>;
  let failures: TelemetryEvents["forward:failed"][];
  const clients: WebSocket[] = [];
  const open = async (options: Parameters<typeof openEdge>[1] = {}): Promise<void> => {
    there = await openOwner();
    whereabouts = async () => there.owner;
    edge = await openEdge((roomId) => whereabouts(roomId), options);
    failures = [];
    edge.telemetry.on("forward:failed", (failure) => failures.push(failure));
  };
  beforeEach(() => open());
  const close = async (): Promise<void> => {
    for (const client of clients.splice(0)) client.terminate();
    await edge.close();
    await there.close();
    await until(() => edge.forwarder.count === 0);
    assert.equal(edge.counts().opened, edge.counts().closed);
  };
  afterEach(close);

  const come = (): WebSocket => {
    const client = openClient(edge.port);
    clients.push(client);
    return client;
  };
  const openPair = async (): Promise<Pair> => {
    const client = come();
    const got: Buffer[] = [];
    client.on("message", (data: Buffer) => got.push(data));
    const { channel, opening } = await there.next();
    const heard: Heard = { messages: [], drains: 0, code: undefined };
    channel.accept();
    channel.listen({
      message: (data, isBinary) => heard.messages.push({ data: Buffer.from(data), isBinary }),
      drained: () => heard.drains++,
      closed: (code) => {
        heard.code = code;
      },
    });
    await once(client, "open");
    return { client, channel, opening, heard, got };
  };
  const frame = (payload: Uint8Array): Buffer => new FrameOnce().frame(payload).bytes;
  const socketOf = ({ client }: Pair): Socket => (client as unknown as { _socket: Socket })._socket; // private in ws
  /** The socket of a client that has asked for an upgrade. */
  const requestOf = (client: WebSocket): Socket => (client as unknown as { _req: { socket: Socket } })._req.socket;
  const closeOf = async (client: WebSocket): Promise<{ code: number; hint: string | undefined; reason: string }> => {
    const [code, reason] = (await once(client, "close")) as [number, Buffer];
    return { code, hint: parseCloseReason(String(reason))?.code, reason: String(reason) };
  };
  const failuresTold = (): readonly TelemetryEvents["forward:failed"][] => {
    edge.clock.advance(1000);
    return failures;
  };

  it("[FWD1] is led there with its request as it came and its address, and gets every message in both directions", async () => {
    const { client, channel, opening, heard, got } = await openPair();
    const sizes = [0, 1, 125, 126, 65_535, 65_536, 300_000, 900_000];
    const [up, down] = [sizes.map((size) => randomBytes(size)), sizes.map((size) => randomBytes(size))];

    for (const bytes of up) client.send(bytes);
    client.send("text");
    for (const bytes of down) channel.write(frame(bytes));
    await until(() => heard.messages.length === sizes.length + 1 && got.length === sizes.length);

    assert.deepEqual(got, down);
    assert.deepEqual(heard.messages, [
      ...up.map((data) => ({ data, isBinary: true })),
      { data: Buffer.from("text"), isBinary: false },
    ]);
    const { url, headers, address } = opening;
    assert.deepEqual([url, address, headers["x-mine"]], ["/b/room?sessionId=s", "203.0.113.9", "1"]);
    assert.equal(headers["x-arena-passage"], undefined);
  });

  it("[FWD1] shares one line with all others, over which a frame for all goes once", async () => {
    const pairs = await Promise.all(Array.from({ length: 20 }, openPair));
    const { socket } = there.trunks[0] ?? assert.fail();
    await settled(() => socket.bytesWritten);
    const [before, bytes] = [socket.bytesWritten, frame(randomBytes(10_000))];

    for (const { channel } of pairs) channel.write(bytes);
    await until(() => pairs.every(({ got }) => got.length === 1));

    assert.equal(there.trunks.length, 1);
    assert.equal(there.heads[0]?.["x-arena-passage"], "edge to owner");
    assert.ok(socket.bytesWritten - before < bytes.length + 200, `${socket.bytesWritten - before} bytes`);
    assert.ok(pairs.every(({ got }) => got[0]?.equals(bytes.subarray(4))));
  });

  it("[FWD1] gets what its owner sent right behind its consent", async () => {
    const client = come();
    const { channel } = await there.next();
    const [message] = [once(client, "message")];
    channel.accept();
    channel.write(frame(Buffer.from([10, 1])));

    assert.deepEqual([...((await message)[0] as Buffer)], [10, 1]);
  });

  it("[FWD1] gets frames that are compressed where it comes in", async () => {
    await close();
    await open({ isCompressed: true });
    const { client, channel, got } = await openPair();
    assert.match(client.extensions, /permessage-deflate/);

    channel.write(Buffer.concat([frame(Buffer.alloc(5000, 1)), frame(Buffer.alloc(100, 2))]));
    await until(() => got.length === 2 && channel.waitingBytes === 0);

    assert.deepEqual(got, [Buffer.alloc(5000, 1), Buffer.alloc(100, 2)]);
  });

  it("[FWD1] gets the answer of an owner that refuses it", async () => {
    const client = come();
    const answered = once(client, "unexpected-response");
    const { channel } = await there.next();
    channel.refuse(503, "HTTP/1.1 503 Service Unavailable\r\nretry-after: 3\r\nconnection: close\r\n\r\nlater");

    const [, answer] = await answered;

    assert.deepEqual([answer.statusCode, answer.headers["retry-after"]], [503, "3"]);
    assert.equal(Buffer.concat(await answer.toArray()).toString(), "later");
  });

  it("[FWD1] tells its owner with which code it leaves, and that it has broken off", async () => {
    const [leaving, breaking] = [await openPair(), await openPair()];

    leaving.client.close(4000);
    breaking.client.terminate();

    await until(() => leaving.heard.code !== undefined && breaking.heard.code !== undefined);
    assert.deepEqual([leaving.heard.code, breaking.heard.code], [4000, 1006]);
  });

  it("[FWD1] is closed with its owner's own words behind what was sent before, and cut off where that says so", async () => {
    const [closing, cut] = [await openPair(), await openPair()];
    const [word, end] = [closeOf(closing.client), closeOf(cut.client)];

    closing.channel.write(frame(Buffer.from([13])));
    closing.channel.close(4501, "ROOM_FAILED");
    cut.channel.cut();

    assert.deepEqual(await word, { code: 4501, hint: undefined, reason: "ROOM_FAILED" });
    assert.equal((await end).code, 1006);
    assert.equal(closing.got.length, 1);
    await until(() => closing.heard.code === 4501 && cut.heard.code === 1006);
    assert.deepEqual(failuresTold(), []);
  });

  it("[FWD2] that reads nothing costs the others nothing, and its owner knows what waits for it", async () => {
    const [slow, quick] = [await openPair(), await openPair()];
    socketOf(slow).pause();
    for (let sent = 0; sent < 16; sent++) slow.channel.write(frame(randomBytes(MB)));
    quick.channel.write(frame(Buffer.from([13])));

    await until(() => quick.got.length === 1);
    await settled(() => slow.channel.waitingBytes);
    const waiting = slow.channel.waitingBytes;
    assert.ok(waiting > 4 * MB && waiting <= 16 * (MB + 10), `${waiting} bytes`);
    assert.equal(quick.channel.waitingBytes, 0);
    assert.ok(edge.forwarder.waitingBytes <= waiting);

    socketOf(slow).resume();
    await until(() => slow.got.length === 16);
    edge.clock.advance(1000); // what waits below a socket's mark is told with the next look at it
    await until(() => slow.channel.waitingBytes === 0);
    assert.ok(slow.heard.drains > 0);
  });

  it("[FWD2] is read no more where its owner takes nothing, and goes on when it does", async () => {
    const { client, heard } = await openPair();
    const { socket } = there.trunks[0] ?? assert.fail();
    socket.pause();
    for (let sent = 0; sent < 64; sent++) client.send(randomBytes(MB / 2));

    await settled(() => client.bufferedAmount);

    assert.ok(client.bufferedAmount > 8 * MB, "the client feels it");
    assert.ok(edge.forwarder.waitingBytes < 2 * MB, `${edge.forwarder.waitingBytes} bytes wait between`);
    socket.resume();
    await until(() => heard.messages.length === 64);
  });

  it("[FWD2] waits while its owner wants it to", async () => {
    const { client, channel, heard } = await openPair();
    channel.pause();
    await settled(() => there.trunks[0]?.socket.bytesWritten ?? 0);
    client.send("1");
    await settled(() => heard.messages.length);
    assert.equal(heard.messages.length, 0);

    channel.resume();

    await until(() => heard.messages.length === 1);
  });

  it("[FWD2] is not read before its owner has answered, beyond a socket's buffer", async () => {
    const client = come();
    const { channel } = await there.next();
    const raw = requestOf(client);
    raw.write(Buffer.alloc(8 * MB));
    await settled(() => raw.writableLength);

    assert.ok(Number(edge.sockets[0]?.bytesRead) < MAX_WAITING_BYTES, `${edge.sockets[0]?.bytesRead} bytes were read`);
    channel.refuse(503, "HTTP/1.1 503 No\r\nconnection: close\r\n\r\n");
  });

  it("[FRM2] is closed with 1009 for a frame over the bound, which its owner does not see", async () => {
    const { client, heard } = await openPair();
    const end = closeOf(client);

    client.send(Buffer.alloc(MB + 1));

    assert.equal((await end).code, 1009);
    await until(() => heard.code !== undefined);
    assert.deepEqual(heard.messages, []);
  });

  it("[HB1] is cut off where it says nothing for two heartbeats, and its owner hears of it", async () => {
    const { client, heard } = await openPair();
    const refused: string[] = [];
    edge.telemetry.on("error:refused", ({ code }) => refused.push(code));
    client.pause();

    for (let passed = 0; passed < 30; passed++) {
      edge.clock.advance(1000);
      there.trunks[0]?.trunk.link.ping();
      await settled(() => edge.forwarder.count);
    }

    await until(() => heard.code === 1006);
    assert.deepEqual(refused, ["PEER_SILENT"]);
  });

  it("has its owner know how long a ping to it and back takes", async () => {
    const { channel, client } = await openPair();
    const pinged = once(client, "ping");
    edge.clock.advance(15_000);
    await pinged;

    edge.clock.advance(1000);
    await settled(() => there.trunks[0]?.socket.bytesRead ?? 0);
    edge.clock.advance(1000);

    await until(() => channel.roundTripMs !== undefined);
  });

  it("[FWD4] is told to come back where the line to its owner breaks", async () => {
    const pairs = [await openPair(), await openPair()];
    const ends = pairs.map(({ client }) => closeOf(client));
    pairs[0]?.channel.write(frame(Buffer.from([13])));
    await until(() => pairs[0]?.got.length === 1);

    there.trunks[0]?.trunk.link.fail();

    for (const { code, hint } of await Promise.all(ends)) assert.deepEqual([code, hint], [4010, "PEER_UNREACHABLE"]);
    assert.deepEqual(
      failuresTold().map(({ stage, bootId, times }) => ({ stage, bootId, times })),
      [{ stage: "flow", bootId: "owner", times: 2 }],
    );
  });

  it("[FWD4] is told to come back where its owner sends what nobody understands", async () => {
    const { client } = await openPair();
    const end = closeOf(client);

    there.trunks[0]?.socket.write(Buffer.from([0, 0, 0, 1, 99]));

    assert.equal((await end).code, 4010);
  });

  it("[FWD4] is told to come back where its owner is said to be gone, though nothing of that shows on the line", async () => {
    const pairs = [await openPair(), await openPair()];
    const ends = pairs.map(({ client }) => closeOf(client));
    edge.forwarder.ownerGone("somebody else");
    assert.equal(edge.forwarder.count, 2);

    edge.forwarder.ownerGone("owner");

    assert.deepEqual(
      (await Promise.all(ends)).map(({ code }) => code),
      [4010, 4010],
    );
    assert.deepEqual(
      failuresTold().map(({ times }) => times),
      [2],
    );
  });

  it("[FWD4] is told to come back where its owner has been silent for two heartbeats", async () => {
    const { client } = await openPair();
    const end = closeOf(client);
    const look = async (ms: number): Promise<void> => {
      for (let passed = 0; passed < ms; passed += 1000) {
        edge.clock.advance(1000);
        client.pong();
        await settled(() => edge.forwarder.count);
      }
    };
    there.trunks[0]?.socket.pause(); // it answers no ping
    await look(29_000);
    assert.equal(edge.forwarder.count, 1);

    await look(2000);

    assert.equal((await end).code, 4010);
  });

  it("[FWD5] comes to another owner where the first says that it does not have the room, or is another process by now", async () => {
    for (const status of [421, 403]) {
      const before = await openOwner("before", status === 403 ? 403 : 101);
      const owners = [before.owner, there.owner];
      whereabouts = async () => owners.shift();
      const led = edge.led();
      const client = come();
      if (status === 421) (await before.next()).channel.refuse(421, "HTTP/1.1 421 No\r\n\r\n");
      (await there.next()).channel.accept();

      assert.equal(await led, true);
      assert.equal(edge.forgotten.pop(), "room");
      await once(client, "open");
      await before.close();
    }
  });

  it("[FWD5] is refused for now where the owner cannot be reached, does not answer in time, or still does not have the room", async () => {
    const gone = await openOwner("gone");
    await gone.close();
    whereabouts = async () => gone.owner;
    const refused = edge.led();
    come();
    assert.match(String(await refused), /PEER_UNREACHABLE|cannot be reached/);

    const mute = await openMute();
    whereabouts = async () => mute.owner;
    const late = edge.led();
    come();
    await until(() => mute.lines.some(({ bytesRead }) => bytesRead > 0));
    edge.clock.advance(5000);
    assert.match(String(await late), /cannot be reached/);
    await mute.close();

    whereabouts = async () => there.owner;
    const later = edge.led();
    come();
    await there.next();
    edge.clock.advance(15_000);
    assert.match(String(await later), /cannot be reached/);

    const wrong = edge.led();
    come();
    (await there.next()).channel.refuse(421, "HTTP/1.1 421 No\r\n\r\n");
    assert.match(String(await wrong), /cannot be reached/);

    assert.equal(edge.sockets.filter(({ bytesWritten }) => bytesWritten > 0).length, 0);
    const told = failuresTold();
    assert.equal(
      told.reduce((sum, { stage, times }) => (stage === "ask" ? sum + times : sum), 0),
      4,
    );
  });

  for (const [what, method, head] of [
    ["is no GET", "POST", `upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${KEY}`],
    ["asks for something else", "GET", `upgrade: h2c\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${KEY}`],
    ["has no key", "GET", "upgrade: websocket\r\nsec-websocket-version: 13"],
    ["is of another version", "GET", `upgrade: websocket\r\nsec-websocket-version: 7\r\nsec-websocket-key: ${KEY}`],
    ["names protocols that are none", "GET", `${UPGRADE}\r\nsec-websocket-protocol: a,,b`],
    ["names a protocol twice", "GET", `${UPGRADE}\r\nsec-websocket-protocol: a, a`],
    ["names extensions that are none", "GET", `${UPGRADE}\r\nsec-websocket-extensions: permessage-deflate;;`],
  ] as const) {
    it(`[FWD7] costs its owner nothing where its upgrade ${what}`, async () => {
      if (head.includes("extensions")) {
        await close();
        await open({ isCompressed: true });
      }
      const led = edge.led();
      const socket = connect(edge.port, "127.0.0.1");
      socket.write(`${method} /b/room HTTP/1.1\r\nhost: h\r\nconnection: upgrade\r\n${head}\r\n\r\n`);

      assert.match(String(await led), /cannot be read/);
      assert.equal(there.heads.length, 0);
      socket.destroy();
    });
  }

  it("[FWD5] is refused for good where nobody has its room", async () => {
    whereabouts = async () => undefined;
    const led = edge.led();
    come();

    assert.equal(await led, false);
  });

  it("[FWD5] leaves nothing behind where it goes away while its owner is asked", async () => {
    const led = edge.led();
    const client = come();
    const { channel } = await there.next();
    const closed = new Promise<number>((resolve) => {
      channel.listen({ message: () => {}, drained: () => {}, closed: resolve });
    });
    requestOf(client).resetAndDestroy();

    assert.equal(await closed, 1006);
    assert.equal(await led, true);
    assert.equal(edge.forwarder.waitingBytes, 0);
    assert.deepEqual(failuresTold(), []);
  });

  it("[FWD6] is told to come back where the process that passes it on ends, and cut off where it does not hang up", async () => {
    const [prompt, slow] = [await openPair(), await openPair()];
    const end = closeOf(prompt.client);
    socketOf(slow).pause();

    edge.forwarder.close();

    const { code, hint } = await end;
    assert.deepEqual([code, hint], [4010, "DRAINING"]);
    await until(() => prompt.heard.code === 1006 && slow.heard.code === 1006);
    await until(() => edge.forwarder.count === 1);
    edge.clock.advance(3000);
    await until(() => edge.forwarder.count === 0);
  });

  it("[FWD6] is not taken any more by a process that ends", async () => {
    edge.forwarder.close();
    const led = edge.led();
    come();

    assert.match(String(await led), /shutting down/);
  });
});
