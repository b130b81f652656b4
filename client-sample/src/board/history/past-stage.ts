import type { BoardRecord } from "../../../../rooms/whiteboard/rules/board.ts";
import type { RecordReader } from "../../../../src/client/client.ts";
import type { BoardCanvas } from "../canvas/board-canvas.ts";
import type { Glass } from "../canvas/selection.ts";
import { furnitureOf } from "../model/palette.ts";
import type { BoardScene } from "../scene/scene.ts";
import type { Past } from "./words.ts";

/** What it takes to show the past. */
export interface PastStageParts {
  readonly scene: BoardScene;
  readonly picture: Pick<BoardCanvas, "onPaint" | "repaint">;
  /** The past is shown now, or the present again. */
  readonly onChange: () => void;
}

/** More frames than this would hide what they mark. */
const MAX_MARKS = 200;
/** Between a shape and its mark, in pixels of the screen. */
const MARGIN = 6;

/** The board as it was, in the place of the board as it is. */
export class PastStage implements Past {
  readonly #parts: PastStageParts;
  #isShown = false;
  #marked: readonly string[] = [];

  constructor(parts: PastStageParts) {
    this.#parts = parts;
    parts.picture.onPaint((glass) => this.#paint(glass));
  }

  /** Whether it is the past that is seen. */
  get isShown(): boolean {
    return this.#isShown;
  }

  show(records: RecordReader<BoardRecord> | undefined): void {
    const wasShown = this.#isShown;
    this.#isShown = records !== undefined;
    this.#parts.scene.showing(records);
    if (wasShown !== this.#isShown) this.#parts.onChange();
  }

  mark(ids: readonly string[]): void {
    if (ids.length === 0 && this.#marked.length === 0) return;
    this.#marked = ids.slice(0, MAX_MARKS);
    this.#parts.picture.repaint();
  }

  #paint({ ink, camera, theme }: Glass): void {
    if (this.#marked.length === 0) return;
    ink.strokeStyle = furnitureOf(theme).accent;
    ink.lineWidth = 2;
    for (const { bounds } of this.#marked.flatMap((id) => this.#parts.scene.get(id) ?? [])) {
      const { x, y } = camera.toScreen(bounds);
      const [w, h] = [bounds.w * camera.zoom, bounds.h * camera.zoom];
      ink.beginPath();
      ink.roundRect(x - MARGIN, y - MARGIN, w + 2 * MARGIN, h + 2 * MARGIN, MARGIN);
      ink.stroke();
    }
  }
}
