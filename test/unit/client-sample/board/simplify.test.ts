import assert from "node:assert/strict";
import fc from "fast-check";
import { distanceToSegment } from "../../../../client-sample/src/board/model/geometry.ts";
import { simplified } from "../../../../client-sample/src/board/model/simplify.ts";

const coordinate = fc.double({ min: -1000, max: 1000, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate, pressure: fc.constant(0.5) });

describe("a simplified stroke", () => {
  it("runs within the tolerance of every point that was left out", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 100 }), (points) => {
        const kept = simplified(points, 5);

        const distanceTo = (at: { x: number; y: number }): number =>
          Math.min(...kept.slice(1).map((to, n) => distanceToSegment(at, kept[n] ?? to, to)));
        assert.ok(points.every((each) => distanceTo(each) <= 5 + 1e-9));
      }),
    );
  });

  it("keeps its ends and the order of its points", () => {
    fc.assert(
      fc.property(fc.array(point, { minLength: 2, maxLength: 100 }), (points) => {
        const places = simplified(points, 5).map((each) => points.indexOf(each));

        assert.equal(places[0], 0);
        assert.equal(places.at(-1), points.length - 1);
        assert.ok(places.every((place, n) => n === 0 || place > (places[n - 1] ?? 0)));
      }),
    );
  });

  it("has two points where it was straight", () => {
    const straight = Array.from({ length: 100 }, (_, n) => ({ x: n, y: 2 * n }));

    assert.equal(simplified(straight, 0.1).length, 2);
  });

  it("keeps the points where the pressure changes", () => {
    const pressed = Array.from({ length: 101 }, (_, n) => ({ x: n, y: 0, pressure: n === 50 ? 1 : 0.2 }));

    assert.ok(simplified(pressed, 0.5).some(({ x }) => x === 50));
  });

  it("of thousands of points does not end the stack", () => {
    const spiral = Array.from({ length: 5000 }, (_, n) => ({ x: n * Math.cos(n / 50), y: n * Math.sin(n / 50) }));

    assert.ok(simplified(spiral, 0.01).length > 1000);
  });
});
