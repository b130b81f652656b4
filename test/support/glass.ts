import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { Point } from "../../client-sample/src/board/words.ts";
import { type BoardPage, between, type Place } from "./board-page.ts";

/** A glass that is touched with fingers and a pen. Places are those of the board, unless they are said to be of the screen. */
export class Glass {
  readonly #board: BoardPage;

  constructor(board: BoardPage) {
    this.#board = board;
  }

  /** Puts a finger down, moves it through the places and lifts it. */
  async drag(places: readonly Place[], steps = 6): Promise<void> {
    const [start, ...way] = between(await this.#board.screen(places), steps);
    if (!start) return;
    await this.#touch("touchStart", [start]);
    for (const at of way) await this.#touch("touchMove", [at]);
    await this.#touch("touchEnd", []);
  }

  /** Taps a place. */
  async tap(place: Place): Promise<void> {
    await this.drag([place]);
  }

  /** Taps a control of the page. */
  async tapOn(control: Locator): Promise<void> {
    await control.waitFor();
    const box = await control.boundingBox();
    assert.ok(box, "the control can be seen");
    await this.#touch("touchStart", [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]);
    await this.#touch("touchEnd", []);
  }

  /** Puts a finger down and leaves it there; resolves with what lifts it. */
  async press(place: Place): Promise<() => Promise<void>> {
    const places = await this.#board.screen([place]);
    await this.#touch("touchStart", places);
    return () => this.#touch("touchEnd", []);
  }

  /** Moves two fingers at once, each straight, on the screen. */
  async pinch(one: readonly [Point, Point], other: readonly [Point, Point], steps = 8): Promise<void> {
    const [first, second] = [between(one, steps), between(other, steps)];
    const [a, b] = [first[0], second[0]];
    if (!a || !b) return;
    await this.#touch("touchStart", [a]);
    await this.#touch("touchStart", [a, b]);
    for (const [n, at] of first.entries()) await this.#touch("touchMove", [at, second[n] ?? at]);
    await this.#touch("touchEnd", []);
  }

  /** Draws with a pen that presses as it is told at each place, from 0 to 1. */
  async draw(places: readonly Place[], pressures: readonly number[]): Promise<void> {
    const points = await this.#board.screen(places);
    const pen = { pointerType: "pen", button: "left", buttons: 1, clickCount: 1 } as const;
    const [start, last] = [points[0], points.at(-1)];
    if (!start || !last) return;
    const { cdp } = this.#board;
    await cdp.send("Input.dispatchMouseEvent", { ...pen, ...start, type: "mousePressed", force: pressures[0] ?? 0.5 });
    for (const [n, at] of points.entries()) {
      await cdp.send("Input.dispatchMouseEvent", { ...pen, ...at, type: "mouseMoved", force: pressures[n] ?? 0.5 });
    }
    await cdp.send("Input.dispatchMouseEvent", { ...pen, ...last, type: "mouseReleased", buttons: 0 });
  }

  async #touch(type: "touchStart" | "touchMove" | "touchEnd", points: readonly Point[]): Promise<void> {
    const touchPoints = points.map(({ x, y }, id) => ({ x, y, id }));
    await this.#board.cdp.send("Input.dispatchTouchEvent", { type, touchPoints });
  }
}
