import type { Camera, Point } from "../words.ts";

/** Fingers on the glass, by their ids. */
export type Fingers = ReadonlyMap<number, { readonly screen: Point }>;

/** Fingers closer together than this tell no distance, in pixels. */
const MIN_DISTANCE = 10;

/** Two fingers that move and zoom the board under them, or one that is left of them and moves it. */
export class Pinch {
  readonly #camera: Camera;
  #last: Grasp | undefined;

  constructor(camera: Camera, fingers: Fingers) {
    this.#camera = camera;
    this.#last = graspOf(fingers);
  }

  /** The fingers have moved. */
  move(fingers: Fingers): void {
    const now = graspOf(fingers);
    const last = this.#last;
    this.#last = now;
    if (!now || !last) return;
    this.#camera.panBy(now.middle.x - last.middle.x, now.middle.y - last.middle.y);
    const factor = now.distance / last.distance;
    if (factor !== 1) this.#camera.zoomAt(now.middle, factor);
  }
}

interface Grasp {
  readonly middle: Point;
  readonly distance: number;
}

/** Of the first two fingers; of more the others do not count. */
function graspOf(fingers: Fingers): Grasp | undefined {
  const [one, other] = [...fingers.values()].map(({ screen }) => screen);
  if (!one) return undefined;
  if (!other) return { middle: one, distance: MIN_DISTANCE };
  return {
    middle: { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 },
    distance: Math.max(MIN_DISTANCE, Math.hypot(one.x - other.x, one.y - other.y)),
  };
}
