import { setTimeout as delay } from "node:timers/promises";
import type { UserPresence } from "../../src/protocol/protocol.ts";
import type { Load } from "./load.ts";
import { Pen } from "./pen.ts";
import { EDGE, NODES } from "./plan.ts";
import { wrongPresence } from "./presence-book.ts";
import type { ListedRoom } from "./stage.ts";
import type { World } from "./world.ts";

const LOOK_MS = 300;
const ROOM_TYPES = ["synthetic", "arena", "whiteboard"];
const SHOWN = 12;

/**
 * Waits until all is as it should be: every process knows the others, everybody is in, each push is answered, each room is listed
 * once with those who are in it, and all processes and watchers show who is online. What is not so in time is wrong.
 *
 * @returns how long it took, in ms
 */
export async function settle(world: World, load: Load, timeoutMs: number): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const missing = await missingOf(world, load);
    const tookMs = performance.now() - startMs;
    if (missing.length === 0) return tookMs;
    if (tookMs > timeoutMs) {
      for (const words of missing.slice(0, SHOWN)) world.chronicle.wrong(`not after ${timeoutMs / 1000} s: ${words}`);
      return tookMs;
    }
    await delay(LOOK_MS);
  }
}

/** Reads every board anew, and compares it with what was promised and with what those see who were there all the time. */
export async function judgeBoards(world: World, load: Load): Promise<void> {
  await Promise.all([...world.boards.keys()].map((id) => judgeBoard(world, load, id)));
}

async function judgeBoard(world: World, load: Load, id: string): Promise<void> {
  const book = world.board(id);
  const promised = book.promised();
  const newcomer = await Pen.open(world, { userId: `reader-of-${id}`, via: EDGE }, id);
  if (!newcomer) return;
  newcomer.isPushing = false;
  const isRead = await within(() => newcomer.isFollowing);
  if (!isRead) world.chronicle.wrong(`${id}: a newcomer is not told of it`);
  else book.judge(promised, newcomer.texts, newcomer.seq, "a newcomer");
  const text = textOf(newcomer.texts);
  const pens = load.pens.filter(({ seat }) => !seat.isForgotten);
  const followers = [...pens, ...load.drawers].filter(({ boardId }) => boardId === id);
  for (const follower of followers) {
    const isSame = await within(() => follower.seq === newcomer.seq && textOf(follower.texts) === text);
    if (!isSame)
      world.chronicle.wrong(
        `${id}: ${follower.author} is at entry ${follower.seq}, a newcomer at ${newcomer.seq}, and they do not see the same`,
      );
  }
  await newcomer.seat.leave();
}

/** Looks into each arena as one who has just come; whoever is in it must be one of ours. */
export async function judgeArenas(world: World, load: Load): Promise<void> {
  const seats = load.seats.filter(({ visit }) => visit.room === "arena");
  for (const [roomId, own] of Map.groupBy(seats, ({ room }) => room.roomId)) {
    const sessions = new Set(own.map(({ sessionId }) => sessionId));
    for (const seat of own) {
      const ships = new Set((seat.room.state as { ships?: Map<string, unknown> }).ships?.keys());
      const ghosts = [...ships].filter((id) => !sessions.has(id));
      const lost = [...sessions].filter((id) => !ships.has(id));
      if (lost.length > 0) world.chronicle.wrong(`${seat} does not see ${lost} in ${roomId}`);
      if (ghosts.length > world.orphans) world.chronicle.wrong(`${seat} sees ${ghosts} in ${roomId}, who left`);
    }
  }
}

async function missingOf(world: World, load: Load): Promise<readonly string[]> {
  const missing = [...missingClients(world, load)];
  if (load.inTransit > 0) missing.push(`${load.inTransit} are on their way in or out`);
  const answers = await Promise.all([missingProcesses(world), missingRooms(world, load), missingPresence(world, load)]);
  return [...missing, ...answers.flat()];
}

function missingClients(world: World, load: Load): readonly string[] {
  const isTicking = (room: string): boolean => room === "synthetic" || room === "arena";
  const seats = load.seats.filter((seat) => !(isTicking(seat.visit.room) ? seat.isLive : seat.isThere));
  const pushers = [...load.pens, ...load.drawers].filter(({ isFollowing }) => !isFollowing);
  const citizens = load.citizens.filter(({ isHere, isOnline }) => isHere && !isOnline);
  const open = [...world.boards.values()].filter(({ openPushes }) => openPushes > 0);
  return [
    ...seats.map((seat) => `${seat} is not ${seat.isThere ? "told anything" : "back"}`),
    ...pushers.map(({ author }) => `${author} does not follow its board`),
    ...citizens.map(({ userId }) => `${userId} is not online`),
    ...open.map((book) => `${book.openPushes} pushes to ${book.id} are not answered`),
  ];
}

