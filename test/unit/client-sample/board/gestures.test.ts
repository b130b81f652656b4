import assert from "node:assert/strict";
import { Gestures, type PointerSample } from "../../../../client-sample/src/board/input/gestures.ts";
import type { Tool } from "../../../../client-sample/src/board/tools/tool.ts";
import type { Camera, Point } from "../../../../client-sample/src/board/words.ts";
import { manualClock } from "../../../../src/clock/clock.ts";

/** A tool and a camera that note what they are told. */
function stage() {
  const told: string[] = [];
  const clock = manualClock();
  const note = (what: string) => (): void => void told.push(what);
  const tool: Tool = {
    down: () => ({ move: note("move"), up: note("up"), cancel: note("cancel") }),
    cursorAt: () => "x",
    doubleTap: note("double"),
  };
  const camera = {
    zoom: 1,
    toBoard: (point: Point) => point,
    panBy: (dx: number, dy: number) => void told.push(`pan ${dx} ${dy}`),
    zoomAt: (_: Point, factor: number) => void told.push(`zoom ${factor}`),
  } as unknown as Camera; // gestures need no more of it
  const names: string[] = [];
  const gestures = new Gestures({
    camera,
    clock,
    tool: (name) => {
      if (name) names.push(name);
      return tool;
    },
  });
  return { gestures, told, clock, names };
}

function at(x: number, more: Partial<PointerSample> = {}): PointerSample {
  return { id: 1, device: "touch", screen: { x, y: 0 }, pressure: 0.5, isShift: false, isAlt: false, ...more };
}

describe("gestures", () => {
  it("gives one finger to the tool", () => {
    const { gestures, told } = stage();

    gestures.down(at(0));
    gestures.move([at(20)]);
    gestures.up(at(20));

    assert.deepEqual(told, ["move", "up"]);
  });

  it("pinches with a second finger that comes soon, and leaves nothing of the first", () => {
    const { gestures, told, clock } = stage();

    gestures.down(at(0));
    gestures.move([at(20)]);
    clock.advance(100);
    gestures.down(at(120, { id: 2 }));
    gestures.move([at(220, { id: 2 })]);

    assert.deepEqual(told, ["move", "cancel", "pan 50 0", "zoom 2"]);
  });

  it("goes on drawing where a second finger comes late", () => {
    const { gestures, told, clock } = stage();

    gestures.down(at(0));
    gestures.move([at(20)]);
    clock.advance(200);
    gestures.down(at(120, { id: 2 }));
    gestures.move([at(30)]);
    gestures.up(at(30));

    assert.deepEqual(told, ["move", "move", "up"]);
  });

  it("pinches with a late second finger where the first has not moved", () => {
    const { gestures, told, clock } = stage();

    gestures.down(at(0));
    clock.advance(500);
    gestures.down(at(120, { id: 2 }));

    assert.deepEqual(told, ["cancel"]);
  });

  it("moves on with the finger that is left of two, and draws nothing", () => {
    const { gestures, told } = stage();

    gestures.down(at(0));
    gestures.down(at(100, { id: 2 }));
    gestures.up(at(100, { id: 2 }));
    gestures.move([at(10)]);
    gestures.up(at(10));

    assert.deepEqual(told, ["cancel", "pan 10 0"]);
  });

  it("does not jump where a second finger comes back", () => {
    const { gestures, told } = stage();

    gestures.down(at(0));
    gestures.down(at(100, { id: 2 }));
    gestures.up(at(100, { id: 2 }));
    gestures.down(at(300, { id: 3 }));
    gestures.move([at(310, { id: 3 })]);

    assert.deepEqual(told.slice(0, 2), ["cancel", "pan 5 0"]);
  });

  it("takes what touches the glass while a pen writes for the palm", () => {
    const { gestures, told } = stage();

    gestures.down(at(0, { id: 9, device: "pen" }));
    gestures.down(at(50));
    gestures.move([at(90)]);
    gestures.move([at(20, { id: 9, device: "pen" })]);

    assert.deepEqual(told, ["move"]);
  });

  it("lets a finger move the board after a pen was used, and draw again later", () => {
    const { gestures, told, clock } = stage();
    gestures.down(at(0, { id: 9, device: "pen" }));
    gestures.up(at(0, { id: 9, device: "pen" }));

    gestures.down(at(0));
    gestures.move([at(20)]);
    gestures.up(at(20));
    clock.advance(60_000);
    gestures.down(at(0));
    gestures.move([at(20)]);

    assert.deepEqual(told, ["up", "pan 20 0", "move"]);
  });

  it("cancels a finger's stroke where the pen comes down", () => {
    const { gestures, told } = stage();

    gestures.down(at(0));
    gestures.down(at(50, { id: 9, device: "pen" }));
    gestures.up(at(50, { id: 9, device: "pen" }));

    assert.deepEqual(told, ["cancel", "up"]);
  });

  it("keeps what a mouse drew until it was lost", () => {
    const { gestures, told } = stage();

    gestures.down(at(0, { device: "mouse" }));
    gestures.lose(1);

    assert.deepEqual(told, ["up"]);
  });

  it("throws away what a finger drew that was taken for a palm", () => {
    const { gestures, told } = stage();

    gestures.down(at(0));
    gestures.lose(1);

    assert.deepEqual(told, ["cancel"]);
  });

  it("tells two quick taps as a double tap, once", () => {
    const { gestures, told } = stage();

    for (let tap = 0; tap < 3; tap++) {
      gestures.down(at(0));
      gestures.up(at(0));
    }

    assert.deepEqual(told, ["up", "up", "double", "up"]);
  });

  it("does not take two drags for a double tap", () => {
    const { gestures, told } = stage();

    for (let drag = 0; drag < 2; drag++) {
      gestures.down(at(0));
      gestures.up(at(100));
    }

    assert.deepEqual(told, ["up", "up"]);
  });

  it("takes the eraser for the other end of a pen", () => {
    const { gestures, names } = stage();

    gestures.down(at(0, { device: "pen" }), "erase");

    assert.deepEqual(names, ["eraser"]);
  });

  it("says whether there was anything to cancel", () => {
    const { gestures, told } = stage();
    gestures.down(at(0));

    assert.equal(gestures.cancel(), true);
    assert.equal(gestures.cancel(), false);
    assert.deepEqual(told, ["cancel"]);
  });
});
