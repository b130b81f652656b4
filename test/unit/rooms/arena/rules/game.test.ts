import assert from "node:assert/strict";
import {
  commandsAllowed,
  createWorld,
  joinShip,
  leaveShip,
  renameShip,
  setConnected,
} from "../../../../../rooms/arena/rules/game.ts";
import {
  COMMAND_BUDGET,
  MAX_SHIPS,
  MAX_SPEED,
  RESULTS_TICKS,
  ROUND_TICKS,
  TICK_SECONDS,
} from "../../../../../rooms/arena/rules/level.ts";
import type { World } from "../../../../../rooms/arena/rules/world.ts";
import { arenaWith, command, OPEN, shipIn, step, stepTimes } from "./arena-fixtures.ts";

const RIGHT = command({ moveX: 127 });

describe("joining and leaving", () => {
  it("brings in a whole ship with a shield and no points", () => {
    const { hp, isAlive, score, deaths, shieldTicks } = shipIn(join(createWorld(), "ann"), "ann");

    assert.deepEqual(
      { hp, isAlive, score, deaths, shieldTicks },
      {
        hp: 100,
        isAlive: true,
        score: 0,
        deaths: 0,
        shieldTicks: 60,
      },
    );
  });

  it("[ARN13] refuses a ship more than the arena holds", () => {
    const full = crowd(MAX_SHIPS);

    assert.equal(join(full, "one more"), full);
  });

  it("[ARN13] gives every ship of a full arena a colour of its own", () => {
    const colours = [...crowd(MAX_SHIPS).ships.values()].map(({ colour }) => colour);

    assert.deepEqual(colours, [...Array(MAX_SHIPS).keys()]);
  });

  it("[ARN13] gives a newcomer the lowest free colour", () => {
    const world = join(leaveShip(crowd(4), "ship 1"), "ann");

    assert.equal(shipIn(world, "ann").colour, 1);
  });

  it("keeps the ship of an id that joins again", () => {
    const world = join(createWorld(), "ann");

    assert.equal(join(world, "ann"), world);
  });

  it("takes out a ship that leaves", () => {
    assert.deepEqual([...leaveShip(crowd(2), "ship 0").ships.keys()], ["ship 1"]);
  });

  it("changes nothing when a ship leaves that is not there", () => {
    const world = createWorld();

    assert.equal(leaveShip(world, "nobody"), world);
  });

  it("gives a ship another name", () => {
    assert.equal(shipIn(renameShip(crowd(1), "ship 0", "Ann"), "ship 0").name, "Ann");
  });

  it("marks a ship whose player is away", () => {
    assert.equal(shipIn(setConnected(crowd(1), "ship 0", false), "ship 0").isConnected, false);
  });

  it("changes nothing about a ship that is not there", () => {
    const world = createWorld();

    assert.equal(renameShip(world, "nobody", "Ann"), world);
    assert.equal(setConnected(world, "nobody", false), world);
  });
});

describe("commands", () => {
  it("moves a ship by one tick for each command", () => {
    const { world } = step(arenaWith({ id: "ship", ...OPEN, vx: MAX_SPEED }), { ship: [RIGHT, RIGHT] });

    assert.ok(Math.abs(shipIn(world, "ship").x - OPEN.x - 2 * MAX_SPEED * TICK_SECONDS) < 0.001);
  });

  it("leaves a ship without commands where it is", () => {
    const { world } = step(arenaWith({ id: "ship", ...OPEN, vx: MAX_SPEED }));

    assert.equal(shipIn(world, "ship").x, OPEN.x);
  });

  it("turns the gun to the aim of the last command", () => {
    const { world } = step(arenaWith({ id: "ship" }), { ship: [command({ aim: 1 }), command({ aim: 2 })] });

    assert.equal(shipIn(world, "ship").aim, 2);
  });

  it("ignores commands of a ship that is not there", () => {
    assert.deepEqual(step(arenaWith({ id: "ship" }), { nobody: [RIGHT] }), step(arenaWith({ id: "ship" })));
  });

  it("[ARN2] uses no more of a flood than one command a tick and the budget", () => {
    const flood = Array.from({ length: 32 }, () => RIGHT);

    const world = stepTimes(arenaWith({ id: "ship", ...OPEN }), 30, { ship: flood });

    const longest = (30 + COMMAND_BUDGET) * MAX_SPEED * TICK_SECONDS;
    const distance = shipIn(world, "ship").x - OPEN.x;
    assert.ok(distance > 0.8 * longest && distance <= longest, `${distance} of ${longest}`);
  });

  it("[ARN2] catches up after a stall no further than the budget", () => {
    const spent = arenaWith({ id: "ship", commandBudget: 0 });

    const stalled = stepTimes(spent, 100);

    assert.equal(commandsAllowed(spent, "ship"), 1);
    assert.equal(commandsAllowed(stalled, "ship"), COMMAND_BUDGET);
  });

  it("allows a ship that is not there no commands", () => {
    assert.equal(commandsAllowed(createWorld(), "nobody"), 0);
  });
});

