import { plainDelta, plainText } from "../text/delta.ts";
import type { Editor, Item } from "../words.ts";

/** Much of a long text is told when it is opened. */
const MAX_WORDS_LENGTH = 80;

const NAMES: Readonly<Record<Item["kind"], string>> = {
  stroke: "Drawing",
  rect: "Rectangle",
  ellipse: "Ellipse",
  line: "Line",
  arrow: "Arrow",
  note: "Note",
  text: "Text",
  image: "Picture",
  unknown: "Shape",
};

/**
 * Selects the next shape, or the one before, in the order from bottom to top, and brings it into view.
 *
 * @returns what there is to tell of it; undefined after the last and before the first, where the focus is to go on
 */
export function selectNext(editor: Editor, direction: 1 | -1): string | undefined {
  const { scene, selection, camera } = editor;
  const all = scene.all();
  const first = direction === 1 ? 0 : all.length - 1;
  const now = all.findIndex(({ id }) => id === selection.at(direction === 1 ? -1 : 0));
  const next = all[now < 0 ? first : now + direction];
  if (!next) return undefined;
  editor.select([next.id]);
  const { x, y, w, h } = camera.view;
  const { bounds } = next;
  const isSeen = bounds.x >= x && bounds.y >= y && bounds.x + bounds.w <= x + w && bounds.y + bounds.h <= y + h;
  if (!isSeen) camera.show(bounds, { maxZoom: camera.zoom });
  return `${spokenName(next)}, ${now < 0 ? first + 1 : now + direction + 1} of ${all.length}`;
}

/** What a shape is called, and what is written in it. */
export function spokenName({ kind, shape, isLocked }: Item): string {
  const words = plainText(plainDelta(shape)).trim().replaceAll(/\s+/g, " ").slice(0, MAX_WORDS_LENGTH);
  return `${isLocked ? "Locked " : ""}${isLocked ? NAMES[kind].toLowerCase() : NAMES[kind]}${words ? `: ${words}` : ""}`;
}
