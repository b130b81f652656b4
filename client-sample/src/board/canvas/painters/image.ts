import { furnitureOf, shadesOf } from "../../model/palette.ts";
import type { Item } from "../../words.ts";
import type { Brush } from "../brush.ts";

/** Side of the sign for an image that is not there yet: a share of the shape, and at most so many units. */
const SIGN_RATIO = 0.3;
const MAX_SIGN = 64;

/** An image, or a frame until it is there. */
export function paintImage(brush: Brush, item: Item): void {
  const { ink, imageFor } = brush;
  const { w, h } = item.size;
  const hash = item.shape.g.image?.hash;
  const image = hash === undefined ? undefined : imageFor(hash);
  if (image) ink.drawImage(image, -w / 2, -h / 2, w, h);
  else paintPlaceholder(brush, item);
}

function paintPlaceholder({ ink, theme, scale }: Brush, { size: { w, h } }: Item): void {
  ink.fillStyle = shadesOf("grey", theme).fill;
  ink.fillRect(-w / 2, -h / 2, w, h);
  const side = Math.min(MAX_SIGN, Math.min(w, h) * SIGN_RATIO);
  if (side * scale < 6) return;
  ink.strokeStyle = furnitureOf(theme).faint;
  ink.lineWidth = side / 14;
  ink.beginPath();
  ink.roundRect(-side / 2, -side * 0.4, side, side * 0.8, side / 10);
  ink.moveTo(-side / 2, side * 0.25);
  ink.lineTo(-side * 0.15, -side * 0.1);
  ink.lineTo(side * 0.12, side * 0.18);
  ink.lineTo(side * 0.25, side * 0.05);
  ink.lineTo(side / 2, side * 0.3);
  ink.moveTo(side * 0.28, -side * 0.17);
  ink.arc(side * 0.2, -side * 0.17, side * 0.08, 0, 2 * Math.PI);
  ink.stroke();
}
