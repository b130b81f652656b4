import assert from "node:assert/strict";
import fc from "fast-check";
import { HASTE_SPEED, MAX_SPEED, SHIP_RADIUS, TICK_SECONDS } from "../../../../../rooms/arena/rules/level.ts";
import { moveShip, sanitizeCommand } from "../../../../../rooms/arena/rules/motion.ts";
import type { Command, Motion } from "../../../../../rooms/arena/rules/world.ts";
import { anyCommand, anyPlace, command, intrusion, OPEN } from "./arena-fixtures.ts";

const RIGHT = command({ moveX: 127 });

describe("moveShip", () => {
  it("[ARN1] keeps a ship in the arena and out of walls, whatever it is told", () => {
    const commands = fc.array(anyCommand, { minLength: 1, maxLength: 60 });

    fc.assert(
      fc.property(anyPlace, fc.boolean(), commands, (place, hasHaste, told) => {
        const path = pathOf(at({ ...place, hasHaste }), told);

        // A 32-bit float has steps of 1/8192 at the far end of the arena.
        assert.ok(Math.max(...path.map(intrusion)) < 0.001);
      }),
      { numRuns: 300 },
    );
  });

  it("[ARN1] holds a ship that pushes into a wall for long", () => {
    const below = at({ x: 600, y: 428 + SHIP_RADIUS });

    const end = moveFor(60, below, command({ moveY: -127 }));

    assert.deepEqual({ x: end.x, y: end.y, vy: end.vy }, { x: 600, y: 428 + SHIP_RADIUS, vy: 0 });
  });

  it("[ARN1] holds a ship that pushes out of the arena for long", () => {
    const end = moveFor(60, at({ x: 30, y: 30 }), command({ moveX: -127, moveY: -127 }));

    assert.deepEqual([end.x, end.y, end.vx, end.vy], [SHIP_RADIUS, SHIP_RADIUS, 0, 0]);
  });

  it("[ARN2] never gets faster than the top speed", () => {
    fc.assert(
      fc.property(anyPlace, fc.boolean(), fc.array(anyCommand, { maxLength: 40 }), (place, hasHaste, told) => {
        const speeds = pathOf(at({ ...place, hasHaste }), told).map(({ vx, vy }) => Math.hypot(vx, vy));

        assert.ok(Math.max(0, ...speeds) <= (hasHaste ? HASTE_SPEED : MAX_SPEED) + 0.001);
      }),
    );
  });

  it("[ARN2] is no faster on the diagonal", () => {
    const end = moveFor(10, at(OPEN), command({ moveX: 127, moveY: 127 }));

    assert.ok(Math.abs(Math.hypot(end.vx, end.vy) - MAX_SPEED) < 0.001);
  });

  it("[ARN7] takes a push beyond its bounds for a full one", () => {
    const pushed = moveShip(at(OPEN), command({ moveX: 1e300 }), TICK_SECONDS);

    assert.deepEqual(pushed, moveShip(at(OPEN), RIGHT, TICK_SECONDS));
  });

  it("[ARN7] takes a push that is no number for none", () => {
    const pushed = moveShip(at(OPEN), command({ moveX: Number.NaN, moveY: Number.POSITIVE_INFINITY }), TICK_SECONDS);

    assert.deepEqual(pushed, moveShip(at(OPEN), command(), TICK_SECONDS));
  });

  it("is at full speed after five ticks", () => {
    assert.equal(moveFor(5, at(OPEN), RIGHT).vx, MAX_SPEED);
  });

  it("stands still five ticks after the last push", () => {
    const end = moveFor(5, at({ ...OPEN, vx: MAX_SPEED }), command());

    assert.deepEqual({ vx: end.vx, vy: end.vy }, { vx: 0, vy: 0 });
  });

  it("goes at the speed of the push", () => {
    assert.equal(moveFor(10, at(OPEN), command({ moveX: 64 })).vx, Math.fround((64 / 127) * MAX_SPEED));
  });

  it("goes faster with haste", () => {
    assert.equal(moveFor(10, at({ ...OPEN, hasHaste: true }), RIGHT).vx, Math.fround(HASTE_SPEED));
  });

  it("slides along a wall that it pushes into at an angle", () => {
    const below = at({ x: 600, y: 428 + SHIP_RADIUS });

    const end = moveFor(15, below, command({ moveX: 127, moveY: -127 }));

    assert.ok(end.x > 680, `x: ${end.x}`);
    assert.equal(end.y, 428 + SHIP_RADIUS);
  });

  it("slides round a corner that it runs into off its middle", () => {
    const leftOfCorner = at({ x: 440, y: 368 });

    const end = moveFor(30, leftOfCorner, RIGHT);

    assert.ok(end.x > 600, `x: ${end.x}`);
  });

  it("keeps its speed at a corner that it touches and already leaves", () => {
    const atCorner = at({ x: 482, y: 376, vx: 240, vy: -240 });

    const { vx, vy } = moveShip(atCorner, command({ moveX: 127, moveY: -127 }), TICK_SECONDS);

    assert.ok(Math.hypot(vx, vy) > 339, `${vx}, ${vy}`);
  });

  it("leaves a dead ship where it is", () => {
    const dead = at({ ...OPEN, vx: 100, isAlive: false });

    const end = moveShip(dead, RIGHT, TICK_SECONDS);

    assert.deepEqual(end, { ...dead, vx: 0 });
  });

  it("comes out in numbers that a 32-bit float carries without loss", () => {
    fc.assert(
      fc.property(anyPlace, anyCommand, (place, told) => {
        const { x, y, vx, vy } = moveShip(at(place), told, TICK_SECONDS);

        assert.deepEqual([x, y, vx, vy], [...new Float32Array([x, y, vx, vy])]);
      }),
    );
  });
});

describe("sanitizeCommand", () => {
  it("[ARN7] makes anything a command within its bounds", () => {
    fc.assert(
      fc.property(anyCommand, (told) => {
        const { moveX, moveY, aim } = sanitizeCommand(told);

        assert.ok([moveX, moveY].every((push) => Number.isInteger(push) && Math.abs(push) <= 127));
        assert.ok(Math.abs(aim) <= Math.PI);
      }),
    );
  });

  it("leaves a command within its bounds as it is", () => {
    const legal = command({ moveX: -127, moveY: 64, aim: -3.1, fire: true });

    assert.deepEqual(sanitizeCommand(legal), legal);
  });
});

function at(motion: Partial<Motion>): Motion {
  return { x: 0, y: 0, vx: 0, vy: 0, isAlive: true, hasHaste: false, ...motion };
}

function pathOf(start: Motion, commands: readonly Command[]): Motion[] {
  let motion = start;
  return commands.map((told) => {
    motion = moveShip(motion, told, TICK_SECONDS);
    return motion;
  });
}

function moveFor(ticks: number, start: Motion, told: Command): Motion {
  return (
    pathOf(
      start,
      Array.from({ length: ticks }, () => told),
    ).at(-1) ?? start
  );
}
