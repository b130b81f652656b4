import { centreOf } from "../model/geometry.ts";
import { isWritable } from "../text/metrics.ts";
import type { Desk } from "../tools/desk.ts";
import { placeShape } from "../tools/placing.ts";
import type { Gestures } from "./gestures.ts";
import { type KeyAction, keyAction } from "./keys.ts";
import { Nudging } from "./nudging.ts";
import { selectNext, spokenName } from "./shape-walk.ts";

/** What the keyboard works on. */
export interface KeyboardParts {
  readonly desk: Desk;
  readonly gestures: Gestures;
  /** What has the focus while somebody works on the board by keys. */
  readonly canvas: HTMLElement;
  /** Tells those who do not see the board. */
  readonly announce: (text: string) => void;
  /** The key that moves the board is held, or no more. */
  readonly onPanning: () => void;
}

/** Arrows move what is seen by so many pixels where nothing is selected. */
const PAN_PX = 40;

/** The keys of the board. While somebody writes in a field they are that field's. */
export class Keyboard {
  readonly #parts: KeyboardParts;
  readonly #isMac: boolean;
  readonly #nudging: Nudging;
  readonly #listening = new AbortController();
  #isPanning = false;
  /** After Escape, Tab leaves the board rather than going on through its shapes. */
  #isLeaving = false;

  constructor(parts: KeyboardParts) {
    this.#parts = parts;
    this.#isMac = /Mac|iPhone|iPad/.test(navigator.platform);
    this.#nudging = new Nudging(parts.desk);
    const { signal } = this.#listening;
    if (parts.canvas.tabIndex < 0) parts.canvas.tabIndex = 0;
    window.addEventListener("keydown", (event) => this.#press(event), { signal });
    window.addEventListener("keyup", (event) => this.#release(event), { signal });
    window.addEventListener("blur", () => this.#letGo(), { signal });
    parts.canvas.addEventListener("pointerdown", () => this.#nudging.rest(), { signal, capture: true });
    parts.canvas.addEventListener("focus", () => this.#enter(), { signal });
  }

  /** Whether the key is held that moves the board. */
  get isPanning(): boolean {
    return this.#isPanning;
  }

  /** Listens no more. */
  close(): void {
    this.#nudging.rest();
    this.#listening.abort();
  }

  #press(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented || isOfField(event)) return;
    this.#modify(event);
    if (event.key === " " && !isOfControl(event)) {
      event.preventDefault(); // it would scroll
      this.#pan(true);
      return;
    }
    const action = keyAction(event, this.#isMac);
    if (!action || !this.#isMeant(action, event)) return;
    if (action.t !== "nudge") this.#nudging.rest();
    if (this.#do(action)) event.preventDefault();
  }

  #release(event: KeyboardEvent): void {
    this.#modify(event);
    if (event.key === " ") this.#pan(false);
  }

  #letGo(): void {
    this.#pan(false);
    this.#nudging.rest();
  }

  #enter(): void {
    this.#isLeaving = false;
  }

  #modify({ key, shiftKey, altKey }: KeyboardEvent): void {
    if (key === "Shift" || key === "Alt") this.#parts.gestures.modify({ isShift: shiftKey, isAlt: altKey });
  }

  #pan(isPanning: boolean): void {
    if (this.#isPanning === isPanning) return;
    this.#isPanning = isPanning;
    this.#parts.onPanning();
  }

  /** What a control with the focus does with a key is its own; shapes are walked through only from the board. */
  #isMeant({ t }: KeyAction, event: KeyboardEvent): boolean {
    if (t === "step") return event.target === this.#parts.canvas;
    return (t !== "enter" && t !== "nudge") || !isOfControl(event);
  }

  /** Does it, and says whether the browser is to do nothing then. */
  #do(action: KeyAction): boolean {
    const { desk } = this.#parts;
    switch (action.t) {
      case "command":
        desk.run(action.command);
        return true;
      case "tool":
        desk.setTool(action.tool);
        return true;
      case "nudge":
        if (desk.selection.length > 0) this.#nudging.nudge(action.by);
        else desk.camera.panBy(-action.by.x * PAN_PX, -action.by.y * PAN_PX);
        return true;
      case "toggleLock":
        desk.run(desk.selection.some((id) => desk.resting(id)?.isLocked) ? "unlock" : "lock");
        return true;
      case "escape":
        return this.#escape();
      case "enter":
        return this.#confirm();
      case "step":
        return this.#step(action.direction);
      default:
        return action satisfies never;
    }
  }

  #escape(): boolean {
    const { desk, gestures } = this.#parts;
    if (gestures.cancel()) return true;
    this.#isLeaving = true;
    if (desk.run("deselect")) return true;
    const isOther = desk.tool !== "select";
    if (isOther) desk.setTool("select");
    return isOther;
  }

  /** Enter places what the tool makes, or opens the text of what is selected. */
  #confirm(): boolean {
    const { desk, announce } = this.#parts;
    if (placeShape(desk, centreOf(desk.camera.view))) {
      const item = desk.resting(desk.selection[0] ?? "");
      if (item) announce(`${spokenName(item)} placed in the middle of the view.`);
      return true;
    }
    const [id] = desk.selection;
    if (id === undefined || desk.selection.length > 1 || !desk.canEdit) return false;
    if (desk.changeable([id]).some(({ kind }) => isWritable(kind))) desk.editText(id);
    return true;
  }

  #step(direction: 1 | -1): boolean {
    const told = this.#isLeaving ? undefined : selectNext(this.#parts.desk, direction);
    this.#isLeaving = false;
    if (told !== undefined) this.#parts.announce(told);
    return told !== undefined;
  }
}

function isOfField({ target }: Event): boolean {
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, [contenteditable], [role=dialog], dialog") !== null
  );
}

function isOfControl({ target }: Event): boolean {
  return (
    target instanceof Element && target.closest("button, a, summary, [role^=menu], [role=slider], [role=tab]") !== null
  );
}
