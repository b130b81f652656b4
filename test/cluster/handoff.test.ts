import assert from "node:assert/strict";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { parseCloseReason } from "../../src/protocol/protocol.ts";
import { TestCluster } from "../support/cluster-processes.ts";
import {
  arenaBot,
  assertSameAsNewcomer,
  assertSameBoard,
  assertSameEntities,
  BoardBot,
  type MoveBot,
  syntheticBot,
} from "../support/move-bots.ts";

const MOVES = Number(process.env["MOVES"] ?? 20);
const PAUSE_MS = 100;
/** First byte of the frame that says that a seat is taken. */
const JOINED = 10;

/** A room that is on its way still, and a process that is too busy to answer, are no reason to give up. */
function refusal(error: Error): { readonly outcome: string } {
  if (!/: (409|503) /.test(error.message)) throw error;
  return { outcome: error.message };
}

interface Seat {
  readonly processId: string;
  readonly roomId: string;
  readonly sessionId: string;
}

describe("rooms that move", function () {
  this.timeout(60_000 + MOVES * 1500);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start({ nodes: ["n1", "n2"], args: ["--synthetic"] });
  });
  after(() => cluster?.stop());

  /** Moves a room again and again; gives how often it stayed where it was. */
  const moveOften = async (roomId: string): Promise<number> => {
    let stayed = 0;
    for (let moved = 0; moved < MOVES; ) {
      const { outcome } = await cluster.move(roomId).catch(refusal);
      if (outcome === "moved") moved++;
      else if (++stayed > MOVES) assert.fail(`${roomId} ${outcome}`);
      await delay(PAUSE_MS);
    }
    return stayed;
  };
  const reserve = async (via: string, roomId: string): Promise<Seat> => {
    const url = `http://${cluster.address(via)}/matchmake/joinById/${roomId}`;
    const answer = await fetch(url, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    assert.equal(answer.status, 200);
    return (await answer.json()) as Seat;
  };
  /** Kind of the first frame that comes to who takes a seat. */
  const firstFrame = async (via: string, seat: Seat | undefined): Promise<number | undefined> => {
    const path = `/${seat?.processId}/${seat?.roomId}?sessionId=${seat?.sessionId}`;
    const socket = new WebSocket(`ws://${cluster.address(via)}${path}`);
    const [frame] = (await once(socket, "message")) as [Buffer];
    socket.terminate();
    return frame[0];
  };
  const assertNobodyNoticed = (bots: readonly MoveBot[]): void =>
    assert.deepEqual(
      bots.map(({ wrongs }) => wrongs),
      bots.map(() => []),
    );

  it("[HND1] keep the connections and sessions of stock SDKs, and what they see", async () => {
    const first = await arenaBot(cluster);
    const { roomId } = first.room;
    const players = [first, ...(await Promise.all(Array.from({ length: 7 }, () => arenaBot(cluster, roomId))))];
    const readers = await Promise.all(Array.from({ length: 5 }, () => syntheticBot(cluster, "moving")));

    await Promise.all([moveOften(roomId), moveOften(readers[0]?.room.roomId ?? "")]);

    assertNobodyNoticed([...players, ...readers]);
    const newcomer = await arenaBot(cluster, roomId);
    await assertSameAsNewcomer(players, newcomer);
    for (const reader of readers) await assertSameEntities(reader);
    await Promise.all([...players, newcomer, ...readers].map((bot) => bot.stop()));
  });

  it("[HND3] take with them the seats that nobody has taken yet, whichever process these lead to", async () => {
    const room = await cluster.sdk().create("arena", {});
    const owner = (await cluster.rooms("arena")).find(({ roomId }) => roomId === room.roomId)?.nodeId ?? "";
    const seats = await Promise.all(["edge", owner].map((via) => reserve(via, room.roomId)));

    const { outcome } = await cluster.move(room.roomId);
    const frames = await Promise.all([firstFrame("edge", seats[0]), firstFrame(owner, seats[1])]);

    assert.equal(outcome, "moved");
    assert.deepEqual(frames, [JOINED, JOINED]);
    await room.leave();
  });

  it("[HND9] are not kept where they are by somebody who does not finish coming in", async () => {
    const room = await cluster.sdk().create("arena", {});
    const seat = await reserve("edge", room.roomId);
    const path = `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
    const half = new WebSocket(`ws://${cluster.address("edge")}${path}`);
    half.on("error", () => {});
    await once(half, "message"); // it does not say that it is ready

    const { outcome } = await cluster.move(room.roomId);
    const { ships } = room.state as { ships: Map<string, unknown> };
    while (ships.has(seat.sessionId)) await delay(PAUSE_MS);

    assert.deepEqual([outcome, half.readyState > half.OPEN], ["moved", true]);
    await room.leave();
  });

  it("[HND7] ask those to come back who are connected to the process that had them, and keep their seats", async () => {
    const first = await cluster.sdk().create("arena", {});
    const owner = (await cluster.rooms("arena")).find(({ roomId }) => roomId === first.roomId)?.nodeId ?? "";
    const room = await cluster.sdk(owner).joinById(first.roomId, {});
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve())); // from now on its seat is kept
    Object.assign(room.reconnection, { minUptime: 0, minDelay: 0, delay: 50 });
    const { sessionId } = room;
    const dropped = new Promise<unknown>((resolve) =>
      room.onDrop((code, reason) => resolve([code, parseCloseReason(reason ?? "")?.code])),
    );
    const back = new Promise<void>((resolve) => room.onReconnect(resolve));

    const { outcome } = await cluster.move(first.roomId);
    await back;

    assert.deepEqual([outcome, await dropped, room.sessionId], ["moved", [4010, "LOG_FENCED"], sessionId]);
    await Promise.all([first.leave(), room.leave()]);
  });

  it("[HND2] neither lose nor double an acknowledged push", async () => {
    const bots = await Promise.all(
      Array.from({ length: 5 }, (_, index) => BoardBot.open(cluster, "moving", `bot${index}`)),
    );
    const [{ roomId } = { roomId: "" }] = await cluster.rooms("whiteboard");

    await moveOften(roomId);

    assertNobodyNoticed(bots);
    await assertSameBoard(cluster, "moving", bots);
    assertNobodyNoticed(bots);
    await Promise.all(bots.map((bot) => bot.stop()));
  });
});
