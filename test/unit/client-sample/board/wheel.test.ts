import assert from "node:assert/strict";
import { type WheelTurn, wheelAction } from "../../../../client-sample/src/board/input/wheel.ts";

const TURN: WheelTurn = { deltaX: 0, deltaY: 100, deltaMode: 0, ctrlKey: false, metaKey: false, shiftKey: false };

describe("the wheel", () => {
  it("moves what is seen", () => {
    assert.deepEqual(wheelAction({ ...TURN, deltaX: 5 }), { t: "pan", by: { x: -5, y: -100 } });
  });

  it("moves to the side with shift", () => {
    assert.deepEqual(wheelAction({ ...TURN, shiftKey: true }), { t: "pan", by: { x: -100, y: 0 } });
  });

  it("counts lines where the browser does", () => {
    assert.deepEqual(wheelAction({ ...TURN, deltaY: 3, deltaMode: 1 }), { t: "pan", by: { x: 0, y: -60 } });
  });

  it("zooms in with Ctrl and out again by as much", () => {
    const zoomIn = wheelAction({ ...TURN, deltaY: -10, ctrlKey: true });
    const zoomOut = wheelAction({ ...TURN, deltaY: 10, ctrlKey: true });

    assert.ok(zoomIn.t === "zoom" && zoomOut.t === "zoom");
    assert.ok(zoomIn.factor > 1 && Math.abs(zoomIn.factor * zoomOut.factor - 1) < 1e-12);
  });

  it("zooms by a notch no further than a person follows", () => {
    const action = wheelAction({ ...TURN, deltaY: -10_000, metaKey: true });

    assert.ok(action.t === "zoom" && action.factor < 1.4);
  });
});
