import type { Stop } from "../../../../src/client/client.ts";
import type { Desk } from "../tools/desk.ts";
import { Transforming } from "../tools/transforming.ts";
import type { Point } from "../words.ts";

/** Arrows that are pressed within this time are one movement. */
const REST_MS = 500;

/** Moves what is selected by keys: shown at once, pushed when the keys rest, so that it is one step of undo. */
export class Nudging {
  readonly #desk: Desk;
  #moving: Transforming | undefined;
  #selection: readonly string[] = [];
  #by: Point = { x: 0, y: 0 };
  #stopTimer: Stop = () => {};

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Moves what is selected. */
  nudge(by: Point): void {
    const desk = this.#desk;
    if (this.#selection !== desk.selection) this.rest();
    if (!this.#moving) {
      const items = desk.canEdit ? desk.changeable(desk.selection) : [];
      if (items.length === 0) return;
      this.#moving = new Transforming(desk, items);
      this.#selection = desk.selection;
    }
    this.#by = { x: this.#by.x + by.x, y: this.#by.y + by.y };
    this.#moving.show({ t: "move", dx: this.#by.x, dy: this.#by.y });
    this.#stopTimer();
    this.#stopTimer = desk.clock.after(REST_MS, () => this.rest());
  }

  /** What was moved until now is pushed: something else is about to happen. */
  rest(): void {
    this.#stopTimer();
    this.#moving?.end();
    this.#moving = undefined;
    this.#by = { x: 0, y: 0 };
  }
}
