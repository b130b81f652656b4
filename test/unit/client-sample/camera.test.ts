import assert from "node:assert/strict";
import fc from "fast-check";
import { Camera } from "../../../client-sample/src/game/camera.ts";
import { ARENA_HEIGHT, ARENA_WIDTH } from "../../../rooms/arena/rules/level.ts";

const place = fc.record({
  x: fc.double({ min: 0, max: ARENA_WIDTH, noNaN: true }),
  y: fc.double({ min: 0, max: ARENA_HEIGHT, noNaN: true }),
});
const screen = fc.record({
  width: fc.integer({ min: 320, max: 3840 }),
  height: fc.integer({ min: 320, max: 2160 }),
  pixelRatio: fc.constantFrom(1, 1.5, 2, 3),
});

describe("Camera", () => {
  it("keeps the followed place in the window, whatever its size", () => {
    fc.assert(
      fc.property(place, screen, ({ x, y }, { width, height, pixelRatio }) => {
        const camera = new Camera();
        camera.resize(width, height, pixelRatio);

        camera.follow(x, y, 60_000);

        const at = camera.project(x, y);
        assert.ok(at.x >= 0 && at.x <= width && at.y >= 0 && at.y <= height, JSON.stringify(at));
      }),
    );
  });

  it("aims at what is under the pointer", () => {
    fc.assert(
      fc.property(place, place, screen, (ship, target, { width, height, pixelRatio }) => {
        fc.pre(Math.hypot(target.x - ship.x, target.y - ship.y) > 1);
        const camera = new Camera();
        camera.resize(width, height, pixelRatio);
        camera.follow(ship.x, ship.y, 60_000);

        const pointer = camera.project(target.x, target.y);

        const aim = camera.aimFrom(ship.x, ship.y, pointer.x, pointer.y);
        const wanted = Math.atan2(target.y - ship.y, target.x - ship.x);
        assert.ok(Math.cos(aim - wanted) > 0.999999, `${aim} instead of ${wanted}`);
      }),
    );
  });

  it("shows about as much of the arena in a large window as in a small one", () => {
    const [small, large] = [new Camera(), new Camera()];
    small.resize(1280, 800, 1);
    large.resize(2560, 1600, 1);

    assert.equal(small.width / small.scale, large.width / large.scale);
  });
});
