import { newId } from "../model/new-id.ts";
import type { Point } from "../words.ts";
import { placedAt } from "./box.ts";
import type { Desk } from "./desk.ts";
import type { Gesture, PointerAt, Tool } from "./tool.ts";

/** All notes are of one size, as those of paper. */
const NOTE_SIZE = { w: 200, h: 200 };

/** Places a note where the hand is lifted, and opens its text. */
export function noteTool(desk: Desk): Tool {
  return { down: (at) => new NoteGesture(desk, at), cursorAt: () => "crosshair" };
}

/** Places a note with its middle there, and opens its text. */
export function placeNote(desk: Desk, middle: Point): void {
  const id = newId();
  desk.push([{ t: "create", id, type: "note", g: { ...placedAt(middle, NOTE_SIZE), ...desk.groupsFor("note") } }]);
  desk.setTool("select");
  desk.select([id]);
  desk.editText(id);
}

/** The note hangs at the hand until that is lifted. */
class NoteGesture implements Gesture {
  readonly #desk: Desk;
  readonly #id = newId();

  constructor(desk: Desk, at: PointerAt) {
    this.#desk = desk;
    this.#show(at.board);
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1);
    if (at) this.#show(at.board);
  }

  up(at: PointerAt): void {
    this.#desk.drafts.end();
    placeNote(this.#desk, at.board);
  }

  cancel(): void {
    this.#desk.drafts.cancel();
  }

  #show(middle: Point): void {
    const { style } = this.#desk.groupsFor("note");
    this.#desk.drafts.show({ t: "shape", id: this.#id, type: "note", g: { ...placedAt(middle, NOTE_SIZE), style } });
  }
}
