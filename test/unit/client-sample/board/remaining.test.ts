import assert from "node:assert/strict";
import fc from "fast-check";
import { type Placed, remaining } from "../../../../client-sample/src/board/drafts/remaining.ts";
import { transformed } from "../../../../client-sample/src/board/model/transform.ts";
import type { Transform } from "../../../../client-sample/src/board/words.ts";

const LEAD: Placed = { pos: { x: 10, y: 20, r: 0.5 }, size: { w: 40, h: 30 } };

function done(placed: Placed, transform: Transform): Placed {
  const shape = { type: "rect", g: placed, rev: {}, by: "", at: 0 };
  return { ...placed, ...transformed(shape, transform) };
}

function assertSame(one: Placed, other: Placed): void {
  const [a, b] = [one, other].map(({ pos, size }) => [pos.x, pos.y, Math.cos(pos.r), Math.sin(pos.r), size.w, size.h]);
  for (const [n, value] of (a ?? []).entries()) assert.ok(Math.abs(value - (b?.[n] ?? Number.NaN)) < 1e-4, `${a} ${b}`);
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const far = fc.integer({ min: -500, max: 500 });
const length = fc.integer({ min: 5, max: 500 });
/** A transform, by how much of it is done. */
const gesture: fc.Arbitrary<(share: number) => Transform> = fc.oneof(
  fc.tuple(far, far).map(
    ([dx, dy]) =>
      (share: number): Transform => ({ t: "move", dx: dx * share, dy: dy * share }),
  ),
  fc.tuple(far, far, fc.double({ min: -3, max: 3, noNaN: true })).map(
    ([x, y, by]) =>
      (share: number): Transform => ({
        t: "rotate",
        about: { x, y },
        by: by * share,
      }),
  ),
  fc.tuple(far, far, length, length).map(([x, y, w, h]) => (share: number): Transform => {
    const from = { x: -5, y: -5, w: 40, h: 30 };
    const part = (one: number, other: number): number => one + (other - one) * share;
    const to = { x: part(from.x, x), y: part(from.y, y), w: part(from.w, w), h: part(from.h, h) };
    return { t: "resize", from, to, r: LEAD.pos.r };
  }),
);

describe("what is left of a transform", () => {
  it("leads to the same place, however much of it was pushed already", () => {
    fc.assert(
      fc.property(gesture, unit, (at, share) => {
        const underway = done(LEAD, at(share));

        assertSame(done(underway, remaining(at(1), LEAD, underway)), done(LEAD, at(1)));
      }),
    );
  });

  it("is nothing once a shape is mirrored as it should be", () => {
    const mirror: Transform = { t: "resize", from: { x: 0, y: 0, w: 50, h: 50 }, to: { x: 0, y: 0, w: -50, h: 50 } };
    const lead: Placed = { pos: { x: 25, y: 25, r: 0 }, size: { w: 50, h: 50 } };

    assert.deepEqual(remaining(mirror, lead, done(lead, mirror)), { t: "move", dx: 0, dy: 0 });
  });
});
