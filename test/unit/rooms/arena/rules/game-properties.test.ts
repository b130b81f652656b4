import assert from "node:assert/strict";
import fc from "fast-check";
import { stepWorld } from "../../../../../rooms/arena/rules/game.ts";
import {
  COMMAND_BUDGET,
  COOLDOWN_TICKS,
  HASTE_SPEED,
  MAX_HP,
  TICK_SECONDS,
} from "../../../../../rooms/arena/rules/level.ts";
import type { GameEvent, Ship, World } from "../../../../../rooms/arena/rules/world.ts";
import { seededRandom } from "../../../../../src/clock/clock.ts";
import { anyCommand, intrusion } from "./arena-fixtures.ts";
import { anyScript, type Moment, playthrough, type Script } from "./playthrough.ts";

const NUM_RUNS = 60;
const ROUNDING = 0.001;

describe("any game", () => {
  it("[ARN1] keeps every ship inside the arena and out of walls", () => {
    holds((moments) => assert.ok(Math.max(0, ...shipsOf(moments).map(intrusion)) < ROUNDING));
  });

  it("[ARN4] keeps hit points from 0 to 100, and exactly the ships with none are dead", () => {
    holds((moments) => {
      const wrong = shipsOf(moments).filter(({ hp, isAlive }) => hp < 0 || hp > MAX_HP || isAlive !== hp > 0);

      assert.deepEqual(wrong, []);
    });
  });

  it("[ARN5] has every score equal to the kills of this round, and every death counted", () => {
    holds((moments) => assert.deepEqual(moments.map(scoresShown), scoresTold(moments)));
  });

  it("[ARN2] moves no ship farther in any span of time than top speed and the budget allow", () => {
    holds((moments) => assert.ok(longestLead(moments) <= COMMAND_BUDGET + ROUNDING));
  });

  it("[ARN3] has at most one shot of a ship in any cooldown", () => {
    holds((moments) => assert.ok(shortestPause(moments) >= COOLDOWN_TICKS));
  });

  it("[ARN13] never gives two ships the same colour", () => {
    holds((moments) => {
      const crowded = moments.filter(({ world }) => new Set(coloursOf(world)).size < world.ships.size);

      assert.deepEqual(crowded, []);
    });
  });

  it("[ARN6] is the same game again from the same seed, commands and joins", () => {
    fc.assert(
      fc.property(anyScript, (script) => assert.deepEqual(playthrough(script), playthrough(script))),
      { numRuns: 20 },
    );
  });

  it("[ARN6] changes nothing that is handed in", () => {
    fc.assert(
      fc.property(anyScript, fc.array(anyCommand, { maxLength: 8 }), (script, told) => {
        const world = lastWorld(script);
        const commands = new Map([...world.ships.keys()].map((id) => [id, told]));
        const before = structuredClone({ world, commands });

        stepWorld(world, commands, { random: seededRandom(1) });

        assert.deepEqual({ world, commands }, before);
      }),
      { numRuns: 20 },
    );
  });

  it("is a game in which ships are hit and shot down", () => {
    const script: Script = { seed: 1, firstRoundTicks: 900, acts: [{ kind: "play", ticks: 900, commands: [] }] };

    const kinds = new Set(playthrough(script).flatMap(({ events }) => events.map(({ kind }) => kind)));

    assert.deepEqual([...kinds].sort(), ["hit", "kill", "phase", "pickup", "shot", "spawn"]);
  });
});

function holds(check: (moments: readonly Moment[]) => void): void {
  fc.assert(
    fc.property(anyScript, (script) => check(playthrough(script))),
    { numRuns: NUM_RUNS },
  );
}

function lastWorld(script: Script): World {
  const last = playthrough(script).at(-1);
  assert.ok(last);
  return last.world;
}

function shipsOf(moments: readonly Moment[]): Ship[] {
  return moments.flatMap(({ world }) => [...world.ships.values()]);
}

function coloursOf(world: World): number[] {
  return [...world.ships.values()].map(({ colour }) => colour);
}

type Scores = Record<string, readonly [kills: number, deaths: number]>;

function scoresShown({ world }: Moment): Scores {
  return Object.fromEntries([...world.ships.values()].map(({ id, score, deaths }) => [id, [score, deaths]]));
}

/** The scores at each moment as the events tell them. */
function scoresTold(moments: readonly Moment[]): Scores[] {
  let told: Scores = {};
  return moments.map(({ world, events }) => {
    const known: Scores = Object.fromEntries([...world.ships.keys()].map((id) => [id, told[id] ?? [0, 0]]));
    told = events.reduce(countEvent, known);
    return told;
  });
}

function countEvent(scores: Scores, event: GameEvent): Scores {
  if (event.kind === "phase" && event.phase === "playing") {
    return Object.fromEntries(Object.keys(scores).map((id) => [id, [0, 0]]));
  }
  if (event.kind !== "kill") return scores;
  const [kills, killerDeaths] = scores[event.shipId] ?? [0, 0];
  const shooterCounted: Scores = { ...scores, [event.shipId]: [kills + 1, killerDeaths] };
  const [targetKills, deaths] = shooterCounted[event.targetId] ?? [0, 0];
  return { ...shooterCounted, [event.targetId]: [targetKills, deaths + 1] };
}

/** By how many steps at top speed a ship was ever ahead of one step a tick, over any span of time. */
function longestLead(moments: readonly Moment[]): number {
  const leads = new Map<string, number>();
  let longest = 0;
  for (const [index, { world, events, isStep }] of moments.entries()) {
    if (!isStep) continue;
    const spawned = new Set(events.map((event) => (event.kind === "spawn" ? event.shipId : "")));
    for (const ship of world.ships.values()) {
      const before = moments[index - 1]?.world.ships.get(ship.id);
      const way = before && !spawned.has(ship.id) ? Math.hypot(ship.x - before.x, ship.y - before.y) : 0;
      const lead = Math.max(0, leads.get(ship.id) ?? 0) + way / (HASTE_SPEED * TICK_SECONDS) - 1;
      leads.set(ship.id, lead);
      longest = Math.max(longest, lead);
    }
  }
  return longest;
}

/** The fewest ticks between two shots of one ship that has not left in between. */
function shortestPause(moments: readonly Moment[]): number {
  const lastShots = new Map<string, number>();
  let shortest = Number.POSITIVE_INFINITY;
  for (const { world, events, joinedId } of moments) {
    if (joinedId !== undefined) lastShots.delete(joinedId);
    for (const event of events) {
      if (event.kind !== "shot") continue;
      shortest = Math.min(shortest, world.tick - (lastShots.get(event.shipId) ?? Number.NEGATIVE_INFINITY));
      lastShots.set(event.shipId, world.tick);
    }
  }
  return shortest;
}
