/**
 * A process of a cluster that stops itself (SIGSTOP) at chosen moments of making a room: right after the claim, and shortly after
 * `onCreate`, when the room is being confirmed and listed. Says `{ port }` when it serves, `{ stopped }` before it stops, and answers
 * `rooms` with the rooms that live in it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { matchMaker } from "@colyseus/core";
import { z } from "zod";
import { openNode } from "../../arena.config.ts";
import { seededRandom } from "../../src/clock/clock.ts";
import { loadConfig } from "../../src/config/config.ts";
import { Room } from "../../src/room/room.ts";
import { type LiveRoom, SEATS, type TwinsOrder } from "./twins-process.ts";

/** Longest time from the end of `onCreate` to a stop: confirming and listing take about as long. */
const MAX_LATE_MS = 4;
/** An `onCreate` that waits for something, as rooms with documents do. */
const MAX_CREATE_MS = 20;

const options = z.strictObject({ call: z.int(), key: z.string() });
type Options = z.infer<typeof options>;

let stopShare = 0;
let random = seededRandom(0);
const isDue = (): boolean => random() < stopShare;

process.once("disconnect", () => process.exit()); // whoever would end this process is gone

/** Resolves once the process goes on again. */
async function stop(moment: string): Promise<void> {
  await new Promise<void>((resolve) => process.send?.({ stopped: moment }, undefined, {}, () => resolve()));
  process.kill(process.pid, "SIGSTOP");
  process.send?.({ resumed: moment });
}

/** Every room whose making began here. */
const begun = new Set<StoppingRoom>();

class StoppingRoom extends Room {
  static override readonly options = options;
  override maxClients = SEATS;
  override patchRate = null;
  key = "";

  override async onCreate({ key }: Options): Promise<void> {
    this.key = key;
    begun.add(this);
    void this.ended.then(() => begun.delete(this));
    if (isDue()) await stop("claimed");
    await delay(random() * MAX_CREATE_MS);
    if (isDue()) void delay(random() * MAX_LATE_MS).then(() => stop("created"));
  }
}

class NamedRoom extends StoppingRoom {
  static override instanceOf({ key }: Options): string {
    return key;
  }
}

process.once("message", async ({ args, seed, stopShare: share }: TwinsOrder) => {
  [random, stopShare] = [seededRandom(seed), share];
  const { port } = await openNode(loadConfig({ env: {}, args }), {
    single: { room: StoppingRoom },
    grouped: { room: StoppingRoom, filterBy: ["key"] },
    named: { room: NamedRoom, filterBy: ["key"] },
  });
  process.on("message", (asked) => {
    if (asked === "calm") stopShare = 0;
    if (asked === "rooms") process.send?.({ rooms: liveRooms() });
  });
  process.send?.({ port });
});

function liveRooms(): readonly LiveRoom[] {
  return [...begun].map((room) => ({
    roomId: room.roomId,
    name: room.roomName,
    key: room.key,
    isOpen: matchMaker.getLocalRoomById(room.roomId) === (room as unknown),
  }));
}
