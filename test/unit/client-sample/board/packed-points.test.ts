import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeGeom,
  EVEN_PRESSURE,
  encodeGeom,
  MAX_POINTS,
  mirroredGeom,
} from "../../../../client-sample/src/board/model/packed-points.ts";

const coordinate = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate, pressure: fc.double({ min: 0, max: 1, noNaN: true }) });
const path = fc.array(point, { minLength: 1, maxLength: 200 });

/** The points of a path on the board again. */
function placed({ pos, size, geom }: ReturnType<typeof encodeGeom>): { x: number; y: number; pressure: number }[] {
  const numbers = decodeGeom(geom);
  return Array.from({ length: numbers.length / 3 }, (_, n) => ({
    x: pos.x + ((numbers[n * 3] ?? 0) - 0.5) * size.w,
    y: pos.y + ((numbers[n * 3 + 1] ?? 0) - 0.5) * size.h,
    pressure: numbers[n * 3 + 2] ?? 0,
  }));
}

/** A stroke as a hand draws it: 500 points a few pixels apart. */
function handwriting(pressureAt: (n: number) => number) {
  return Array.from({ length: 500 }, (_, n) => ({
    x: n * 1.6 + 30 * Math.cos(n / 5),
    y: 40 * Math.sin(n / 6),
    pressure: pressureAt(n),
  }));
}

describe("points of a path", () => {
  it("come back where they were, to a 4000th of the longer side", () => {
    fc.assert(
      fc.property(path, (points) => {
        const encoded = encodeGeom(points);

        const tolerance = Math.max(encoded.size.w, encoded.size.h) / 4000 + 1e-9;
        const found = placed(encoded);
        assert.equal(found.length, points.length);
        points.forEach(({ x, y }, n) => {
          assert.ok(Math.abs((found[n]?.x ?? 0) - x) <= tolerance, `x of ${n}`);
          assert.ok(Math.abs((found[n]?.y ?? 0) - y) <= tolerance, `y of ${n}`);
        });
      }),
    );
  });

  it("keep their pressure, to a 63rd", () => {
    fc.assert(
      fc.property(path, (points) => {
        const found = placed(encodeGeom(points));

        points.forEach(({ pressure }, n) => {
          assert.ok(Math.abs((found[n]?.pressure ?? 0) - pressure) <= 1 / 63, `pressure of ${n}`);
        });
      }),
    );
  });

  it("have an even pressure where the device knew none", () => {
    const found = placed(
      encodeGeom([
        { x: 0, y: 0 },
        { x: 5, y: 5 },
      ]),
    );

    assert.deepEqual(
      found.map(({ pressure }) => pressure),
      [EVEN_PRESSURE, EVEN_PRESSURE],
    );
  });

  it("are less than 2 kB for a stroke of 500 points with pressure", () => {
    const { geom } = encodeGeom(handwriting((n) => 0.5 + 0.3 * Math.sin(n / 20)));

    assert.ok(geom.byteLength < 1900, `${geom.byteLength} bytes`);
  });

  it("are no more than a path may have", () => {
    const many = Array.from({ length: 3 * MAX_POINTS }, (_, n) => ({ x: n, y: 0 }));

    const found = placed(encodeGeom(many));

    assert.equal(found.length, MAX_POINTS);
    assert.ok(Math.abs((found.at(-1)?.x ?? 0) - (3 * MAX_POINTS - 1)) < 10);
  });

  it("that are no numbers are left out", () => {
    const found = placed(
      encodeGeom([
        { x: Number.NaN, y: 0 },
        { x: 3, y: 4 },
        { x: 1, y: Infinity },
      ]),
    );

    assert.deepEqual(
      found.map(({ x, y }) => [x, y]),
      [[3, 4]],
    );
  });
});

describe("bytes of a path", () => {
  const isHarmless = (geom: Uint8Array): void => {
    const points = decodeGeom(geom);
    assert.ok(points.length <= geom.length * 3 && points.length % 3 === 0);
    assert.ok(points.every((number) => number >= 0 && number <= 1));
  };

  it("come to points within the box, whatever they are", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), isHarmless));
  });

  it("come to points within the box, whatever follows their header", () => {
    const withHeader = fc
      .tuple(fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 300 }))
      .map(([flags, rest]) => Uint8Array.of(1, flags, ...rest));
    fc.assert(fc.property(withHeader, isHarmless));
  });

  it("that break off have the points before", () => {
    const { geom } = encodeGeom(handwriting(() => EVEN_PRESSURE));

    const points = decodeGeom(geom.subarray(0, 500));

    assert.deepEqual(points, decodeGeom(geom).subarray(0, points.length));
    assert.ok(points.length > 300);
  });

  it("of another version have no points", () => {
    assert.equal(decodeGeom(Uint8Array.of(2, 0, 1, 1, 1, 0, 0)).length, 0);
  });

  it("are the same again when they were mirrored twice", () => {
    const axes = fc.record({ x: fc.boolean(), y: fc.boolean() });
    fc.assert(
      fc.property(path, axes, (points, axis) => {
        const { geom } = encodeGeom(points);

        const twice = mirroredGeom(mirroredGeom(geom, axis), axis);

        assert.deepEqual(decodeGeom(twice), decodeGeom(geom));
      }),
    );
  });
});
