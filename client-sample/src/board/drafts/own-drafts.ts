import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Clock } from "../../../../src/client/client.ts";
import type { Draft, Scene, Stop } from "../words.ts";

/** Where drafts go out: of the connection's ephemeral values what is needed here. */
export interface EphemeralOut {
  set(key: string, value: unknown): void;
}

/** A stroke that is being drawn: `x, y, pressure` of each point in a row. */
export interface InkStroke {
  readonly id: string;
  readonly style: BoardGroups["style"];
  readonly points: readonly number[];
}

/** A point has three numbers; 100 points are less than the 4 kB that a value may have. */
const INK_PART_NUMBERS = 300;
/** A person may have 32 values; the others are for the cursor and the like. */
const MAX_INK_PARTS = 20;
/** Of ids in one value, which leaves room for the rest of it. */
const MAX_ID_BYTES = 3000;

/** The others see the end of a gesture before they are told that it is over. */
const REST_MS = 200;

/** What this person is doing, shown here in the same frame and to the others a moment later, until it is pushed or given up. */
export class OwnDrafts {
  readonly #scene: Pick<Scene, "setDraft">;
  readonly #ephemeral: EphemeralOut;
  readonly #clock: Pick<Clock, "after">;
  /** How many numbers of the stroke each part had when it was given out. */
  readonly #inked: number[] = [];
  #isDrafting = false;
  #stopRest: Stop | undefined;

  constructor(scene: Pick<Scene, "setDraft">, ephemeral: EphemeralOut, clock: Pick<Clock, "after">) {
    this.#scene = scene;
    this.#ephemeral = ephemeral;
    this.#clock = clock;
  }

  /** Shows what is being done; `here` is for this page, where it differs. */
  show(draft: Draft, here: Draft = draft): void {
    if (this.#stopRest) this.#clear();
    this.#scene.setDraft("me", here);
    this.#ephemeral.set("draft", draft.t === "transform" ? { ...draft, ids: fitting(draft.ids) } : draft);
    this.#isDrafting = true;
  }

  /** Shows a stroke that is being drawn; the others get it in parts. */
  ink({ id, style, points }: InkStroke, draft: Draft): void {
    if (this.#stopRest) this.#clear();
    this.#scene.setDraft("me", draft);
    const parts = Math.min(MAX_INK_PARTS, Math.ceil(points.length / INK_PART_NUMBERS));
    for (let part = Math.max(0, this.#inked.length - 1); part < parts; part++) {
      const some = points.slice(part * INK_PART_NUMBERS, (part + 1) * INK_PART_NUMBERS);
      if (this.#inked[part] !== some.length) this.#ephemeral.set(`ink:${part}`, { id, style, points: some });
      this.#inked[part] = some.length;
    }
  }

  /** It was pushed: here that is seen at once, and by the others in a moment. */
  end(): void {
    this.#scene.setDraft("me", undefined);
    this.#stopRest ??= this.#clock.after(REST_MS, () => this.#clear());
  }

  /** Nothing comes of it. */
  cancel(): void {
    this.#scene.setDraft("me", undefined);
    this.#clear();
  }

  #clear(): void {
    this.#stopRest?.();
    this.#stopRest = undefined;
    if (this.#isDrafting) this.#ephemeral.set("draft", null);
    for (let part = 0; part < this.#inked.length; part++) this.#ephemeral.set(`ink:${part}`, null);
    this.#isDrafting = false;
    this.#inked.length = 0;
  }
}

/** As many ids as fit into a value. */
function fitting(ids: readonly string[]): readonly string[] {
  let bytes = 0;
  return ids.filter((id) => {
    bytes += id.length + 2;
    return bytes <= MAX_ID_BYTES;
  });
}
