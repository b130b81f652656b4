import { boundsOf, centreOf } from "./model/geometry.ts";
import type { BoardSession } from "./session/board-session.ts";
import type { Camera, Scene } from "./words.ts";

/** What a first look needs. */
export interface FirstLookParts {
  readonly session: Pick<BoardSession, "document" | "onChange">;
  readonly scene: Pick<Scene, "all" | "in" | "bounds">;
  readonly camera: Pick<Camera, "view" | "zoom" | "show">;
}

/** When the board has come and nothing of it is seen, since all of it lies elsewhere, it is brought into view. */
export function openFirstLook({ session, scene, camera }: FirstLookParts): void {
  const stop = session.onChange(() => {
    if (!session.document.isLive) return;
    stop();
    queueMicrotask(() => {
      if (hasNotMoved(camera)) showSomething(scene, camera);
    }); // the scene hears of the shapes after the session
  });
}

function hasNotMoved({ view, zoom }: FirstLookParts["camera"]): boolean {
  const { x, y } = centreOf(view);
  return zoom === 1 && x === 0 && y === 0;
}

/** Everything; or, where that is too far apart to be seen at once, the topmost shape. */
function showSomething(scene: FirstLookParts["scene"], camera: FirstLookParts["camera"]): void {
  const isNothingSeen = (): boolean => scene.in(camera.view).length === 0;
  if (scene.bounds && isNothingSeen()) camera.show(scene.bounds, { isInstant: true });
  const topmost = scene.all().at(-1);
  if (topmost && isNothingSeen()) camera.show(boundsOf({ ...topmost.pos, ...topmost.size }), { isInstant: true });
}
