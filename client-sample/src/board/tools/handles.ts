import { boundsOf, type Turned, turned, unionOf } from "../model/geometry.ts";
import { pointsOf } from "../model/item.ts";
import type { Camera, Item, Point } from "../words.ts";

/** By what a selection is resized: the side or corner, -1 to the left or top, 1 to the right or bottom, 0 in the middle. */
export interface Grip {
  readonly t: "grip";
  readonly x: -1 | 0 | 1;
  readonly y: -1 | 0 | 1;
}

/** By what a selection is turned, or one of the ends of a line. */
export type HandleKind = Grip | { readonly t: "rotate" } | { readonly t: "end"; readonly end: 0 | 1 };

/** Something that is taken hold of to change what is selected. */
export interface Handle {
  readonly kind: HandleKind;
  /** On the screen. */
  readonly at: Point;
  /** In CSS. */
  readonly cursor: string;
}

/** How far outside of the frame of the selection its handles are, in pixels of the screen. */
export const FRAME_MARGIN = 6;
/** How far above the frame the handle is that turns it, in pixels of the screen. */
const ROTATE_DISTANCE = 28;
/** Sides shorter than this have no handle of their own: the corners would not be free of it. In pixels of the screen. */
const MIN_SIDE = 48;

/** The rectangle around what is selected: that of a single shape is turned with it. Undefined for nothing. */
export function frameOf(items: readonly Item[]): Turned | undefined {
  const [first] = items;
  if (first && items.length === 1) return { ...first.pos, ...first.size };
  const box = unionOf(items.map(({ pos, size }) => boundsOf({ ...pos, ...size })));
  return box && { x: box.x + box.w / 2, y: box.y + box.h / 2, w: box.w, h: box.h, r: 0 };
}

/** The handles of what is selected. Those that come first are meant where they overlap. */
export function handlesOf(items: readonly Item[], camera: Pick<Camera, "toScreen" | "zoom">): readonly Handle[] {
  const frame = frameOf(items);
  if (!frame || items.some(({ isLocked }) => isLocked)) return [];
  const [first] = items;
  if (first && items.length === 1 && isLine(first)) return endHandles(first, camera);
  const at = placer(frame, camera);
  return [
    rotateHandle(at),
    ...GRIPS.filter((grip) => isShown(grip, frame, camera.zoom)).map((grip) => gripHandle(grip, frame, at)),
  ];
}

/** The handle at a place of the screen, nearest first. */
export function handleAt(handles: readonly Handle[], screen: Point, reach: number): Handle | undefined {
  const distance = ({ at }: Handle): number => Math.hypot(at.x - screen.x, at.y - screen.y);
  const [nearest] = [...handles].sort((one, other) => distance(one) - distance(other));
  return nearest && distance(nearest) <= reach ? nearest : undefined;
}

/** Both ends of a line or an arrow, on the board. */
export function endsOf(item: Item): readonly [Point, Point] {
  const points = pointsOf(item);
  const end = (n: number): Point => {
    const local = { x: ((points[n] ?? 0.5) - 0.5) * item.size.w, y: ((points[n + 1] ?? 0.5) - 0.5) * item.size.h };
    const { x, y } = turned(local, item.pos.r);
    return { x: item.pos.x + x, y: item.pos.y + y };
  };
  return [end(0), end(Math.max(0, points.length - 3))];
}

const GRIPS: readonly Grip[] = [
  { t: "grip", x: -1, y: -1 },
  { t: "grip", x: 1, y: -1 },
  { t: "grip", x: 1, y: 1 },
  { t: "grip", x: -1, y: 1 },
  { t: "grip", x: 0, y: -1 },
  { t: "grip", x: 1, y: 0 },
  { t: "grip", x: 0, y: 1 },
  { t: "grip", x: -1, y: 0 },
];

/** Where on the screen a part of the frame is, and so many pixels further out. */
type Placer = (x: number, y: number, beyond: Point) => Point;

function placer(frame: Turned, camera: Pick<Camera, "toScreen" | "zoom">): Placer {
  return (x, y, beyond) => {
    const local = {
      x: (x * frame.w) / 2 + beyond.x / camera.zoom,
      y: (y * frame.h) / 2 + beyond.y / camera.zoom,
    };
    const { x: dx, y: dy } = turned(local, frame.r);
    return camera.toScreen({ x: frame.x + dx, y: frame.y + dy });
  };
}

function rotateHandle(at: Placer): Handle {
  return { kind: { t: "rotate" }, at: at(0, -1, { x: 0, y: -ROTATE_DISTANCE }), cursor: "grab" };
}

function gripHandle(kind: Grip, frame: Turned, at: Placer): Handle {
  const { x, y } = kind;
  return { kind, at: at(x, y, { x: x * FRAME_MARGIN, y: y * FRAME_MARGIN }), cursor: gripCursor(kind, frame.r) };
}

function isShown({ x, y }: Grip, { w, h }: Turned, zoom: number): boolean {
  if (x !== 0 && y !== 0) return w > 0 && h > 0;
  const [length, along] = x === 0 ? [w, h] : [h, w];
  return along > 0 && length * zoom >= MIN_SIDE;
}

function endHandles(item: Item, camera: Pick<Camera, "toScreen">): readonly Handle[] {
  const [start, end] = endsOf(item);
  return [
    { kind: { t: "end", end: 0 }, at: camera.toScreen(start), cursor: "crosshair" },
    { kind: { t: "end", end: 1 }, at: camera.toScreen(end), cursor: "crosshair" },
  ];
}

function isLine({ kind }: Item): boolean {
  return kind === "line" || kind === "arrow";
}

/** By eighths of a turn, from the right downwards; the opposite is the same. */
const CURSORS = ["ew-resize", "nwse-resize", "ns-resize", "nesw-resize"] as const;

function gripCursor({ x, y }: Grip, r: number): string {
  const eighths = Math.round((Math.atan2(y, x) + r) / (Math.PI / 4));
  return CURSORS[((eighths % 4) + 4) % 4] ?? "move";
}
