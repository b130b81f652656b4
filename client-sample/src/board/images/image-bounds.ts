/** How large pictures may be, and what is said of those that are larger. Pure. */
import type { PixelSize } from "./image-content.ts";

const MIB = 1024 * 1024;

/** Larger files are not even read. */
const MAX_FILE_BYTES = 50 * MIB;
/** More would not fit into the memory of a phone once it is unpacked. */
const MAX_PIXELS = 64_000_000;
/** Longer files of an SVG take browsers seconds to draw. */
export const MAX_SVG_BYTES = 2 * MIB;
/** Longest side of what is uploaded. */
const MAX_SIDE = 2048;
/** What is uploaded is made to be at most this large. */
export const MAX_UPLOAD_BYTES = 2 * MIB;
/** An SVG is drawn so much larger than it says, so that it stays sharp when one goes nearer. */
const SVG_SCALE = 3;
/** One that does not say how large it is. */
const SVG_SIDE = 512;
/** On the board a new picture takes at most this share of what is seen. */
const VIEW_SHARE = 0.6;

/** A picture that is not taken; its message is for the person. */
export class ImageRefused extends Error {
  override readonly name = "ImageRefused";
}

/** @throws ImageRefused where a file is empty or too large to be read */
export function assertFileSize(bytes: number): void {
  if (bytes === 0) throw new ImageRefused("This file is empty.");
  if (bytes > MAX_FILE_BYTES) {
    throw new ImageRefused(
      `This file has ${megabytes(bytes)}; a picture may have at most ${megabytes(MAX_FILE_BYTES)}. Make it smaller first.`,
    );
  }
}

/** @throws ImageRefused where a picture is too large to be unpacked, or says no size */
export function assertPixels(size: PixelSize | undefined): void {
  if (!size) throw new ImageRefused("This picture is broken.");
  if (size.w * size.h > MAX_PIXELS) {
    throw new ImageRefused(`This picture has ${size.w} × ${size.h} pixels; that is more than the board takes.`);
  }
}

/** The size in which a picture is uploaded: its own, or one whose longer side is `maxSide`. */
export function uploadSize({ w, h }: PixelSize, maxSide = MAX_SIDE): PixelSize {
  const scale = Math.min(1, maxSide / Math.max(w, h));
  return { w: Math.max(1, Math.round(w * scale)), h: Math.max(1, Math.round(h * scale)) };
}

/** The size in pixels in which an SVG is drawn, by the one that it says it has. */
export function svgSize({ w, h }: PixelSize): PixelSize {
  if (!(w > 0 && h > 0)) return { w: SVG_SIDE * 2, h: SVG_SIDE * 2 };
  const scale = Math.min(Math.max(SVG_SCALE, SVG_SIDE / Math.max(w, h)), MAX_SIDE / Math.max(w, h));
  return { w: Math.max(1, Math.round(w * scale)), h: Math.max(1, Math.round(h * scale)) };
}

/** How large a picture is on the board: its own size, or as much of it as leaves room around it. */
export function sizeOnBoard({ w, h }: PixelSize, view: PixelSize): PixelSize {
  const scale = Math.min(1, (VIEW_SHARE * view.w) / w, (VIEW_SHARE * view.h) / h);
  return { w: w * scale, h: h * scale };
}

/** Bytes in words. */
export function megabytes(bytes: number): string {
  const value = bytes / MIB;
  return `${value >= 10 ? Math.round(value) : Math.round(value * 10) / 10} MB`;
}
