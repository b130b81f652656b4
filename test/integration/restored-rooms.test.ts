import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { matchMaker } from "@colyseus/core";
import { Client, type Room } from "@colyseus/sdk";
import type { Config } from "../../src/config/config.ts";
import type { RoomClass } from "../../src/room/room.ts";
import { ChangedRoom, ForgetfulRoom, history, KeptRoom } from "../support/rooms/kept-room.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

interface Told {
  readonly state: { readonly pieces: Record<string, { moves: number }>; readonly trail: number[] };
  readonly colour: string;
  readonly elapsedMs: number;
  readonly ticks: number;
  readonly userData: unknown;
  readonly maxClients: number;
}

/** What a client holds. */
interface Held {
  readonly pieces: Map<string, { readonly note?: string }>;
}

describe("a room that goes on in the next process", () => {
  let folder: string;
  let test: TestNode;
  const rooms: Room[] = [];
  const { info, warn } = console;
  before(() => {
    console.info = console.warn = () => {}; // the SDK tells of each attempt
  });
  after(() => {
    [console.info, console.warn] = [info, warn];
  });
  beforeEach(async () => {
    history.length = 0;
    folder = mkdtempSync(join(tmpdir(), "arena-restored-"));
    await start();
  });
  afterEach(async () => {
    for (const room of rooms.splice(0)) room.reconnection.enabled = false; // an SDK that still tries would outlive the test
    await test.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (overrides: Partial<Config> = {}, room: RoomClass = KeptRoom): Promise<void> => {
    const [at, place] = [test?.node.port ?? 0, { dataDir: folder, logStore: "lmdb" } as const];
    test = await startNode({ ...place, port: at, reconnectSeconds: 20, ...overrides }, { kept: { room } });
  };
  /** Ends the process, as SIGTERM does, and begins the next. */
  const restart = async (...as: Parameters<typeof start>): Promise<void> => {
    await test.close();
    await start(...as);
  };
  const enter = async (options: object = {}, token?: string): Promise<Room> => {
    const sdk = new Client(test.wsUrl);
    if (token !== undefined) sdk.auth.token = token;
    const room = (await sdk.create("kept", options)) as Room;
    room.reconnection.minUptime = 0; // an SDK gives up on a connection that was lost in its first 5 s
    rooms.push(room);
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
    return room;
  };
  const back = (room: Room): Promise<void> =>
    new Promise((resolve, reject) => {
      room.onReconnect.once(() => room.onStateChange.once(() => resolve()));
      room.onLeave((code, reason) => reject(new Error(`left with ${code} ${reason}`)));
    });
  const tell = (room: Room): Promise<Told> => room.request("tell") as Promise<Told>;

  it("[CKP4] has its state, listing, time, and what its author keeps", async () => {
    const room = await enter({ colour: "blue", isPrivate: true });
    for (let moves = 0; moves < 8; moves++) await room.request("move");
    const before = await tell(room);
    const returned = back(room);

    await restart();
    await returned;

    const after = await tell(room);
    assert.deepEqual(after.state.pieces, before.state.pieces);
    assert.deepEqual(after.state.trail, [4, 5, 6, 7, 8]);
    assert.deepEqual([after.colour, after.userData, after.maxClients], ["blue", { since: "before" }, 9]);
    assert.ok(after.elapsedMs >= before.elapsedMs && after.ticks >= before.ticks, JSON.stringify([before, after]));
    assert.equal(await room.request("move"), 9);
    const [listing] = await matchMaker.query({ name: "kept" });
    assert.deepEqual([listing?.roomId, listing?.clients, listing?.private], [room.roomId, 1, true]);
    assert.deepEqual(listing?.metadata, { colour: "blue", round: 7 });
    assert.deepEqual(history, [
      "created",
      "joined",
      "dropped",
      "left",
      "disposed",
      "created again",
      "restored",
      "dropped",
      "back",
    ]);
  });

  it("[CKP4] keeps seats for those who were on their way in", async () => {
    const room = await enter();
    const sdk = new Client(test.wsUrl);
    const seat = await sdk.http.post(`/matchmake/joinById/${room.roomId}`, { body: {} });
    const returned = back(room);

    await restart();
    await returned;
    const late = await sdk.consumeSeatReservation(seat.data);
    rooms.push(late as unknown as Room);

    assert.notEqual(late.sessionId, room.sessionId);
    assert.equal(Object.keys((await tell(room)).state.pieces).length, 2);
  });

  for (const isLocked of [false, true]) {
    it(`[CKP4] is ${isLocked ? "locked where its author had locked it" : "open to newcomers as it was"}`, async () => {
      const room = await enter();
      if (isLocked) await matchMaker.getLocalRoomById(room.roomId).lock();
      const returned = back(room);

      await restart();
      await returned;

      const [listing] = await matchMaker.query({ name: "kept" });
      assert.equal(listing?.locked === true, isLocked);
    });
  }

  it("[CKP5] [SES2] tells who comes back which fields are not there any more", async () => {
    const room = await enter();
    const note = (): unknown => (room.state as Held).pieces.get(room.sessionId)?.note;
    await room.request("note", "remember");
    while (note() !== "remember") await room.waitForNextPatch();
    const returned = back(room);
    KeptRoom.whileAway = (kept) => kept.unnote(room.sessionId);

    room.connection.close();
    await returned;

    assert.equal(note(), undefined);
  });

  it("[CKP8] keeps no token, and takes nobody else's", async () => {
    const room = await enter();
    const [, token = ""] = room.reconnectionToken.split(":");
    room.reconnection.enabled = false;
    await test.close();
    const kept = Buffer.concat(
      readdirSync(join(folder, "checkpoints")).map((file) => readFileSync(join(folder, "checkpoints", file))),
    );
    await start();
    const sdk = new Client(test.wsUrl);

    const wrong = sdk.reconnect(`${room.roomId}:${token.slice(1)}x`);
    await assert.rejects(wrong);
    const again = await sdk.reconnect(room.reconnectionToken);
    rooms.push(again as unknown as Room);

    assert.ok(token.length > 5 && kept.includes(room.sessionId) && !kept.includes(token));
    assert.equal(again.sessionId, room.sessionId);
  });

  it("[CKP8] gives a seat to nobody who knows only what is kept of its token", async () => {
    const room = await enter();
    const [, token = ""] = room.reconnectionToken.split(":");
    room.reconnection.enabled = false;
    const kept = createHash("sha256").update(token).digest("base64url");

    await restart();
    const sdk = new Client(test.wsUrl);

    await assert.rejects(sdk.reconnect(`${room.roomId}:${kept}`));
    const again = await sdk.reconnect(room.reconnectionToken);
    rooms.push(again as unknown as Room);
    assert.equal(again.sessionId, room.sessionId);
  });

  it("[CKP8] gives a seat to no other user", async () => {
    const tokenOf = async (): Promise<string> => {
      const answer = await fetch(`${test.httpUrl}/api/token`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      return ((await answer.json()) as { token: string }).token;
    };
    const [mine, theirs] = [await tokenOf(), await tokenOf()];
    const room = await enter({}, mine);
    room.reconnection.enabled = false;

    await restart();
    const [me, thief] = [new Client(test.wsUrl), new Client(test.wsUrl)];
    [me.auth.token, thief.auth.token] = [mine, theirs];

    await assert.rejects(thief.reconnect(room.reconnectionToken));
    const again = await me.reconnect(room.reconnectionToken);
    rooms.push(again as unknown as Room);
    assert.equal(again.sessionId, room.sessionId);
  });

  it("[CKP9] gives up the seats of those who do not come back, and ends with its checkpoint", async () => {
    const room = await enter();
    room.reconnection.enabled = false;

    await restart({ reconnectSeconds: 1 });
    await test.nextEvent("room:disposed", ({ roomId }) => roomId === room.roomId);
    const afterwards = [...history];
    await restart();

    assert.deepEqual(afterwards.slice(-5), ["created again", "restored", "dropped", "left", "disposed"]);
    assert.equal(await test.metric('arena_rooms_restored_total{name="kept",outcome="restored"}'), 0);
    assert.equal(await test.metric('arena_sessions{name="kept"}'), 0);
  });

  for (const [what, changed] of [
    ["whose state has other fields by now", ChangedRoom],
    ["whose author cannot read what was kept", ForgetfulRoom],
  ] as const) {
    it(`[CKP4] begins anew ${what}, and says so`, async () => {
      const room = await enter();
      const left = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));

      await restart({}, changed);

      assert.equal(await test.metric('arena_rooms_restored_total{name="kept",outcome="lost"}'), 1);
      assert.equal(await left, 4003);
    });
  }

  it("[CKP3] goes on without where it is too large, and ends with its process", async () => {
    await restart({ maxCheckpointBytes: 1024 });
    const tooLarge = test.nextEvent("checkpoint:tooLarge");
    const room = await enter({ colour: "x".repeat(2000) });
    const left = new Promise<number>((resolve) => room.onLeave((code) => resolve(code)));

    const { bytes, maxBytes } = await tooLarge;
    assert.ok(bytes > maxBytes && maxBytes === 1024);
    assert.equal(await room.request("move"), 1);
    await restart();

    assert.equal(await left, 4001);
    assert.equal(await test.metric('arena_rooms_restored_total{name="kept",outcome="restored"}'), 0);
  });
});
