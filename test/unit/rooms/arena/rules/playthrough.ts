import fc from "fast-check";
import { botCommand } from "../../../../../rooms/arena/rules/bot.ts";
import { createWorld, joinShip, leaveShip, stepWorld } from "../../../../../rooms/arena/rules/game.ts";
import type { Command, GameEvent, World } from "../../../../../rooms/arena/rules/world.ts";
import { seededRandom } from "../../../../../src/clock/clock.ts";
import { anyCommand } from "./arena-fixtures.ts";

/** Something that happens to an arena. */
type Act =
  | { readonly kind: "join"; readonly id: string }
  | { readonly kind: "leave"; readonly id: string }
  | { readonly kind: "play"; readonly ticks: number; readonly commands: readonly Command[] };

/** A whole game, repeatable from these values. */
export interface Script {
  readonly seed: number;
  /** Ticks of the first round that are still to play, so that rounds change within a short game. */
  readonly firstRoundTicks: number;
  readonly acts: readonly Act[];
}

/** A world of a game, and how it came from the one before: by a step with its events, by a join, or by a leave. */
export interface Moment {
  readonly world: World;
  readonly events: readonly GameEvent[];
  readonly isStep: boolean;
  readonly joinedId?: string;
}

const anyId = fc.constantFrom("bot 1", "bot 2", "bot 3", "bot 4", "ann", "ben");

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("join" as const), id: anyId }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("leave" as const), id: anyId }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("play" as const),
      ticks: fc.integer({ min: 1, max: 120 }),
      commands: fc.array(anyCommand, { maxLength: 8 }),
    }),
  },
);

/** Any game: players who send junk or floods, bots who fight, joins and leaves, ends of rounds. */
export const anyScript: fc.Arbitrary<Script> = fc.record({
  seed: fc.integer(),
  firstRoundTicks: fc.integer({ min: 1, max: 600 }),
  acts: fc.array(anyAct, { minLength: 4, maxLength: 14 }),
});

/** Plays a game and gives back each of its worlds. Four bots are in from the start. */
export function playthrough({ seed, firstRoundTicks, acts }: Script): Moment[] {
  const random = seededRandom(seed);
  const start: World = { ...createWorld(), phaseTicks: firstRoundTicks };
  const moments: Moment[] = [{ world: start, events: [], isStep: false }];
  const joins = ["bot 1", "bot 2", "bot 3", "bot 4"].map((id): Act => ({ kind: "join", id }));
  for (const act of [...joins, ...acts]) {
    for (let tick = 0; tick < (act.kind === "play" ? act.ticks : 1); tick++) {
      moments.push(next(moments.at(-1)?.world ?? start, act, random));
    }
  }
  return moments;
}

function next(world: World, act: Act, random: () => number): Moment {
  switch (act.kind) {
    case "join": {
      const joined = joinShip(world, { id: act.id, name: act.id, isBot: act.id.startsWith("bot") }, random);
      return { world: joined, events: [], isStep: false, ...(joined !== world && { joinedId: act.id }) };
    }
    case "leave":
      return { world: leaveShip(world, act.id), events: [], isStep: false };
    case "play":
      return { ...stepWorld(world, commandsFor(world, act.commands, random), { random }), isStep: true };
  }
}

function commandsFor(world: World, junk: readonly Command[], random: () => number): Map<string, readonly Command[]> {
  const entries = [...world.ships.values()].map(
    ({ id, isBot }) => [id, isBot ? [botCommand(world, id, random)] : junk] as const,
  );
  return new Map(entries);
}
