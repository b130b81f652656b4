import type { InputHandle, Room } from "@colyseus/sdk";
import { botCommand } from "../../rooms/arena/rules/bot.ts";
import { TICK_RATE_HZ } from "../../rooms/arena/rules/level.ts";
import type { Command, World } from "../../rooms/arena/rules/world.ts";
import { type ArenaView, viewWorld, withAim } from "./arena-view.ts";
import { Parties } from "./parties.ts";
import type { BotParts, Scenario, Seat } from "./scenario.ts";

type ArenaRoom = Room<unknown, ArenaView>;
type Input = InputHandle<{ -readonly [Field in keyof Command]: Command[Field] }>;

const TICK_MS = 1000 / TICK_RATE_HZ;

/**
 * Bots that play: they move, aim and shoot with the same head as the server's own bots, from what a client sees.
 *
 * @param roomSizes of which each room has one, by chance; none where the server fills the rooms
 */
export function arenaScenario(roomSizes: readonly number[], random: () => number): Scenario {
  const lookouts = new Map<string, Lookout>();
  const parties = new Parties<ArenaRoom>(roomSizes, random);
  return {
    enter: async (bot) => {
      const { client } = bot;
      const options = { name: `Load ${bot.index}`, bots: 0 };
      const room = await parties.enter({
        find: () => client.joinOrCreate<ArenaView>("arena", options),
        begin: () => client.create<ArenaView>("arena", options),
        follow: (roomId) => client.joinById<ArenaView>(roomId, options),
      });
      const lookout = lookouts.get(room.roomId) ?? new Lookout();
      lookouts.set(room.roomId, lookout);
      return play(room, lookout, bot);
    },
  };
}

function play(room: ArenaRoom, lookout: Lookout, { clock, onSent, onRoundTrip }: BotParts): Seat {
  // The bots shoot at what the newest patch shows, without an interpolation delay.
  const input: Input = room.input({ renderDelay: 0 });
  const roundTrips = new InputRoundTrips(onRoundTrip);
  const id = room.sessionId;

  const onTurn = (nowMs: number): void => {
    // The state shows where the own gun points only a round trip later.
    const world = withAim(lookout.see(room, nowMs), id, input.data.aim);
    Object.assign(input.data, botCommand(world, id, clock.random));
    const seq = input.send();
    if (seq === 0) return; // the connection is lost, and the SDK is about to get it back
    onSent();
    roundTrips.sent(seq, nowMs);
  };
  // While the result board stands nothing moves, and a patch that carries no news is not sent.
  const onFrame = (receivedMs: number): void =>
    roundTrips.acknowledged(input.lastProcessed, receivedMs, room.state.phase === "playing");
  return { room, onTurn, onFrame };
}

/** What is to be seen in one room: looked at once a tick for all bots in it, which saves a quarter of their work. */
class Lookout {
  #world: World | undefined;
  #seenAtMs = 0;
  #ticks = 0;

  /** The room as one of its bots sees it now, or as another saw it within the last tick. */
  see(room: ArenaRoom, nowMs: number): World {
    if (this.#world?.ships.has(room.sessionId) && nowMs - this.#seenAtMs < TICK_MS) return this.#world;
    this.#world = viewWorld(room.state, this.#ticks++);
    this.#seenAtMs = nowMs;
    return this.#world;
  }
}

/** Inputs on their way that are remembered: four seconds' worth. */
const REMEMBERED = 128;

/** Measures each input from its sending to the first frame that acknowledges it. */
export class InputRoundTrips {
  readonly #onRoundTrip: (ms: number) => void;
  readonly #sentMs = new Float64Array(REMEMBERED);
  #lastSent = 0;
  #acknowledged = 0;

  constructor(onRoundTrip: (ms: number) => void) {
    this.#onRoundTrip = onRoundTrip;
  }

  sent(seq: number, nowMs: number): void {
    this.#sentMs[seq % REMEMBERED] = nowMs;
    this.#lastSent = seq;
  }

  /** Takes in that the server has used all inputs up to `seq`; a smaller one than before is a connection's new count. */
  acknowledged(seq: number, receivedMs: number, isCounted: boolean): void {
    const first = Math.max(this.#acknowledged, this.#lastSent - REMEMBERED) + 1;
    this.#acknowledged = seq;
    if (!isCounted) return;
    for (let each = first; each <= seq; each++) {
      const sentMs = this.#sentMs[each % REMEMBERED];
      if (sentMs) this.#onRoundTrip(receivedMs - sentMs);
    }
  }
}
