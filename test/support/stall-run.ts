import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { matchMaker } from "@colyseus/core";
import { ColyseusSDK, type Room as SdkRoom } from "@colyseus/sdk";
import { seededRandom } from "../../src/clock/clock.ts";
import { type FaultProxy, openFaultProxy } from "./fault-proxy.ts";
import { ChangingRoom } from "./rooms/changing-room.ts";

/** One run: clients of a room that changes, some of them behind a network that stalls. */
export interface StallRun {
  /** Name of the room. */
  readonly room: string;
  readonly seed: number;
  /** Stalls in ms, one after the other. */
  readonly stallsMs: readonly number[];
}

/** What came of a run. */
export interface StallOutcome {
  /** Most bytes that waited for one connection. */
  readonly peakWaitingBytes: number;
  /** How often a connection that lost a patch had room again. */
  readonly resyncs: number;
}

/** Longest stall that a client may begin with: an HTTP connection that is idle for 5 s ends, and a call with it. */
const MAX_JOIN_STALL_MS = 4000;
/** How long a client that reads again may take to hold what the room holds. */
const HEAL_MS = 10_000;
const LOOK_MS = 20;
const MAX_QUIET_MS = 300;

/**
 * A list of runs that `seed` decides: the rooms in turn, one or two stalls of 1 to 3 s each, and every tenth run one
 * of up to 20 s.
 */
export function planStallRuns(rooms: readonly string[], count: number, seed: number): StallRun[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const short = Array.from({ length: 1 + Math.round(random()) }, () => 1000 + random() * 2000);
    const stallsMs = index % 10 === 9 ? [3000 + random() * 17_000] : short;
    return { room: rooms[index % rooms.length] ?? "", seed: seed * 1000 + index, stallsMs: stallsMs.map(Math.round) };
  });
}

/**
 * Plays a run on the node at `port` and checks that every client holds the room's state at its end.
 *
 * @throws Error with the run's seed where one does not
 */
export async function playStallRun(port: number, run: StallRun): Promise<StallOutcome> {
  const proxy = await openFaultProxy({ targetPort: port });
  const party = new Party(port, proxy.port, run);
  try {
    return await play(run, party, proxy);
  } catch (cause) {
    throw new Error(`${JSON.stringify(run)}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  } finally {
    await party.leave();
    await proxy.close();
  }
}

async function play({ seed, stallsMs }: StallRun, party: Party, proxy: FaultProxy): Promise<StallOutcome> {
  const random = seededRandom(seed);
  await party.join("near", "first");
  const slow = await party.join("far", "slow");
  const room = matchMaker.getLocalRoomById(slow.roomId);
  assert.ok(room instanceof ChangingRoom);
  room.filled.add(slow.sessionId);
  for (const stallMs of stallsMs) {
    await delay(random() * MAX_QUIET_MS);
    const isLate = stallMs < MAX_JOIN_STALL_MS && random() < 0.5;
    await Promise.all([
      stall(proxy, random() * LOOK_MS, stallMs),
      isLate ? party.tryJoin() : undefined,
      party.receiveGuest(random, stallMs),
    ]);
  }
  room.freeze();
  await party.hold(room);
  return { peakWaitingBytes: room.peakWaitingBytes, resyncs: room.resyncs };
}

async function stall(proxy: FaultProxy, afterMs: number, stallMs: number): Promise<void> {
  await delay(afterMs);
  proxy.stall();
  await delay(stallMs);
  proxy.resume();
}

/** What a client has got of the numbered messages. */
interface Notes {
  /** Who this is, for the message of a failure. */
  readonly role: string;
  last: number | undefined;
  areWhole: boolean;
}

/** The clients of a run. */
class Party {
  readonly #sdks: { readonly near: ColyseusSDK; readonly far: ColyseusSDK };
  readonly #run: StallRun;
  readonly #present = new Map<SdkRoom, Notes>();
  readonly #lost: string[] = [];

  constructor(nearPort: number, farPort: number, run: StallRun) {
    const at = (port: number): ColyseusSDK => new ColyseusSDK(`http://127.0.0.1:${port}`);
    this.#sdks = { near: at(nearPort), far: at(farPort) };
    this.#run = run;
  }

  /** A client joins, over the network that stalls or over one that does not. */
  async join(side: "near" | "far", role: string): Promise<SdkRoom> {
    const { room: name, seed } = this.#run;
    const client = await this.#sdks[side].joinOrCreate(name, { id: `${name}-${seed}`, seed });
    const notes: Notes = { role, last: undefined, areWhole: true };
    client.onMessage("note", (number: number) => {
      notes.areWhole &&= notes.last === undefined || number === notes.last + 1;
      notes.last = number;
    });
    client.onMessage("*", () => {});
    client.onDrop((code) => this.#lost.push(`${role} by ${code}`));
    this.#present.set(client, notes);
    return client;
  }

  /** Somebody joins over the network that stalls; the call itself may end with an HTTP connection that was too long idle. */
  async tryJoin(): Promise<void> {
    await this.join("far", "late").catch((error: unknown) => {
      if (!String(error).includes("fetch failed")) throw error;
    });
  }

  /** Somebody joins at a random moment of a stall, and half of those leave again. */
  async receiveGuest(random: () => number, stallMs: number): Promise<void> {
    await delay(random() * stallMs);
    const guest = await this.join("near", "guest");
    await delay(random() * MAX_QUIET_MS);
    if (random() < 0.5) return;
    this.#present.delete(guest);
    await guest.leave();
  }

  /**
   * Resolves when each client holds what the room shows it and got every message in order; rejects where one does not,
   * or lost its connection.
   */
  async hold(room: ChangingRoom): Promise<void> {
    const deadline = AbortSignal.timeout(HEAL_MS);
    for (const [client, notes] of this.#present) {
      const isWhole = (): boolean => isEqual(client, room) && (notes.last ?? room.notes) === room.notes;
      while (!isWhole() && !deadline.aborted) await delay(LOOK_MS);
      const { role } = notes;
      assert.deepEqual({ role, state: client.state.toJSON() }, { role, state: room.expected(client.sessionId) });
      assert.deepEqual(notes, { role, last: notes.last && room.notes, areWhole: true });
    }
    assert.deepEqual(this.#lost, []);
  }

  async leave(): Promise<void> {
    const present = [...this.#present.keys()].filter(({ connection }) => connection.isOpen);
    await Promise.all(present.map((client) => client.leave()));
  }
}

function isEqual(client: SdkRoom, room: ChangingRoom): boolean {
  return isDeepStrictEqual(client.state.toJSON(), room.expected(client.sessionId));
}
