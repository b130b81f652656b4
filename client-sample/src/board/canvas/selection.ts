import { cornersOf, type Turned } from "../model/geometry.ts";
import { type Furniture, furnitureOf, type Theme } from "../model/palette.ts";
import { FRAME_MARGIN, frameOf, type Handle, handlesOf } from "../tools/handles.ts";
import type { Box, Camera, Item } from "../words.ts";

/** What is drawn over the shapes, in pixels of the screen. */
export interface Glass {
  readonly ink: CanvasRenderingContext2D;
  readonly camera: Camera;
  readonly theme: Theme;
}

/** Side of a handle that resizes, and radius of a round one, in pixels of the screen. */
const GRIP = 9;
const KNOB = 5.5;
/** More frames than this around single shapes would hide them. */
const MAX_FRAMES = 200;
const LOCKED_DASHES = [4, 4];

/** The frames of what is selected; with handles, unless something is being done with it. */
export function paintSelection(glass: Glass, items: readonly Item[], look: { readonly hasHandles: boolean }): void {
  const frame = frameOf(items);
  if (!frame) return;
  const { ink, camera, theme } = glass;
  const colours = furnitureOf(theme);
  const handles = look.hasHandles ? handlesOf(items, camera) : [];
  ink.strokeStyle = colours.accent;
  ink.lineWidth = 1;
  if (items.length > 1 && items.length <= MAX_FRAMES) {
    ink.globalAlpha = 0.55;
    for (const { pos, size } of items) strokeFrame(glass, { ...pos, ...size }, 0);
    ink.globalAlpha = 1;
  }
  ink.lineWidth = 1.5;
  ink.setLineDash(items.some(({ isLocked }) => isLocked) ? LOCKED_DASHES : []);
  // The handles of a line lie at its ends, and say enough.
  if (!handles.some(({ kind }) => kind.t === "end")) strokeFrame(glass, frame, FRAME_MARGIN);
  ink.setLineDash([]);
  paintStem(glass, handles);
  for (const handle of handles) paintHandle(ink, handle, { colours, r: frame.r });
}

/** The frame of what is selected, while all of it is carried. */
export function paintFrame(glass: Glass, frame: Turned): void {
  glass.ink.strokeStyle = furnitureOf(glass.theme).accent;
  glass.ink.lineWidth = 1.5;
  strokeFrame(glass, frame, FRAME_MARGIN);
}

/** Frames around shapes that are pointed out. */
export function paintMarks(glass: Glass, items: readonly Item[]): void {
  glass.ink.strokeStyle = furnitureOf(glass.theme).accent;
  glass.ink.lineWidth = 2;
  for (const { pos, size } of items.slice(0, MAX_FRAMES)) strokeFrame(glass, { ...pos, ...size }, FRAME_MARGIN);
}

/** The frame that is drawn around what is to be selected. */
export function paintMarquee({ ink, camera, theme }: Glass, box: Box): void {
  const { x, y } = camera.toScreen(box);
  const [w, h] = [box.w * camera.zoom, box.h * camera.zoom];
  ink.fillStyle = ink.strokeStyle = furnitureOf(theme).accent;
  ink.globalAlpha = 0.08;
  ink.fillRect(x, y, w, h);
  ink.globalAlpha = 0.8;
  ink.lineWidth = 1;
  ink.strokeRect(x, y, w, h);
  ink.globalAlpha = 1;
}

function strokeFrame({ ink, camera }: Glass, frame: Turned, margin: number): void {
  const beyond = (2 * margin) / camera.zoom;
  const [first, ...others] = cornersOf({ ...frame, w: frame.w + beyond, h: frame.h + beyond }).map((corner) =>
    camera.toScreen(corner),
  );
  if (!first) return;
  ink.beginPath();
  ink.moveTo(first.x, first.y);
  for (const { x, y } of others) ink.lineTo(x, y);
  ink.closePath();
  ink.stroke();
}

/** Between the frame and the handle that turns it. */
function paintStem({ ink }: Glass, handles: readonly Handle[]): void {
  const knob = handles.find(({ kind }) => kind.t === "rotate");
  const corners = handles.filter(({ kind }) => kind.t === "grip" && kind.y === -1 && kind.x !== 0);
  const [left, right] = corners;
  if (!knob || !left || !right) return;
  ink.globalAlpha = 0.5;
  ink.beginPath();
  ink.moveTo(knob.at.x, knob.at.y);
  ink.lineTo((left.at.x + right.at.x) / 2, (left.at.y + right.at.y) / 2);
  ink.stroke();
  ink.globalAlpha = 1;
}

function paintHandle(ink: Glass["ink"], { kind, at }: Handle, { colours, r }: { colours: Furniture; r: number }): void {
  ink.fillStyle = colours.handle;
  ink.strokeStyle = colours.accent;
  ink.lineWidth = 1.5;
  ink.save();
  ink.translate(at.x, at.y);
  ink.beginPath();
  if (kind.t === "grip") {
    ink.rotate(r);
    ink.roundRect(-GRIP / 2, -GRIP / 2, GRIP, GRIP, 2.5);
  } else ink.arc(0, 0, KNOB, 0, 2 * Math.PI);
  ink.fill();
  ink.stroke();
  ink.restore();
}
