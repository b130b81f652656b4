import assert from "node:assert/strict";
import { BoardCamera } from "../../../../client-sample/src/board/canvas/camera.ts";
import { openFirstLook } from "../../../../client-sample/src/board/first-look.ts";
import type { BoardSession } from "../../../../client-sample/src/board/session/board-session.ts";
import type { Box, Item } from "../../../../client-sample/src/board/words.ts";

/** A first look at a board with some shapes; returns what is seen then. */
async function look(boxes: readonly Box[], { moveBy = 0 } = {}): Promise<Box> {
  const items = boxes.map(({ x, y, w, h }) => ({ pos: { x, y, r: 0 }, size: { w, h } }) as Item);
  const [one = { x: 0, y: 0, w: 0, h: 0 }, other = one] = boxes;
  const bounds = { x: one.x, y: one.y, w: other.x + other.w - one.x, h: other.y + other.h - one.y };
  const camera = new BoardCamera({ bounds: () => bounds, nextFrame: () => {} });
  camera.resize(400, 800);
  const scene = {
    bounds: boxes.length === 0 ? undefined : bounds,
    all: () => items,
    in: (view: Box) => items.filter(({ pos, size }) => isIn(view, { ...pos, ...size })),
  };
  let tell = (): void => {};
  const session = {
    document: { isLive: false },
    onChange: (listener: () => void) => {
      tell = listener;
      return () => {
        tell = () => {};
      };
    },
  };
  openFirstLook({ session: session as unknown as BoardSession, scene, camera });
  tell();
  camera.panBy(moveBy, 0);
  session.document.isLive = true;
  tell();
  await Promise.resolve();
  return camera.view;
}

function isIn(view: Box, { x, y, w, h }: Box): boolean {
  return x < view.x + view.w && view.x < x + w && y < view.y + view.h && view.y < y + h;
}

const at = (x: number, y: number): Box => ({ x, y, w: 100, h: 100 });

describe("the first look at a board", () => {
  it("stays where something is seen", async () => {
    assert.deepEqual(await look([at(150, 300), at(5000, 0)]), { x: -200, y: -400, w: 400, h: 800 });
    assert.deepEqual(await look([]), { x: -200, y: -400, w: 400, h: 800 });
  });

  it("shows everything where nothing would be seen", async () => {
    const view = await look([at(3000, 100), at(3900, 100)]);

    assert.ok(view.x <= 3000 && view.x + view.w >= 4000, JSON.stringify(view));
  });

  it("shows the topmost shape where everything is too far apart to be seen at once", async () => {
    assert.ok(isIn(await look([at(3000, 100), at(9e8, 100)]), at(9e8, 100)));
  });

  it("leaves those alone who went somewhere meanwhile", async () => {
    assert.equal((await look([at(3000, 100)], { moveBy: 10 })).x, -210);
  });
});
