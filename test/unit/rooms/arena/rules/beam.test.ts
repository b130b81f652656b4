import assert from "node:assert/strict";
import fc from "fast-check";
import { isLineFree, traceBeam } from "../../../../../rooms/arena/rules/beam.ts";
import { ARENA_HEIGHT, ARENA_WIDTH, BEAM_RANGE, SHIP_RADIUS, WALLS } from "../../../../../rooms/arena/rules/level.ts";
import type { Point } from "../../../../../rooms/arena/rules/world.ts";
import { anyPlace, OPEN } from "./arena-fixtures.ts";

const anyAim = fc.oneof(
  fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
  fc.constantFrom(0, Math.PI / 2, -Math.PI / 2, Math.PI),
);

/** What rounding to 32-bit floats may move a point by, generously. */
const ROUNDING = 0.01;

describe("traceBeam", () => {
  it("[ARN8] passes through no wall and never leaves the arena", () => {
    fc.assert(
      fc.property(anyPlace, anyAim, (from, aim) => {
        const beam = traceBeam(from, aim);

        assert.deepEqual(
          pointsBetween(from, beam).filter((point) => isSolid(point, -ROUNDING)),
          [],
        );
      }),
    );
  });

  it("[ARN8] ends only where something stops it, or at its range", () => {
    fc.assert(
      fc.property(anyPlace, anyAim, (from, aim) => {
        const beam = traceBeam(from, aim);

        assert.ok(isSolid(beam, ROUNDING) || distance(from, beam) >= BEAM_RANGE - ROUNDING, `${beam.x}, ${beam.y}`);
      }),
      { numRuns: 300 },
    );
  });

  it("[ARN8] ends at the near side of the nearest ship in its way", () => {
    const targets = [
      { id: "far", ...OPEN, x: 800 },
      { id: "near", ...OPEN, x: 500 },
      { id: "aside", x: 400, y: 300 },
    ];

    const beam = traceBeam(OPEN, 0, targets);

    assert.deepEqual(beam, { x: 500 - SHIP_RADIUS, y: OPEN.y, targetId: "near" });
  });

  it("[ARN8] hits a ship within its radius of the line", () => {
    const grazed = { id: "grazed", x: 500, y: OPEN.y + SHIP_RADIUS - 0.1 };

    assert.equal(traceBeam(OPEN, 0, [grazed]).targetId, "grazed");
  });

  it("[ARN8] misses a ship beside the line", () => {
    const missed = { id: "missed", x: 500, y: OPEN.y + SHIP_RADIUS + 0.1 };

    assert.equal(traceBeam(OPEN, 0, [missed]).targetId, undefined);
  });

  it("[ARN8] misses a ship behind the gun", () => {
    assert.equal(traceBeam(OPEN, 0, [{ id: "behind", ...OPEN, x: 200 }]).targetId, undefined);
  });

  it("[ARN8] misses a ship behind a wall", () => {
    const beam = traceBeam({ x: 1100, y: 800 }, 0, [{ id: "covered", x: 1300, y: 800 }]);

    assert.deepEqual(beam, { x: 1140, y: 800, targetId: undefined });
  });

  it("[ARN8] misses a ship beyond its range", () => {
    const beam = traceBeam(OPEN, 0, [{ id: "far", ...OPEN, x: OPEN.x + BEAM_RANGE + SHIP_RADIUS + 1 }]);

    assert.deepEqual(beam, { x: OPEN.x + BEAM_RANGE, y: OPEN.y, targetId: undefined });
  });

  it("hits a ship that lies over the gun", () => {
    assert.deepEqual(traceBeam(OPEN, 0, [{ id: "over", ...OPEN, x: OPEN.x - 5 }]), { ...OPEN, targetId: "over" });
  });
});

describe("isLineFree", () => {
  it("is true along the side of a wall", () => {
    assert.equal(isLineFree({ x: 400, y: 380 }, { x: 900, y: 380 }), true);
  });

  it("is false through a wall", () => {
    assert.equal(isLineFree({ x: 600, y: 300 }, { x: 600, y: 500 }), false);
  });

  it("is true where the wall begins behind the end of the line", () => {
    assert.equal(isLineFree({ x: 600, y: 300 }, { x: 600, y: 379 }), true);
  });

  it("is false where the line comes nearer to a wall than the clearance", () => {
    assert.equal(isLineFree({ x: 400, y: 370 }, { x: 900, y: 370 }, 12), false);
  });
});

/** A point every half unit, both ends included. */
function pointsBetween(from: Point, to: Point): Point[] {
  const count = Math.ceil(2 * distance(from, to)) + 1;
  return Array.from({ length: count + 1 }, (_, index) => ({
    x: from.x + ((to.x - from.x) * index) / count,
    y: from.y + ((to.y - from.y) * index) / count,
  }));
}

/** Whether the point is out of the arena or in a wall that is thicker by `margin` on each side. */
function isSolid({ x, y }: Point, margin: number): boolean {
  if (Math.min(x, y, ARENA_WIDTH - x, ARENA_HEIGHT - y) < margin) return true;
  return WALLS.some((wall) => isBetween(x, wall.x, wall.width, margin) && isBetween(y, wall.y, wall.height, margin));
}

function isBetween(place: number, start: number, size: number, margin: number): boolean {
  return place > start - margin && place < start + size + margin;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}
