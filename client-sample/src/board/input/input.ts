/** The hands of the person on the board: mouse, fingers, pen, wheel and keys. */
import type { BoardEditor } from "../editor/editor.ts";
import { centreOf } from "../model/geometry.ts";
import { makeTools } from "../tools/tools.ts";
import type { Point } from "../words.ts";
import { Gestures } from "./gestures.ts";
import { Keyboard } from "./keyboard.ts";
import { Pointers } from "./pointers.ts";

/** What the input works on. */
export interface InputParts {
  readonly editor: BoardEditor;
  /** What the board is drawn on. */
  readonly canvas: HTMLElement;
  /** Tells those who do not see the board. */
  readonly announce: (text: string) => void;
}

/** The hands, once they are on the board. */
export interface Input {
  /** Where on the board something goes that comes without a place: under the mouse, else in the middle of the view. */
  place(): Point;
  close(): void;
}

/** Lets a person work on a board. */
export function openInput({ editor, canvas, announce }: InputParts): Input {
  const tools = makeTools(editor);
  const { camera, clock } = editor;
  const gestures = new Gestures({ camera, clock, tool: (name = editor.tool) => tools[name] });
  const keyboard = new Keyboard({
    desk: editor,
    gestures,
    canvas,
    announce,
    onPanning: () => pointers.refreshCursor(),
  });
  const pointers = new Pointers({ gestures, camera, canvas, isPanning: () => keyboard.isPanning });
  const stop = editor.onChange(() => pointers.refreshCursor());
  return {
    place: () => (pointers.hover ? camera.toBoard(pointers.hover) : centreOf(camera.view)),
    close: () => {
      stop();
      gestures.finish();
      keyboard.close();
      pointers.close();
    },
  };
}
