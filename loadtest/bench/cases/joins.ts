import type { Case, Figure, Scale } from "../case.ts";
import type { Load } from "../load.ts";
import { CALLS_IN_FLIGHT, inFlight, reserveSeat } from "../matchmaking.ts";
import type { ServerProcess } from "../server-process.ts";

const PENDING_SEATS = 5000;
/** Calls into one room; few beside the pending seats, since each leaves one more. */
const CALLS_PER_ROOM = 500;
/** Rooms after one another, so that enough calls are measured although none has many seats pending. */
const ROOMS = 4;
const QUIET = { entities: 100, changed: 30, tickMs: 60_000, messageBytes: 0, messagesPerTick: 0 };
const MS_PER_S = 1000;

/** Point 4: matchmaking calls whose seats nobody takes, with few and with many seats pending in the room. */
export function joinsCase({ divisor }: Scale): Case {
  const pending = PENDING_SEATS / divisor;
  const calls = CALLS_PER_ROOM / divisor;
  return {
    point: 4,
    title: `join calls, ${CALLS_IN_FLIGHT} in flight`,
    peers: ["arena", "colyseus"],
    measure: async (_peer, server) => {
      const fill = async (room: string, seats: number): Promise<void> => {
        const load: Load = { ...QUIET, id: room };
        await inFlight(seats, async () => void (await reserveSeat(server.port, "synthetic", load)));
      };
      await fill("warm-up", calls);
      const empty = await timed(server, ROOMS * calls, async () => {
        for (let room = 0; room < ROOMS; room++) await fill(`empty-${room}`, calls);
      });
      await fill("full", pending);
      const full = await timed(server, 2 * calls, () => fill("full", 2 * calls));
      return [...figuresOf(empty, "0 seats pending"), ...figuresOf(full, `${pending} seats pending`)];
    },
  };
}

interface Timed {
  readonly perSecond: number;
  readonly cpuUs: number;
}

async function timed(server: ServerProcess, calls: number, run: () => Promise<void>): Promise<Timed> {
  const [before, startMs] = [await server.ask("cpu"), performance.now()];
  await run();
  const endMs = performance.now();
  const after = await server.ask("cpu");
  return { perSecond: calls / ((endMs - startMs) / MS_PER_S), cpuUs: (after.cpuUs - before.cpuUs) / calls };
}

function figuresOf({ perSecond, cpuUs }: Timed, where: string): Figure[] {
  return [
    { name: `join calls a second: ${where}`, value: perSecond },
    { name: `CPU for a join call, µs: ${where}`, value: cpuUs },
  ];
}