describe("a round", () => {
  const lastTick = (world: World): World => ({ ...world, phaseTicks: 1 });

  it("[ARN12] lasts three minutes", () => {
    const atEnd = stepTimes(createWorld(), ROUND_TICKS - 1);

    assert.equal(atEnd.phase, "playing");
    assert.deepEqual(step(atEnd).events, [{ kind: "phase", phase: "results", round: 1 }]);
  });

  it("[ARN12] is followed by ten seconds of results and the next round", () => {
    const results = step(lastTick(createWorld())).world;

    const atEnd = stepTimes(results, RESULTS_TICKS - 1);

    assert.equal(atEnd.phase, "results");
    assert.deepEqual(step(atEnd).events, [{ kind: "phase", phase: "playing", round: 2 }]);
  });

  it("[ARN12] lasts as long the next time", () => {
    const second = stepTimes(step(lastTick(createWorld())).world, RESULTS_TICKS);

    assert.deepEqual([second.phase, second.round, second.phaseTicks], ["playing", 2, ROUND_TICKS]);
  });

  it("[ARN12] changes no ship while the results stand", () => {
    const before = arenaWith({ id: "shooter", ...OPEN, vx: 99 }, { id: "target", ...OPEN, x: 600 });
    const results = step(lastTick(before)).world;

    const after = stepTimes(results, RESULTS_TICKS - 1, { shooter: [command({ moveX: 127, fire: true })] });

    assert.deepEqual(after.ships, results.ships);
  });

  it("[ARN12] begins with whole ships without points", () => {
    const worn = { score: 7, deaths: 3, hp: 1, hasHaste: true, hasteTicks: 99, overchargeTicks: 99, cooldownTicks: 5 };
    const results: World = {
      ...lastTick(arenaWith({ id: "ann", ...worn }, { id: "ben", isAlive: false })),
      phase: "results",
    };

    const { world } = step(results);

    const states = [...world.ships.values()].map((ship) => [
      ship.score,
      ship.deaths,
      ship.hp,
      ship.isAlive,
      ship.hasteTicks,
    ]);
    assert.deepEqual(states, [
      [0, 0, 100, true, 0],
      [0, 0, 100, true, 0],
    ]);
  });

  it("[ARN12] begins with ships apart from one another", () => {
    const results: World = { ...lastTick(arenaWith({ id: "ann", ...OPEN }, { id: "ben", ...OPEN })), phase: "results" };

    const { ships } = step(results).world;

    const [ann, ben] = [...ships.values()];
    assert.ok(ann && ben && Math.hypot(ann.x - ben.x, ann.y - ben.y) > 1000);
  });

  it("[ARN12] begins with every pick-up in its place", () => {
    const bare = arenaWith().pickups.map((pickup) => ({ ...pickup, absentTicks: 400 }));

    const { world } = step({ ...lastTick(createWorld()), phase: "results", pickups: bare });

    assert.ok(world.pickups.every(({ absentTicks }) => absentTicks === 0));
  });
});

function join(world: World, id: string): World {
  return joinShip(world, { id, name: id, isBot: false }, () => 0.5);
}

function crowd(size: number): World {
  return Array.from({ length: size }, (_, index) => `ship ${index}`).reduce(join, createWorld());
}
