import { element, setText } from "../../ui/dom.ts";
import type { Editor } from "../words.ts";
import { Menu } from "./menu.ts";

const LEVELS = [0.25, 0.5, 1, 2, 4] as const;

/** Shows how large the board is seen, and changes that. */
export function openZoomControl(editor: Editor): void {
  const { camera } = editor;
  const level = element("zoom-menu", HTMLButtonElement);
  const show = (): void => {
    const text = `${Math.round(camera.zoom * 100)}%`;
    setText(level, text);
    level.setAttribute("aria-label", `Zoom: ${text}`);
  };
  const zoomTo = (zoom: number): void => {
    const middle = camera.toScreen({ x: camera.view.x + camera.view.w / 2, y: camera.view.y + camera.view.h / 2 });
    camera.zoomAt(middle, zoom / camera.zoom);
  };
  element("zoom-in", HTMLButtonElement).addEventListener("click", () => editor.run("zoomIn"));
  element("zoom-out", HTMLButtonElement).addEventListener("click", () => editor.run("zoomOut"));
  new Menu("Zoom").openWith(level, () => [
    {
      label: "Show everything",
      keys: "Shift+1",
      onChoose: () => editor.run("zoomToFit"),
      isEnabled: editor.scene.count > 0,
    },
    {
      label: "Show the selection",
      keys: "Shift+2",
      onChoose: () => editor.run("zoomToSelection"),
      isEnabled: editor.selection.length > 0,
    },
    "line",
    ...LEVELS.map((zoom) => ({
      label: `${zoom * 100}%`,
      ...(zoom === 1 && { keys: "Mod+0" }),
      isChecked: Math.abs(camera.zoom - zoom) < zoom / 200,
      onChoose: () => zoomTo(zoom),
    })),
  ]);
  camera.onChange(show);
  show();
}
