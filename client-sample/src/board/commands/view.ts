import { boundsOf, centreOf, unionOf } from "../model/geometry.ts";
import type { Editor, Point } from "../words.ts";

/** A step of zooming by key or button. */
const STEP = Math.SQRT2;
/** A small selection is shown larger than it is, but not beyond recognition. */
const MAX_ZOOM_OF_SELECTION = 2;

/** Zooms in or out by a step, about the middle of the view. */
export function zoomStep({ camera }: Editor, direction: "in" | "out"): boolean {
  camera.zoomAt(middleOfScreen(camera), direction === "in" ? STEP : 1 / STEP);
  return true;
}

/** Shows everything in its own size, about the middle of the view. */
export function zoomReset({ camera }: Editor): boolean {
  camera.zoomAt(middleOfScreen(camera), 1 / camera.zoom);
  return true;
}

/** Shows all shapes. */
export function zoomToFit({ camera, scene }: Editor): boolean {
  const { bounds } = scene;
  if (bounds) camera.show(bounds);
  return bounds !== undefined;
}

/** Shows what is selected. */
export function zoomToSelection({ camera, scene, selection }: Editor): boolean {
  const items = selection.map((id) => scene.get(id)).filter((item) => item !== undefined);
  const box = unionOf(items.map(({ pos, size }) => boundsOf({ ...pos, ...size })));
  if (box) camera.show(box, { maxZoom: MAX_ZOOM_OF_SELECTION });
  return box !== undefined;
}

function middleOfScreen(camera: Editor["camera"]): Point {
  return camera.toScreen(centreOf(camera.view));
}
