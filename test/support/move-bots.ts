import assert from "node:assert/strict";
import type { Room } from "@colyseus/sdk";
import { type BoardOp, type BoardRecord, board } from "../../rooms/whiteboard/rules/board.ts";
import { type Connection, connect, openDocument, type SharedDocument } from "../../src/client/client.ts";
import { openBoard } from "./board-seat.ts";
import type { TestCluster } from "./cluster-processes.ts";

/** Somebody in a room that moves, who notes what nobody should notice. */
export interface MoveBot {
  /** Longest time in which nothing came, in ms, since it was asked last. */
  takeGap(): number;
  /** What happened to its connection that should not have. */
  readonly wrongs: readonly string[];
  stop(): Promise<void>;
}

const INPUT_MS = 33;
const PUSH_MS = 40;

/** Follows what comes to a stock SDK in a room. */
class Watched implements MoveBot {
  readonly wrongs: string[] = [];
  readonly room: Room;
  moves = 0;
  #lastMs = performance.now();
  #gapMs = 0;
  #stop: () => void = () => {};

  constructor(room: Room) {
    this.room = room;
    const { sessionId } = room;
    room.onDrop((code, reason) => void this.wrongs.push(`dropped: ${code} ${reason}`));
    room.onLeave((code) => void this.wrongs.push(`left: ${code}`));
    room.onError((code, words) => void this.wrongs.push(`error: ${code} ${words}`));
    room.onReconnect(() => {
      this.moves++;
      if (room.sessionId !== sessionId) this.wrongs.push("another session");
    });
    room.onMessage("*", () => this.hear());
    room.onStateChange(() => this.hear());
  }

  hear(): void {
    const nowMs = performance.now();
    this.#gapMs = Math.max(this.#gapMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }

  takeGap(): number {
    const gapMs = this.#gapMs;
    this.#gapMs = 0;
    return gapMs;
  }

  every(ms: number, run: () => void): void {
    const timer = setInterval(run, ms);
    this.#stop = () => clearInterval(timer);
  }

  async stop(): Promise<void> {
    this.#stop();
    this.room.reconnection.enabled = false;
    this.room.removeAllListeners();
    await this.room.leave();
  }
}

/** A stock SDK in the game, which flies about. */
export async function arenaBot(cluster: TestCluster, roomId?: string): Promise<Watched> {
  const sdk = cluster.sdk();
  const room = await (roomId === undefined ? sdk.create("arena", { bots: 2 }) : sdk.joinById(roomId, {}));
  const bot = new Watched(room);
  await firstState(room);
  const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>({
    allowRewind: ({ fire }) => fire,
  });
  let sent = 0;
  bot.every(INPUT_MS, () => {
    Object.assign(input.data, { moveX: sent % 3, moveY: 1, aim: sent / 10, fire: sent % 4 === 0 });
    sent++;
    input.send();
    if (sent > 200 && input.pendingCount > 100)
      bot.wrongs.push(`${input.pendingCount} of ${input.sentCount} inputs wait`);
  });
  return bot;
}

/** A stock SDK in a room of entities and noise. */
export async function syntheticBot(cluster: TestCluster, id: string): Promise<Watched> {
  const options = { id, entities: 300, changed: 60, messagesPerTick: 2, messageBytes: 100, durability: "checkpoint" };
  const bot = new Watched(await cluster.sdk().joinOrCreate("synthetic", options));
  await firstState(bot.room);
  return bot;
}

/** Whether what a client sees is what the server has, which stands still from then on. */
export async function assertSameEntities({ room }: Watched): Promise<void> {
  type Entities = Record<string, [number, number]>;
  const frozen = new Promise<{ entities: Entities }>((resolve) => room.onMessage("frozen", resolve));
  room.send("freeze");
  const { entities } = await frozen;
  const state = room.state as { entities: Map<string, { x: number; y: number }> };
  const seen: Entities = {};
  state.entities.forEach(({ x, y }, key) => void Object.assign(seen, { [key]: [x, y] }));
  assert.deepEqual(seen, entities);
}

/** Somebody with the client library on a board, who makes one shape after the other. */
export class BoardBot implements MoveBot {
  readonly wrongs: string[] = [];
  /** Pushes that were not taken, and why. */
  readonly refusals: string[] = [];
  readonly document: SharedDocument<BoardOp, BoardRecord>;
  readonly #connection: Connection;
  readonly #pushes: Promise<unknown>[] = [];
  readonly #timer: NodeJS.Timeout;
  #lastMs = performance.now();
  #gapMs = 0;

  constructor(connection: Connection, document: SharedDocument<BoardOp, BoardRecord>, name: string) {
    this.#connection = connection;
    this.document = document;
    connection.onStatus((status, { reason }) => void this.wrongs.push(`${status}: ${reason?.code}`));
    connection.onError((code, words) => void this.wrongs.push(`error: ${code} ${words}`));
    document.onChange(() => this.#hear());
    this.#timer = setInterval(() => {
      const id = `${name}-${this.#pushes.length}`;
      this.#pushes.push(
        document.push([{ t: "create", id, type: "mark", g: {} }]).catch((error) => this.refusals.push(String(error))),
      );
    }, PUSH_MS);
  }

  static async open(cluster: TestCluster, id: string, name: string): Promise<BoardBot> {
    const connection = connect({ url: `http://${cluster.address()}`, room: "whiteboard", options: { id } });
    const document = await openDocument<BoardOp, BoardRecord>(connection, { document: board });
    await document.push([{ t: "create", id: `${name}-first`, type: "mark", g: {} }]);
    return new BoardBot(connection, document, name);
  }

  /** Stops to push; gives how many pushes were acknowledged, when all are. */
  async rest(): Promise<number> {
    clearInterval(this.#timer);
    await Promise.all(this.#pushes);
    return this.#pushes.length + 1;
  }

  takeGap(): number {
    const gapMs = this.#gapMs;
    this.#gapMs = 0;
    return gapMs;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.close();
  }

  #hear(): void {
    const nowMs = performance.now();
    this.#gapMs = Math.max(this.#gapMs, nowMs - this.#lastMs);
    this.#lastMs = nowMs;
  }
}

/** Whether all of a board are told the same, and each push was taken once. */
export async function assertSameBoard(cluster: TestCluster, id: string, bots: readonly BoardBot[]): Promise<void> {
  const counts = await Promise.all(bots.map((bot) => bot.rest()));
  const taken = counts.reduce((sum, count) => sum + count, 0);
  const { room, welcome } = await openBoard(cluster.sdk(), id);
  assert.deepEqual(
    bots.flatMap(({ refusals }) => refusals),
    [],
  );
  assert.equal(welcome.seq, taken, "entries in the log");
  for (const { document } of bots) {
    while (document.seq < welcome.seq) await new Promise((resolve) => setImmediate(resolve));
    assert.equal([...document.entries()].length, taken);
  }
  await room.leave();
}

/** Whether those who have been in a room for long are told the same as one who has just come. */
export async function assertSameAsNewcomer(bots: readonly Watched[], newcomer: Watched): Promise<void> {
  const text = ({ room }: Watched): string => JSON.stringify(room.state);
  const isSame = (): boolean => bots.every((bot) => text(bot) === text(newcomer));
  for (let changes = 0; changes < 100 && !isSame(); changes++) {
    await new Promise<void>((resolve) => newcomer.room.onStateChange.once(() => setImmediate(resolve)));
  }
  for (const bot of bots) if (!isSame()) assert.deepEqual(bot.room.state, newcomer.room.state);
}

function firstState(room: Room): Promise<void> {
  return new Promise((resolve) => room.onStateChange.once(() => resolve()));
}
