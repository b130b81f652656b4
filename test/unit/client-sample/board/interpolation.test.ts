import assert from "node:assert/strict";
import fc from "fast-check";
import { mixNumber, mixTransform, Track } from "../../../../client-sample/src/board/drafts/interpolation.ts";

function trackOf(...samples: readonly (readonly [atMs: number, value: number])[]): Track<number> {
  const track = new Track<number>(mixNumber);
  for (const [atMs, value] of samples) track.add(value, atMs);
  return track;
}

describe("a value that is shown moving", () => {
  it("shows nothing before anything came", () => {
    assert.equal(new Track<number>(mixNumber).at(0), undefined);
  });

  it("is where it was 100 ms ago", () => {
    const track = trackOf([0, 10], [50, 20], [100, 30]);

    assert.equal(track.at(175), 25);
  });

  it("stays where it came to", () => {
    const track = trackOf([0, 10], [50, 20]);

    assert.equal(track.at(1000), 20);
    assert.ok(track.isAtRest(1000));
  });

  it("leaves from where it rested, rather than having crept since", () => {
    const track = trackOf([0, 10], [10_000, 20]);

    assert.equal(track.at(10_000), 10);
    assert.equal(track.at(10_050), 15);
    assert.equal(track.at(10_100), 20);
  });

  it("follows a slow pace without standing still between two values", () => {
    const samples = Array.from({ length: 20 }, (_, n) => [n * 400, n] as const);
    const track = trackOf(...samples);

    const shown = [7600, 7700, 7800, 7900, 8000].map((atMs) => track.at(atMs) ?? 0);

    const steps = shown.slice(1).map((value, n) => value - (shown[n] ?? 0));
    assert.ok(
      steps.every((step) => step > 0.1),
      String(shown),
    );
  });

  it("is never beyond what came", () => {
    const samples = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: -100, max: 100 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(samples, fc.integer({ min: 0, max: 2000 }), (gaps, laterMs) => {
        let nowMs = 0;
        const track = new Track<number>(mixNumber);
        for (const [gapMs, value] of gaps) {
          nowMs += gapMs;
          track.add(value, nowMs);
        }
        const values = gaps.map(([, value]) => value);
        const shown = track.at(nowMs + laterMs) ?? Number.NaN;
        assert.ok(shown >= Math.min(...values) - 1e-9 && shown <= Math.max(...values) + 1e-9);
      }),
    );
  });

  it("takes the second of two transforms of different kinds", () => {
    const to = { t: "rotate", about: { x: 0, y: 0 }, by: 1 } as const;

    assert.deepEqual(mixTransform({ t: "move", dx: 1, dy: 1 }, to, 0.5), to);
  });
});
