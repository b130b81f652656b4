import { setTimeout as wait } from "node:timers/promises";
import "../../prefer-ws.ts";
import { Client, type Room } from "@colyseus/sdk";
import type { Case, Figure, Scale } from "../case.ts";
import { Crowd } from "../crowd.ts";
import { deadline } from "../deadline.ts";
import type { Load } from "../load.ts";
import { PEERS, type PeerName, STATE_PEERS } from "../peers.ts";
import { percentile } from "../summary.ts";

const CLIENTS = 200;
/**
 * A patch of 55 kB a tick fills the 4 to 6 MB that the system itself holds for a socket on loopback in five seconds, and
 * moves a third of the entities: a last patch that moved all of them would make good whatever became of those before.
 */
const LOAD: Load = { id: "stall", entities: 12_000, changed: 4000, tickMs: 50, messageBytes: 0, messagesPerTick: 0 };
const SETTLE_MS = 1500;
/** How long the client has, when it goes on and the room stands still, until its state must be right. */
const CATCH_UP_MS = 4000;
const ANSWER_MS = 10_000;
const BYTES_PER_KB = 1000;

/** Point 5: one client hangs; what it costs the others and the server, and whether its state is right afterwards. */
export function stallCase({ stallMs, divisor }: Scale): Case {
  const clients = CLIENTS / divisor;
  return {
    point: 5,
    title: `one of ${clients} clients hangs for ${stallMs} ms`,
    peers: STATE_PEERS,
    measure: async (peer, server) => {
      const gaps = new Gaps();
      const place = { peer, port: server.port, rooms: [LOAD] };
      const others = new Crowd({ ...place, onPatch: (client) => gaps.note(client) });
      const stalled = await openStallable(place);
      try {
        await others.grow(clients - 1);
        await wait(SETTLE_MS);
        const memoryBefore = await server.ask("memory");
        await wait(SETTLE_MS);
        gaps.start();
        await wait(stallMs / 2);
        const gapBeforeMs = gaps.takeP99();
        stalled.stall();
        await wait(stallMs);
        const gapDuringMs = gaps.takeP99();
        const memoryAfter = await server.ask("memory");
        others.checkAll();
        const heldKb = Math.max(0, memoryAfter.heldBytes - memoryBefore.heldBytes) / BYTES_PER_KB;
        return [
          { name: "p99 time between two patches before the stall, ms (50 is due)", value: gapBeforeMs },
          { name: "p99 time between two patches of the others during the stall, ms (50 is due)", value: gapDuringMs },
          { name: "memory held during the stall, kB", value: heldKb },
          ...(await stalled.resume()),
        ];
      } finally {
        stalled.close();
        others.close();
      }
    },
  };
}

/** A client that can hang. */
interface Stallable {
  stall(): void;
  /** Goes on, with nothing more to come than what it missed, and finds out what became of its state. */
  resume(): Promise<Figure[]>;
  close(): void;
}

interface StallPlace {
  readonly peer: PeerName;
  readonly port: number;
  readonly rooms: readonly Load[];
}

async function openStallable(place: StallPlace): Promise<Stallable> {
  if (PEERS[place.peer].hasRooms) return openPlayers(place.port);
  const crowd = new Crowd(place);
  await crowd.grow(1);
  return { stall: () => crowd.stallLast(), resume: async () => [], close: () => crowd.close() };
}

/** One player who hangs, and a witness who stops the room meanwhile: were it to go on, new moves would hide wrong ones. */
async function openPlayers(port: number): Promise<Stallable> {
  const [player, witness] = [await openPlayer(port), await openPlayer(port)];
  const { ws } = player.connection.transport as unknown as { readonly ws: { pause(): void; resume(): void } }; // of `ws`
  return {
    stall: () => ws.pause(),
    resume: async () => {
      const truth = await freeze(witness);
      ws.resume();
      await wait(CATCH_UP_MS);
      return [
        { name: "clients cut off for the stall, of 1", value: player.connection.isOpen ? 0 : 1 },
        { name: `wrong entities after the stall, of ${LOAD.entities}`, value: countWrong(player.state, truth) },
      ];
    },
    close: () => {
      for (const { connection } of [player, witness]) connection.close();
    },
  };
}

async function openPlayer(port: number): Promise<Room> {
  const room: Room = await new Client(`ws://127.0.0.1:${port}`).joinOrCreate("synthetic", LOAD);
  room.reconnection.enabled = false;
  return room;
}

/** Stops the room; resolves with where everything then is. */
function freeze(room: Room): Promise<Frozen> {
  const frozen = new Promise<Frozen>((resolve) => room.onMessage("frozen", resolve));
  room.send("freeze");
  return Promise.race([frozen, deadline(ANSWER_MS, "The room does not stop")]);
}

interface Frozen {
  readonly entities: Readonly<Record<string, readonly [number, number]>>;
}

interface Seen {
  readonly entities: { get(key: string): { readonly x: number; readonly y: number } | undefined };
}

/** Entities that a client sees elsewhere than they are. */
function countWrong(state: unknown, truth: Frozen): number {
  const { entities } = state as Seen; // decoded by the schema that the server sent
  return Object.entries(truth.entities).filter(([key, [x, y]]) => {
    const seen = entities.get(key);
    return seen?.x !== x || seen.y !== y;
  }).length;
}

/** Times between two patches at the same client. */
class Gaps {
  #lastMs: number[] = [];
  #gapsMs: number[] = [];
  #isOn = false;

  /** A patch arrived. */
  note(client: number): void {
    if (!this.#isOn) return;
    const nowMs = performance.now();
    const lastMs = this.#lastMs[client];
    if (lastMs !== undefined) this.#gapsMs.push(nowMs - lastMs);
    this.#lastMs[client] = nowMs;
  }

  /** Notes from now on. */
  start(): void {
    this.#isOn = true;
  }

  /** The time that 99 of 100 did not exceed, of those since the last call. */
  takeP99(): number {
    const sorted = this.#gapsMs.sort((a, b) => a - b);
    this.#gapsMs = [];
    return percentile(sorted, 0.99);
  }
}
