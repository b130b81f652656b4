import assert from "node:assert/strict";
import fc from "fast-check";
import { isLineFree } from "../../../../../rooms/arena/rules/beam.ts";
import { botCommand } from "../../../../../rooms/arena/rules/bot.ts";
import { type Step, stepWorld } from "../../../../../rooms/arena/rules/game.ts";
import { ROUND_TICKS } from "../../../../../rooms/arena/rules/level.ts";
import { sanitizeCommand } from "../../../../../rooms/arena/rules/motion.ts";
import type { Command, GameEvent, World } from "../../../../../rooms/arena/rules/world.ts";
import { seededRandom } from "../../../../../src/clock/clock.ts";
import { arenaWith, command, OPEN, shipIn } from "./arena-fixtures.ts";
import { anyScript, playthrough } from "./playthrough.ts";

type Player = (world: World, random: () => number) => Command;

const eager = () => 0;

describe("a bot", () => {
  it("[ARN7] gives only commands within their bounds", () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const world = playthrough(script).at(-1)?.world ?? arenaWith();
        const told = [...world.ships.keys()].map((id) => botCommand(world, id, eager));

        assert.deepEqual(told.map(sanitizeCommand), told);
      }),
      { numRuns: 20 },
    );
  });

  it("does the same in the same world with the same luck", () => {
    const world = arenaWith({ id: "bot", ...OPEN }, { id: "enemy", ...OPEN, x: 600 });

    assert.deepEqual(
      botCommand(world, "bot", () => 0.1),
      botCommand(world, "bot", () => 0.1),
    );
  });

  it("[ARN14] finds its way from pick-up to pick-up when it is alone", () => {
    const events = play(arenaWith({ id: "bot" }), { bot }, 60 * 30).events;

    const taken = new Set(events.flatMap((event) => (event.kind === "pickup" ? [event.pickupId] : [])));
    assert.ok(taken.size >= 3, [...taken].join());
  });

  it("[ARN14] shoots at an enemy in sight", () => {
    const { events } = play(arenaWith({ id: "bot", ...OPEN }, { id: "enemy", ...OPEN, x: 600 }), { bot }, 90);

    assert.ok(events.some(({ kind }) => kind === "shot"));
  });

  it("[ARN14] does not shoot at a wall before an enemy", () => {
    const world = arenaWith({ id: "bot", x: 1100, y: 800 }, { id: "enemy", x: 1300, y: 800 });

    assert.equal(shotsWithin(world, 60), 0);
  });

  it("[ARN14] does not shoot at a ship with a shield", () => {
    const world = arenaWith({ id: "bot", ...OPEN }, { id: "enemy", ...OPEN, x: 600, shieldTicks: 60 });

    assert.equal(shotsWithin(world, 60), 0);
  });

  it("[ARN14] does not shoot when it is alone", () => {
    assert.equal(shotsWithin(arenaWith({ id: "bot" }), 60), 0);
  });

  it("turns its gun no faster than a hand does", () => {
    const world = arenaWith({ id: "bot", ...OPEN, aim: -Math.PI / 2 }, { id: "enemy", ...OPEN, x: 600 });

    const turn = botCommand(world, "bot", eager).aim + Math.PI / 2;

    assert.ok(turn > 0 && turn < 0.21, `turn: ${turn}`);
  });

  it("goes for a repair when it is badly damaged", () => {
    const { world } = play(arenaWith({ id: "bot", x: 200, y: 400, hp: 20 }), { bot }, 90);

    assert.equal(shipIn(world, "bot").hp, 60);
  });

  it("comes out of a corner in which an enemy has it", () => {
    const world = arenaWith({ id: "bot", x: 20, y: 20 }, { id: "enemy", x: 100, y: 100 });

    const { moveX, moveY } = botCommand(world, "bot", eager);

    assert.ok(moveX > 0 && moveY > 0, `${moveX}, ${moveY}`);
  });

  it("circles an enemy the other way round where a wall is in its way", () => {
    const world = arenaWith({ id: "bot", x: 200, y: 20 }, { id: "enemy", x: 520, y: 20 });

    const pushes = Array.from({ length: 100 }, (_, tick) => botCommand({ ...world, tick }, "bot", eager).moveY);

    assert.ok(pushes.every((push) => push > 0));
  });

  it("[ARN14] loses more duels than it wins against a player who aims to within six degrees", () => {
    const seeds = [1, 2, 3, 4];

    const kills = seeds.flatMap((seed) => {
      const world = arenaWith({ id: "bot" }, { id: "beginner" });
      return play(world, { bot, beginner }, ROUND_TICKS, seed).events.filter(({ kind }) => kind === "kill");
    });

    const won = kills.filter((event) => event.kind === "kill" && event.shipId === "beginner").length;
    assert.ok(won > kills.length / 2 && won < kills.length, `${won} of ${kills.length}`);
  });

  it("does nothing while it is dead", () => {
    const world = arenaWith({ id: "bot", isAlive: false, aim: 1 }, { id: "enemy" });

    assert.deepEqual(botCommand(world, "bot", eager), command({ aim: 1 }));
  });

  it("does nothing where there is no such ship", () => {
    assert.deepEqual(botCommand(arenaWith(), "bot", eager), command());
  });
});

const bot: Player = (world, random) => botCommand(world, "bot", random);

/** Wanders anywhere, and shoots at what it sees with a hand that is off by at most six degrees. */
const beginner: Player = (world, random) => {
  const [me, enemy] = [shipIn(world, "beginner"), shipIn(world, "bot")];
  const turn = Math.floor(world.tick / 30) * 2.4;
  const aim = Math.atan2(enemy.y - me.y, enemy.x - me.x) + (2 * random() - 1) * 0.1;
  const fire = enemy.isAlive && isLineFree(me, enemy);
  return command({ moveX: 127 * Math.cos(turn), moveY: 127 * Math.sin(turn), aim, fire });
};

function play(start: World, players: Record<string, Player>, ticks: number, seed = 1): Step {
  const random = seededRandom(seed);
  const events: GameEvent[] = [];
  let world = start;
  for (let tick = 0; tick < ticks; tick++) {
    const commands = new Map(Object.entries(players).map(([id, player]) => [id, [player(world, random)]]));
    const step = stepWorld(world, commands, { random });
    world = step.world;
    events.push(...step.events);
  }
  return { world, events };
}

/** How many of the bot's commands ask for a shot while the world stands still but for its gun. */
function shotsWithin(start: World, ticks: number): number {
  let world = start;
  let shots = 0;
  for (let tick = 0; tick < ticks; tick++) {
    const { aim, fire } = botCommand(world, "bot", eager);
    if (fire) shots++;
    world = { ...world, tick, ships: new Map(world.ships).set("bot", { ...shipIn(world, "bot"), aim }) };
  }
  return shots;
}
