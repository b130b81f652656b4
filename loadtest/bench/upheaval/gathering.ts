import { setTimeout as delay } from "node:timers/promises";
import { Client, type Room } from "@colyseus/sdk";
import { type Member, StockMember } from "./member.ts";

/** A room with those who are in it. */
export interface Gathering {
  /** For the table. */
  readonly kind: string;
  readonly members: readonly Member[];
  /** When all are at rest: what anybody has that the server has not, what was acknowledged and is lost, what is there twice. */
  verify(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Rooms whose players come back by themselves when their node is lost, since their inputs count anew. */
export const GAMES = "games, stock SDKs";

const INPUT_MS = 50;
const ENTITIES = { entities: 30, changed: 10, tickMs: 50, durability: "checkpoint" };
const AGREE_MS = 5000;
const LOOK_MS = 20;

/** A room of entities that move each tick. */
export async function gatherEntities(url: string, id: string, clients: number): Promise<Gathering> {
  const members: StockMember[] = [];
  for (let index = 0; index < clients; index++) {
    const room = await new Client(url).joinOrCreate("synthetic", { id, ...ENTITIES });
    members.push(new StockMember(await StockMember.firstState(room)));
  }
  const verify = async (): Promise<string[]> => {
    const wrong = await Promise.all(members.map(({ room }) => isFrozenSame(room)));
    return wrong.flatMap((isSame) => (isSame ? [] : [`${id}: a client has other entities than the server`]));
  };
  return { kind: "entities, stock SDKs", members, verify, close: () => closeAll(members) };
}

/** A game of players who fly about. */
export async function gatherGame(url: string, players: number): Promise<Gathering> {
  const first = await new Client(url).create("arena", { bots: 0 });
  const members = [new Player(await StockMember.firstState(first))];
  for (let index = 1; index < players; index++) {
    const room = await new Client(url).joinById(first.roomId, {});
    members.push(new Player(await StockMember.firstState(room)));
  }
  const verify = async (): Promise<string[]> => {
    const newcomer = await StockMember.firstState(await new Client(url).joinById(first.roomId, {}));
    newcomer.onMessage("*", () => {});
    newcomer.onError(() => {});
    const text = ({ state }: Room): string => JSON.stringify(state);
    const areSame = (): boolean => members.every(({ room }) => text(room) === text(newcomer));
    for (const untilMs = performance.now() + AGREE_MS; !areSame() && performance.now() < untilMs; )
      await delay(LOOK_MS);
    const wrongs = areSame() ? [] : [`game ${first.roomId}: not all see what a newcomer sees`];
    await newcomer.leave();
    return wrongs;
  };
  return { kind: GAMES, members, verify, close: () => closeAll(members) };
}

/** Closes everybody; who cannot leave is gone already. */
export async function closeAll(members: readonly { close(): Promise<void> }[]): Promise<void> {
  await Promise.allSettled(members.map((member) => member.close()));
}

class Player extends StockMember {
  constructor(room: Room) {
    super(room);
    const input = room.input<{ moveX: number; moveY: number; aim: number; fire: boolean }>();
    let sent = 0;
    const timer = setInterval(() => {
      Object.assign(input.data, { moveX: (sent % 3) - 1, moveY: 1, aim: sent / 10, fire: sent % 4 === 0 });
      sent++;
      input.send();
    }, INPUT_MS);
    this.stopActing = () => clearInterval(timer);
  }
}

interface Frozen {
  readonly entities: Readonly<Record<string, readonly [number, number]>>;
}

/** Stops the room, and compares. */
async function isFrozenSame(room: Room): Promise<boolean> {
  const frozen = new Promise<Frozen>((resolve) => room.onMessage("frozen", resolve));
  room.send("freeze");
  const { entities } = await frozen;
  const known = (room.state as { entities: Map<string, { x: number; y: number }> }).entities; // the room's own
  const isSame = ([key, [x, y]]: [string, readonly [number, number]]): boolean =>
    known.get(key)?.x === x && known.get(key)?.y === y;
  return known.size === Object.keys(entities).length && Object.entries(entities).every(isSame);
}
