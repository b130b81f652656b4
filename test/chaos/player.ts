import type { Stamp } from "./room-book.ts";
import type { StockSeat } from "./stock-seat.ts";
import { takeSeat, type Visit } from "./stock-seat.ts";
import type { World } from "./world.ts";

/** A room whose ticks say who runs them. */
const STAMPED = { entities: 20, changed: 5, tickMs: 50, stamped: true, durability: "checkpoint" };
/** Who watches a room looks closely at every twentieth tick, which is one a second. */
const LOOK_EVERY = 20;
/** After so many ticks that came one by one, each with its patch, what is seen is as of the last of them. */
const STEADY = 4;
const INPUT_MS = 100;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Joins a stamped room, and compares what it is told with what the others are. */
export async function enterStamped(
  world: World,
  visit: Omit<Visit, "room">,
  id: string,
): Promise<StockSeat | undefined> {
  const seat = await takeSeat(world, { ...visit, room: "synthetic", options: { ...STAMPED, id } });
  if (!seat) return undefined;
  const { room } = seat;
  const book = world.room(room.roomId);
  const client = `${visit.userId}/${seat.sessionId}`;
  let last: Stamp | undefined;
  let steady = 0;
  let isDue = false;
  room.onMessage("stamp", (stamp: Stamp) => {
    seat.hearTick();
    book.heard(client, stamp);
    const isNext = last?.epoch === stamp.epoch && last.tick + 1 === stamp.tick && !isDue;
    steady = isNext ? steady + 1 : 0;
    last = stamp;
    isDue = true;
  });
  room.onStateChange((state) => {
    if (!isDue) steady = 0; // a whole state came between
    isDue = false;
    if (!last || steady < STEADY || last.tick % LOOK_EVERY !== 0) return;
    book.looked(client, last, digestOf(state as { entities: Map<string, Place> }));
  });
  return seat;
}

/** Joins an arena and flies about. */
export async function enterArena(world: World, visit: Omit<Visit, "room" | "options">): Promise<StockSeat | undefined> {
  const seat = await takeSeat(world, { ...visit, room: "arena", options: { name: visit.userId, bots: 0 } });
  if (!seat) return undefined;
  const { room } = seat;
  room.onStateChange(() => seat.hear());
  room.onMessage("*", () => {});
  let sent = 0;
  const timer = setInterval(() => {
    if (!seat.isThere || room.state === undefined) return;
    const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();
    Object.assign(input.data, { moveX: (sent % 3) - 1, moveY: 1, aim: sent / 10, fire: sent % 4 === 0 });
    sent++;
    input.send();
  }, INPUT_MS);
  room.onLeave(() => clearInterval(timer));
  return seat;
}

function digestOf({ entities }: { entities: Map<string, Place> }): string {
  const places: string[] = [];
  entities.forEach(({ x, y }, key) => void places.push(`${key} ${x} ${y}`));
  return places.toSorted().join(";");
}
