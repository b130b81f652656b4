import type { BoardCanvas } from "../canvas/board-canvas.ts";
import { openTextEditor, type TextEditor, type TextEditorOptions } from "./text-editor.ts";

/** The text that is open for writing, one at a time; the picture leaves its words out. */
export class Writing {
  readonly #options: Omit<TextEditorOptions, "id" | "onClose">;
  readonly #picture: Pick<BoardCanvas, "writing">;
  #editor: TextEditor | undefined;

  constructor(options: Omit<TextEditorOptions, "id" | "onClose">, picture: Pick<BoardCanvas, "writing">) {
    this.#options = options;
    this.#picture = picture;
  }

  /** Opens the text of a shape, and ends what is written elsewhere. */
  open(id: string): void {
    this.close();
    const onClose = (): void => {
      this.#editor = undefined;
      this.#picture.writing = undefined;
    };
    this.#editor = openTextEditor({ ...this.#options, id, onClose });
    this.#picture.writing = this.#editor && id;
  }

  /** Ends writing, if anything is being written. */
  close(): void {
    this.#editor?.close();
  }
}
