import assert from "node:assert/strict";
import fc from "fast-check";
import { RESPAWN_TICKS, SHIELD_TICKS, SPAWN_SPREAD, SPAWNS } from "../../../../../rooms/arena/rules/level.ts";
import { spawnShip } from "../../../../../rooms/arena/rules/spawn.ts";
import { anyPlace, arenaWith, command, intrusion, OPEN, shipIn, step, stepTimes } from "./arena-fixtures.ts";

const anyDie = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("spawnShip", () => {
  it("[ARN10] puts the ship near the spawn point farthest from living enemies", () => {
    const { ships } = arenaWith({ id: "ship" }, { id: "enemy", x: 200, y: 200 });

    const { x, y } = spawnShip(shipIn({ ...arenaWith(), ships }, "ship"), ships.values(), () => 0.5);

    assert.deepEqual({ x, y }, { x: 2280, y: 1480 });
  });

  it("[ARN10] takes no notice of dead enemies", () => {
    const enemies = SPAWNS.slice(1).map((spawn, index) => ({ id: `enemy ${index}`, ...spawn }));
    const world = arenaWith({ id: "ship" }, { id: "dead", x: 120, y: 120, isAlive: false }, ...enemies);

    const { x, y } = spawnShip(shipIn(world, "ship"), world.ships.values(), () => 0.5);

    assert.deepEqual({ x, y }, { x: 120, y: 120 });
  });

  it("lets chance decide between equals", () => {
    const world = arenaWith({ id: "ship" });

    const last = spawnShip(shipIn(world, "ship"), world.ships.values(), () => 0.999);

    assert.ok(Math.abs(last.x - 1740) <= SPAWN_SPREAD && Math.abs(last.y - 260) <= SPAWN_SPREAD);
  });

  it("[ARN1] puts no ship into a wall or out of the arena", () => {
    fc.assert(
      fc.property(anyPlace, anyDie, (enemy, die) => {
        const world = arenaWith({ id: "ship" }, { id: "enemy", ...enemy });

        assert.equal(intrusion(spawnShip(shipIn(world, "ship"), world.ships.values(), () => die)), 0);
      }),
    );
  });
});

describe("a ship that was shot down", () => {
  const shotDown = () => {
    const before = arenaWith({ id: "shooter", ...OPEN }, { id: "target", ...OPEN, x: 600, hp: 1 });
    return step(before, { shooter: [command({ fire: true })] }).world;
  };

  it("[ARN10] comes back after its time", () => {
    const waiting = stepTimes(shotDown(), RESPAWN_TICKS - 1);

    assert.equal(shipIn(waiting, "target").isAlive, false);
    assert.deepEqual(step(waiting).events, [{ kind: "spawn", shipId: "target" }]);
  });

  it("[ARN10] comes back whole and with a shield", () => {
    const { isAlive, hp, shieldTicks } = shipIn(stepTimes(shotDown(), RESPAWN_TICKS), "target");

    assert.deepEqual({ isAlive, hp, shieldTicks }, { isAlive: true, hp: 100, shieldTicks: SHIELD_TICKS });
  });

  it("[ARN10] has its shield for two seconds", () => {
    const back = stepTimes(shotDown(), RESPAWN_TICKS);

    assert.equal(shipIn(stepTimes(back, SHIELD_TICKS - 1), "target").shieldTicks, 1);
    assert.equal(shipIn(stepTimes(back, SHIELD_TICKS), "target").shieldTicks, 0);
  });

  it("does not move while it is dead", () => {
    const dead = shotDown();

    const after = stepTimes(dead, 20, { target: [command({ moveX: 127 })] });

    assert.equal(shipIn(after, "target").x, shipIn(dead, "target").x);
  });
});
