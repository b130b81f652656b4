import type { Camera } from "../words.ts";
import type { Gesture, PointerAt, Tool } from "./tool.ts";

/** Drags the board. */
export function handTool({ camera }: { readonly camera: Camera }): Tool {
  return { down: (at) => new PanGesture(camera, at), cursorAt: () => "grab" };
}

/** The place of the board under the hand stays there. */
export class PanGesture implements Gesture {
  readonly #camera: Camera;
  #last: PointerAt;

  constructor(camera: Camera, at: PointerAt) {
    this.#camera = camera;
    this.#last = at;
  }

  move(path: readonly PointerAt[]): void {
    const at = path.at(-1) ?? this.#last;
    this.#camera.panBy(at.screen.x - this.#last.screen.x, at.screen.y - this.#last.screen.y);
    this.#last = at;
  }

  up(): void {}

  cancel(): void {}
}
