import assert from "node:assert/strict";
import { type ArenaView, viewWorld, withAim } from "../../../../loadtest/scenarios/arena-view.ts";
import { ArenaState } from "../../../../rooms/arena/arena-state.ts";
import { mirrorWorld } from "../../../../rooms/arena/mirror-world.ts";
import { botCommand } from "../../../../rooms/arena/rules/bot.ts";
import { createWorld, joinShip } from "../../../../rooms/arena/rules/game.ts";
import type { World } from "../../../../rooms/arena/rules/world.ts";
import { seededRandom } from "../../../../src/clock/clock.ts";

describe("loadtest arena view", () => {
  it("shows ships and pick-ups where the server has them", () => {
    const world = twoShips();

    const view = viewWorld(stateOf(world), 7);

    assert.deepEqual(placesOf(view), placesOf(world));
    assert.deepEqual(
      view.pickups.map(({ id, kind, x, y }) => ({ id, kind, x, y })),
      world.pickups.map(({ id, kind, x, y }) => ({ id, kind, x, y })),
    );
    assert.deepEqual([view.tick, view.phase, view.round], [7, "playing", 1]);
  });

  it("shows shields, since nobody shoots at one", () => {
    const view = viewWorld(stateOf(twoShips()), 0);

    assert.deepEqual(
      [...view.ships.values()].map(({ shieldTicks }) => shieldTicks > 0),
      [true, true],
    );
  });

  it("is enough for a bot to decide as it would on the server", () => {
    const world = twoShips();

    const seen = botCommand(viewWorld(stateOf(world), world.tick), "a", seededRandom(1));

    assert.deepEqual(seen, botCommand(world, "a", seededRandom(1)));
  });

  it("turns the gun of one ship only", () => {
    const world = twoShips();

    const turned = withAim(world, "a", 1.5);

    assert.equal(turned.ships.get("a")?.aim, 1.5);
    assert.equal(turned.ships.get("b"), world.ships.get("b"));
    assert.notEqual(world.ships.get("a")?.aim, 1.5);
  });

  it("stays as it is where the ship is not there", () => {
    const world = createWorld();

    assert.equal(withAim(world, "a", 1.5), world);
  });
});

function twoShips(): World {
  const random = seededRandom(3);
  const one = joinShip(createWorld(), { id: "a", name: "A", isBot: false }, random);
  return joinShip(one, { id: "b", name: "B", isBot: false }, random);
}

function stateOf(world: World): ArenaView {
  const state = new ArenaState();
  mirrorWorld(world, state);
  return state as unknown as ArenaView; // the schema has strings where the rules know each word
}

function placesOf({ ships }: World): unknown {
  return [...ships.values()].map(({ id, x, y }) => ({ id, x: Math.fround(x), y: Math.fround(y) }));
}