/** Each process serves, and knows of all. */
async function missingProcesses(world: World): Promise<readonly string[]> {
  const { stage } = world;
  const names = [...stage.actors.keys()];
  const missing = names.map(async (name) => {
    try {
      const { nodes } = (await stage.ask("/api/nodes", name)) as { nodes: readonly { readonly nodeId: string }[] };
      const known = nodes.map(({ nodeId }) => nodeId).toSorted();
      const { status } = await fetch(`${stage.url(name)}/readyz`, { signal: AbortSignal.timeout(LOOK_MS * 10) });
      if (status !== 200) return [`${name} is not ready: ${status}`];
      return known.join() === names.toSorted().join() ? [] : [`${name} knows of ${known} only`];
    } catch (error) {
      return [`${name} does not answer: ${error}`];
    }
  });
  return (await Promise.all(missing)).flat();
}

/** Each room is listed once, at a node, with as many as are in it. */
async function missingRooms(world: World, load: Load): Promise<readonly string[]> {
  const missing = await Promise.all(ROOM_TYPES.map((type) => missingRoomsOf(world, load, type)));
  return missing.flat();
}

async function missingRoomsOf(world: World, load: Load, type: string): Promise<readonly string[]> {
  const listed = await world.stage.rooms(type).catch(() => undefined);
  if (!listed) return [`the listing of ${type} does not come`];
  const rows = Map.groupBy(listed, ({ roomId }) => roomId);
  const seats = load.seats.filter(({ visit }) => visit.room === type);
  const own = Map.groupBy(seats, ({ room }) => room.roomId);
  const others = world.orphans + (type === "whiteboard" ? load.drawers.length : 0);
  const wrong = [...own].map(([roomId, { length }]) => wrongRow(rows.get(roomId) ?? [], length, others));
  const twice = [...rows].filter(([, each]) => each.length > 1).map(([roomId]) => `${type} ${roomId} is listed twice`);
  return [...wrong.flatMap((words, n) => (words ? [`${type} ${[...own.keys()][n]} ${words}`] : [])), ...twice];
}

/** What is wrong with how a room is listed that has so many, and perhaps some others. */
function wrongRow([row]: readonly ListedRoom[], seats: number, others: number): string | undefined {
  if (!row) return "is not listed";
  if (!NODES.some((name) => name === row.nodeId)) return `is listed at ${row.nodeId}`;
  const isRight = row.clients >= seats && row.clients <= seats + others;
  return isRight ? undefined : `is listed with ${row.clients}, and has ${seats}`;
}

/** Every process, and everybody who watches, shows who is where. */
async function missingPresence(world: World, load: Load): Promise<readonly string[]> {
  const due = duePresence(load);
  const query = [...due.keys()].join(",");
  const shown = [...world.stage.actors.keys()].map(async (name) => {
    try {
      const path = `/api/presence?users=${query}`;
      const { users } = (await world.stage.ask(path, name)) as { users: Readonly<Record<string, UserPresence>> };
      return wrongPresence(due, (userId) => users[userId], name);
    } catch (error) {
      return [`${name} does not say who is online: ${error}`];
    }
  });
  const citizens = new Map([...due].filter(([userId]) => userId.startsWith("citizen")));
  const watchers = load.citizens.filter(({ isHere, isWatching }) => isHere && isWatching);
  const watched = watchers.map(({ seen, userId }) =>
    wrongPresence(citizens, (each) => seen.get(each), `watcher ${userId}`),
  );
  return [...(await Promise.all(shown)).flat(), ...watched.flat()];
}

/** Rooms of each user, as texts. */
function duePresence(load: Load): ReadonlyMap<string, readonly string[]> {
  const due = new Map<string, string[]>();
  const add = (userId: string, place: string | undefined): void => {
    due.set(userId, [...(due.get(userId) ?? []), ...(place === undefined ? [] : [place])]);
  };
  for (const userId of load.userIds) add(userId, undefined);
  for (const { visit, room } of load.seats) add(visit.userId, `${visit.room} ${room.roomId}`);
  for (const { author } of load.drawers) add(author, "whiteboard");
  for (const { userId, isHere } of load.citizens) add(userId, isHere ? "people" : undefined);
  return due;
}

const WITHIN_MS = 15_000;

async function within(holds: () => boolean): Promise<boolean> {
  const endMs = performance.now() + WITHIN_MS;
  while (!holds()) {
    if (performance.now() > endMs) return false;
    await delay(50);
  }
  return true;
}

function textOf(texts: ReadonlyMap<string, string>): string {
  return JSON.stringify([...texts].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
