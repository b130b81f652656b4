import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { ColyseusSDK, type Room as SdkRoom } from "@colyseus/sdk";
import { openFaultProxy } from "./fault-proxy.ts";
import { KIND, openRawClient } from "./raw-client.ts";

/**
 * What Colyseus 0.18 gets wrong, each as something that clients do to a server with the trap room, and what they saw.
 * The same is done to Arena and to plain Colyseus.
 */

/** Patches that are sent during a stall: together more than the operating system takes. */
const MOVES = 150;
const FLOODS = 40;
const FLOOD_BYTES = 256 * 1024;
/** How long a client may take to hold what the room holds. */
const HEAL_MS = 3000;

interface Truth {
  readonly spots: Readonly<Record<string, { x: number }>>;
  readonly numbers: readonly number[];
}

/** Joins the trap room of the server at `port`. */
export async function joinTrap(port: number): Promise<SdkRoom> {
  const room = await new ColyseusSDK(`http://127.0.0.1:${port}`).joinOrCreate("trap");
  const hasState = new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
  room.onMessage("*", () => {});
  await hasState;
  return room;
}

/** A client stalls while entities move; resolves with how many it holds wrong once it has read everything. */
export async function wrongAfterStall(port: number): Promise<number> {
  const proxy = await openFaultProxy({ targetPort: port });
  const [near, far] = await Promise.all([joinTrap(port), joinTrap(proxy.port)]);
  proxy.stall();
  for (let moves = 0; moves < MOVES; moves++) await near.request("move");
  proxy.resume();
  const truth = (await near.request("truth")) as Truth; // what the room's handler answers
  const countWrong = (): number => {
    const spots = far.state.toJSON().spots as Truth["spots"];
    return Object.entries(truth.spots).filter(([key, spot]) => !isDeepStrictEqual(spots[key], spot)).length;
  };
  await far.request("echo").catch(() => {}); // its answer comes behind every patch
  const deadline = AbortSignal.timeout(HEAL_MS);
  while (countWrong() > 0 && !deadline.aborted) await delay(20);
  const wrong = countWrong();
  await Promise.all([near.leave(), far.leave()]);
  await proxy.close();
  return wrong;
}

/** A client that stopped reading is sent 10 MB; resolves with the most bytes that waited for it. */
export async function waitingForUnread(port: number): Promise<number> {
  const near = await joinTrap(port);
  const deaf = await openRawClient(`http://127.0.0.1:${port}`, "trap");
  await deaf.frame(KIND.join);
  deaf.acknowledgeJoin();
  await deaf.frame(KIND.state);
  deaf.socket.pause();
  const most = await floodAndWatch(near, deaf.sessionId);
  deaf.socket.terminate();
  await near.leave();
  return most;
}

/** A client that never says that it is ready is sent 10 MB; resolves with the most bytes that waited for it. */
export async function waitingForUnready(port: number): Promise<number> {
  const near = await joinTrap(port);
  const silent = await openRawClient(`http://127.0.0.1:${port}`, "trap");
  await silent.frame(KIND.join);
  const most = await floodAndWatch(near, silent.sessionId);
  silent.socket.terminate();
  await near.leave();
  return most;
}

async function floodAndWatch(near: SdkRoom, sessionId: string): Promise<number> {
  let most = 0;
  for (let floods = 0; floods < FLOODS; floods++) {
    await near.request("flood", FLOOD_BYTES);
    most = Math.max(most, Number(await near.request("waiting", sessionId)));
  }
  return most;
}

/** A client joins while a change of an array is pending; resolves with what it holds of it and what the room holds. */
export async function arrayOfJoiner(port: number): Promise<{ held: readonly number[]; truth: readonly number[] }> {
  const first = await joinTrap(port);
  await first.request("patch"); // what the room began with
  await first.request("reshape");
  const second = await joinTrap(port);
  await first.request("patch");
  const { numbers } = (await second.request("truth")) as Truth; // comes behind the patch
  const held = [...second.state.numbers];
  await Promise.all([first.leave(), second.leave()]);
  return { held, truth: numbers };
}

/** A client goes between its seat and the word that it is ready, in a room that keeps the seats of the lost. */
export async function leaveWhileJoining(port: number): Promise<void> {
  const client = await openRawClient(`http://127.0.0.1:${port}`, "trap");
  await client.frame(KIND.join);
  client.socket.terminate();
}

/** A client loses its connection and takes its seat again; rejects when it is not let in. */
export async function comeBack(port: number): Promise<void> {
  const room = await joinTrap(port);
  room.reconnection.enabled = false;
  const { reconnectionToken } = room;
  const stays = await joinTrap(port);
  await room.leave(false);
  const again = await new ColyseusSDK(`http://127.0.0.1:${port}`).reconnect(reconnectionToken);
  await Promise.all([again.leave(), stays.leave()]);
}
