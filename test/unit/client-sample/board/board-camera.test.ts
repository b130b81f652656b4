import assert from "node:assert/strict";
import fc from "fast-check";
import { BoardCamera, MAX_ZOOM, MIN_ZOOM } from "../../../../client-sample/src/board/canvas/camera.ts";
import { holds } from "../../../../client-sample/src/board/model/geometry.ts";
import type { Box } from "../../../../client-sample/src/board/words.ts";

const BOUNDS: Box = { x: -5000, y: -5000, w: 10_000, h: 10_000 };

/** A camera whose frames the test runs. */
function opened(bounds: Box | undefined = BOUNDS) {
  const frames: ((nowMs: number) => void)[] = [];
  const camera = new BoardCamera({ bounds: () => bounds, nextFrame: (run) => frames.push(run) });
  camera.resize(1000, 800);
  const runFrames = (nowMs: number): void => {
    for (const run of frames.splice(0)) run(nowMs);
  };
  return { camera, runFrames };
}

const pixel = fc.record({ x: fc.integer({ min: 0, max: 1000 }), y: fc.integer({ min: 0, max: 800 }) });

describe("the camera of a board", () => {
  it("keeps the place under the pointer where it is while it zooms", () => {
    fc.assert(
      fc.property(pixel, fc.double({ min: 0.2, max: 5, noNaN: true }), (screen, factor) => {
        const { camera } = opened();
        const before = camera.toBoard(screen);

        camera.zoomAt(screen, factor);

        const after = camera.toBoard(screen);
        assert.ok(Math.hypot(after.x - before.x, after.y - before.y) < 1e-6);
      }),
    );
  });

  it("leads from the screen to the board and back", () => {
    fc.assert(
      fc.property(pixel, (screen) => {
        const { camera } = opened();
        camera.zoomAt({ x: 10, y: 20 }, 3.7);

        const back = camera.toScreen(camera.toBoard(screen));

        assert.ok(Math.hypot(back.x - screen.x, back.y - screen.y) < 1e-6);
      }),
    );
  });

  it("zooms within its bounds", () => {
    const { camera } = opened();

    camera.zoomAt({ x: 0, y: 0 }, 1e9);
    const most = camera.zoom;
    camera.zoomAt({ x: 0, y: 0 }, 1e-9);

    assert.deepEqual([most, camera.zoom], [MAX_ZOOM, MIN_ZOOM]);
  });

  it("shows a box whole, in the middle, and no larger than it is", () => {
    const { camera } = opened();

    camera.show({ x: 100, y: 100, w: 3000, h: 200 }, { isInstant: true });
    const wide = camera.view;
    camera.show({ x: 0, y: 0, w: 10, h: 10 }, { isInstant: true });

    assert.ok(holds(wide, { x: 100, y: 100, w: 3000, h: 200 }));
    assert.deepEqual([wide.x + wide.w / 2, wide.y + wide.h / 2], [1600, 200]);
    assert.equal(camera.zoom, 1);
  });

  it("glides to where it goes, and is there in the end", () => {
    const { camera, runFrames } = opened();

    camera.show({ x: 1000, y: 0, w: 100, h: 100 }, { maxZoom: 2 });
    runFrames(0);
    runFrames(100);
    const midway = camera.view.x;
    runFrames(1000);

    assert.ok(midway > -500 && midway < camera.view.x);
    assert.equal(camera.zoom, 2);
    assert.equal(camera.view.x + camera.view.w / 2, 1050);
  });

  it("goes where the hand leads it, also in the midst of a glide", () => {
    const { camera, runFrames } = opened();
    camera.show({ x: 1000, y: 0, w: 100, h: 100 });
    runFrames(0);

    camera.panBy(-30, 0);
    const after = camera.view;
    runFrames(100);

    assert.deepEqual(camera.view, after);
  });

  it("is not lost, however far it is led", () => {
    const { camera } = opened(undefined);

    camera.panBy(-1e12, 1e12);

    assert.ok(Math.abs(camera.view.x) < 10_000 && Math.abs(camera.view.y) < 10_000);
  });
});
