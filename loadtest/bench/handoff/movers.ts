import { Client, type Room } from "@colyseus/sdk";
import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import { connect, openDocument } from "../../../src/client/client.ts";
import { Gaps } from "../gaps.ts";

/** Somebody in a room that moves, and how long nothing has come. */
export interface Watcher {
  /** Longest time between two frames since it was asked last, in ms, up to now where nothing has come since. */
  takeGap(): number;
  /** How often the connection was lost, or the session another one. */
  readonly losses: number;
  close(): Promise<void>;
}

/** A kind of room, with those who are in it. */
export interface MovingRoom {
  readonly title: string;
  readonly roomId: string;
  readonly watchers: readonly Watcher[];
}

const INPUT_MS = 33;
const PUSH_MS = 50;

/** A game of stock SDKs that send inputs. */
export async function openArena(url: string, players: number): Promise<MovingRoom> {
  const first = await new Client(url).create("arena", {});
  const others = Array.from({ length: players - 1 }, () => new Client(url).joinById(first.roomId, {}));
  const rooms = [first, ...(await Promise.all(others))];
  const watchers = await Promise.all(rooms.map((room) => watchGame(room)));
  return { title: `game, ${players} stock SDKs`, roomId: first.roomId, watchers };
}

/** A room of entities of which 100 move each tick, and two messages go out. */
export async function openSynthetic(url: string, clients: number): Promise<MovingRoom> {
  const sizes = { entities: 1000, changed: 100, messagesPerTick: 2, messageBytes: 100 };
  const options = { id: "moving", ...sizes, durability: "checkpoint" };
  const rooms = await Promise.all(
    Array.from({ length: clients }, () => new Client(url).joinOrCreate("synthetic", options)),
  );
  const watchers = await Promise.all(rooms.map((room) => watch(room)));
  return { title: `1,000 entities, ${clients} stock SDKs`, roomId: rooms[0]?.roomId ?? "", watchers };
}

/** A board of the client library, on which all push. */
export async function openBoard(url: string, clients: number): Promise<MovingRoom> {
  const watchers = await Promise.all(Array.from({ length: clients }, (_, index) => watchBoard(url, `bot${index}`)));
  const seat = await new Client(url).joinOrCreate("whiteboard", { id: "moving" });
  await seat.leave();
  return { title: `whiteboard, ${clients} client libraries`, roomId: seat.roomId, watchers };
}

async function watch(room: Room): Promise<Watcher & { losses: number }> {
  const gaps = new Gaps();
  room.onMessage("*", gaps.hear);
  room.onStateChange(gaps.hear);
  await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
  const watcher = {
    losses: 0,
    takeGap: () => gaps.take(),
    close: async () => {
      room.reconnection.enabled = false;
      await room.leave();
    },
  };
  room.onDrop(() => void watcher.losses++);
  return watcher;
}

async function watchGame(room: Room): Promise<Watcher> {
  const watcher = await watch(room);
  const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();
  const timer = setInterval(() => {
    Object.assign(input.data, { moveX: 1, moveY: 1, aim: performance.now() / 1000, fire: true });
    input.send();
  }, INPUT_MS);
  const { close } = watcher;
  return Object.assign(watcher, {
    close: () => {
      clearInterval(timer);
      return close();
    },
  });
}

async function watchBoard(url: string, name: string): Promise<Watcher> {
  const connection = connect({ url, room: "whiteboard", options: { id: "moving" } });
  const document = await openDocument<BoardOp, BoardRecord>(connection, { document: board });
  await document.push([{ t: "create", id: name, type: "mark", g: {} }]);
  const gaps = new Gaps();
  connection.onMessage("op:batch", gaps.hear);
  const watcher = { losses: 0, takeGap: () => gaps.take(), close: () => connection.close() };
  connection.onStatus((status) => {
    if (status !== "closed") watcher.losses++;
  });
  let x = 0;
  const timer = setInterval(() => {
    const push = document.push([{ t: "set", id: name, g: "pos", v: { x: x++, y: 0, r: 0 } }]);
    push.catch(() => void watcher.losses++);
  }, PUSH_MS);
  const { close } = watcher;
  return Object.assign(watcher, {
    close: () => {
      clearInterval(timer);
      return close();
    },
  });
}
