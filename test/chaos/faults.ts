import { setTimeout as delay } from "node:timers/promises";
import type { FaultProxy } from "../support/fault-proxy.ts";
import { EDGE, type Fault } from "./plan.ts";
import type { Stage } from "./stage.ts";

/** A fault that has begun: ends it, and resolves when what it took is back. */
type Mend = () => Promise<void>;

/** What fails, and who is told of when it does. */
interface Struck {
  readonly stage: Stage;
  readonly random: () => number;
  readonly strike: () => () => void;
}

const SLOW_REDIS_MS = 100;
const SLOW_CLIENTS_MS = 200;
/** What is on its way to the disk of a Redis that forgets. */
const OLD_MS = 1000;
const MOVES = 3;
/** A node that was told to end and does not is a fault of its own. */
const END_MS = 30_000;
const MOVED_ROOMS = ["synthetic", "arena", "whiteboard"];

/** Does what a fault says, for as long as it says; rejects where the cluster does not do its part. */
export async function inflict({ stage, random, strike }: Struck, fault: Fault): Promise<void> {
  await delay(fault.atMs);
  const end = strike();
  try {
    const mend = await begin(stage, fault, random);
    await delay(fault.kind === "drain" ? 0 : fault.forMs); // which is its budget
    await mend();
  } finally {
    end();
  }
}

async function begin(stage: Stage, { kind, target, forMs }: Fault, random: () => number): Promise<Mend> {
  const { redis } = stage;
  switch (kind) {
    case "kill":
      await stage.end(target, "SIGKILL");
      return () => stage.start(target);
    case "freeze":
      return freeze(stage, target);
    case "drain":
      return drain(stage, target, forMs);
    case "terminate":
      return () => endAndStart(stage, target);
    case "move":
      return move(stage, random);
    case "cutFromRedis":
      return cut([stage.actor(target).redis]);
    case "deafToRedis":
      return stall(stage.actor(target).redis);
    case "cutFromOthers":
      return cut([stage.actor(target).door]);
    case "deafToOthers":
      return stall(stage.actor(target).door);
    case "isolate":
      return cut([stage.actor(target).redis, stage.actor(target).door]);
    case "redisStop":
      redis.pause();
      return async () => redis.resume();
    case "redisKill":
      await redis.kill();
      return () => redis.restart();
    case "redisSlow":
      return slow(
        [...stage.actors.values()].map((actor) => actor.redis),
        SLOW_REDIS_MS,
      );
    case "redisEmpty":
      await redis.kill();
      return () => redis.restart({ isEmpty: true });
    case "redisOld":
      await redis.copy();
      await delay(OLD_MS);
      await redis.kill();
      return () => redis.restart({ isCopy: true });
    case "slowClients":
      return slow([stage.actor(EDGE).door], SLOW_CLIENTS_MS);
    case "deafClients":
      return stall(stage.actor(EDGE).door);
    case "cutClients":
      stage.actor(EDGE).door.cut();
      return async () => {};
    default:
      return kind satisfies never;
  }
}

function freeze(stage: Stage, name: string): Mend {
  const child = stage.actor(name).process?.child;
  child?.kill("SIGSTOP");
  return async () => void child?.kill("SIGCONT");
}

/** Has it emptied and ended; where that is refused, since the others are not there, nothing happens. */
async function drain(stage: Stage, nodeId: string, budgetMs: number): Promise<Mend> {
  const actor = stage.actor(nodeId);
  actor.isEnding = true;
  try {
    await stage.ask("/api/drain", nodeId, { budgetMs, exit: true });
  } catch (error) {
    actor.isEnding = false;
    if (/NO_NODE_FREE|503|timeout|aborted|fetch failed/i.test(String(error))) return async () => {};
    throw error;
  }
  return () => endAndStart(stage, nodeId, false);
}

/** Ends with 0 in time. */
async function endAndStart(stage: Stage, name: string, isAsked = true): Promise<void> {
  const actor = stage.actor(name);
  const ended = isAsked ? stage.end(name, "SIGTERM") : actor.process?.ended;
  const code = await Promise.race([ended, delay(END_MS, "no end", { ref: false })]);
  if (code === "no end") await stage.end(name, "SIGKILL");
  await stage.start(name);
  if (code !== 0) throw new Error(`${name} was asked to end, and ended with ${code}`);
}

/** Some rooms go to whoever has place for them. What is refused stays where it is. */
async function move(stage: Stage, random: () => number): Promise<Mend> {
  const listed = await Promise.all(MOVED_ROOMS.map((name) => stage.rooms(name).catch(() => [])));
  const rooms = listed.flat();
  const chosen = Array.from({ length: MOVES }, () => rooms[Math.floor(random() * rooms.length)]);
  const moves = chosen.map((room) => room && stage.ask(`/api/rooms/${room.roomId}/move`, EDGE, {}).catch(() => {}));
  return async () => void (await Promise.all(moves));
}

function cut(lines: readonly FaultProxy[]): Mend {
  for (const line of lines) {
    line.refuse();
    line.cut();
  }
  return async () => {
    for (const line of lines) line.accept();
  };
}

function stall(line: FaultProxy): Mend {
  line.stall();
  return async () => line.resume();
}

function slow(lines: readonly FaultProxy[], delayMs: number): Mend {
  for (const line of lines) line.delayMs = delayMs;
  return async () => {
    for (const line of lines) line.delayMs = 0;
  };
}
