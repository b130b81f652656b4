import type { Connection } from "../../../../src/client/client.ts";
import type { Editor, EphemeralByKey, Point } from "../words.ts";

const MAX_SELECTED = 50;

/**
 * Shows the others where this visitor points, what they look at and what they have selected. The library sends it as often as the room
 * passes it on, the latest each time.
 *
 * @param stage the element under which the board lies; places on the screen are of its top left
 */
export function showPresence({ ephemeral }: Pick<Connection, "ephemeral">, editor: Editor, stage: HTMLElement): void {
  const set = <K extends keyof EphemeralByKey & string>(key: K, value: EphemeralByKey[K] | null): void =>
    ephemeral.set(key, value);
  let selected = "";

  const point = (event: PointerEvent): void => {
    const { left, top } = stage.getBoundingClientRect();
    const { x, y } = rounded(editor.camera.toBoard({ x: event.clientX - left, y: event.clientY - top }));
    set("cursor", { x, y, tool: editor.tool });
  };
  stage.addEventListener("pointermove", point, { passive: true });
  stage.addEventListener("pointerdown", point, { passive: true });
  stage.addEventListener("pointerleave", () => set("cursor", null));
  stage.addEventListener("pointerup", ({ pointerType }) => {
    if (pointerType === "touch") set("cursor", null); // a finger that is lifted points nowhere
  });

  const look = (): void => {
    const { x, y, w, h } = editor.camera.view;
    if (w > 0 && h > 0) set("view", { ...rounded({ x, y }), w: Math.ceil(w), h: Math.ceil(h) });
  };
  editor.camera.onChange(look);
  editor.onChange(() => {
    const ids = editor.selection.slice(0, MAX_SELECTED);
    if (ids.join() === selected) return;
    selected = ids.join();
    set("selection", ids.length > 0 ? ids : null);
  });
  look();
}

/** To a tenth of a unit: nobody sees more, and it is half as long. */
function rounded({ x, y }: Point): Point {
  return { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10 };
}
