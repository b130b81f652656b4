/** What bytes are, by what they say and not by what they are called. Pure. */

/** A kind of picture that is known here; all but SVG are made of pixels. */
export type ImageType = "png" | "jpeg" | "gif" | "webp" | "bmp" | "avif" | "svg";

/** A size in pixels. */
export interface PixelSize {
  readonly w: number;
  readonly h: number;
}

/** So much of the beginning of a file tells its type and, but for unusual files, its size. */
export const HEAD_BYTES = 512 * 1024;
/** An SVG begins within this, after comments and declarations. */
const SVG_HEAD_BYTES = 8 * 1024;

/** The type of a picture by its beginning; undefined for anything else. */
export function imageTypeOf(head: Uint8Array): ImageType | undefined {
  const start = textAt(head, 0, 16);
  if (start.startsWith("\x89PNG\r\n\x1a\n")) return "png";
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (/^GIF8[79]a/.test(start)) return "gif";
  if (/^RIFF[\s\S]{4}WEBP/.test(start)) return "webp";
  if (start.startsWith("BM")) return "bmp";
  if (/^[\s\S]{4}ftypavi[fs]/.test(start)) return "avif";
  return isSvg(head) ? "svg" : undefined;
}

/** The size that a picture says it has, so that one too large is never unpacked; undefined where it says none. */
export function imageSizeOf(head: Uint8Array, type: ImageType): PixelSize | undefined {
  try {
    const size = SIZES[type](new DataView(head.buffer, head.byteOffset, head.byteLength), head);
    return size && size.w > 0 && size.h > 0 ? size : undefined;
  } catch {
    return undefined; // it ends before
  }
}

type ReadSize = (view: DataView, head: Uint8Array) => PixelSize | undefined;

const SIZES: Readonly<Record<ImageType, ReadSize>> = {
  png: (view) => ({ w: view.getUint32(16), h: view.getUint32(20) }),
  gif: (view) => ({ w: view.getUint16(6, true), h: view.getUint16(8, true) }),
  bmp: (view) => ({ w: Math.abs(view.getInt32(18, true)), h: Math.abs(view.getInt32(22, true)) }),
  jpeg: jpegSize,
  webp: webpSize,
  avif: avifSize,
  svg: () => undefined,
};

/** Frame headers are 0xc0 to 0xcf, but for three that are something else. */
const NO_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

function jpegSize(view: DataView): PixelSize | undefined {
  let at = 2;
  for (;;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++; // padding
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker)) {
      return { w: view.getUint16(at + 7), h: view.getUint16(at + 5) };
    }
    at += 2 + view.getUint16(at + 2);
  }
}

function webpSize(view: DataView, head: Uint8Array): PixelSize | undefined {
  switch (textAt(head, 12, 4)) {
    case "VP8 ":
      return { w: view.getUint16(26, true) & 0x3fff, h: view.getUint16(28, true) & 0x3fff };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { w: (bits & 0x3fff) + 1, h: ((bits >> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { w: (view.getUint32(24, true) & 0xffffff) + 1, h: (view.getUint32(26, true) >>> 8) + 1 };
    default:
      return undefined;
  }
}

/** The largest of the sizes that it names: it may hold a thumbnail. */
function avifSize(view: DataView, head: Uint8Array): PixelSize | undefined {
  const text = textAt(head, 0, SVG_HEAD_BYTES);
  let largest: PixelSize | undefined;
  for (let at = text.indexOf("ispe"); at >= 0; at = text.indexOf("ispe", at + 4)) {
    const size = { w: view.getUint32(at + 8), h: view.getUint32(at + 12) };
    if (!largest || size.w * size.h > largest.w * largest.h) largest = size;
  }
  return largest;
}

/** Text whose first element is an svg, whatever stands before that. */
function isSvg(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, SVG_HEAD_BYTES));
  const rest = text.replace(
    /^\ufeff?\s*(<\?[\s\S]*?\?>\s*|<!--[\s\S]*?-->\s*|<!DOCTYPE[^>[]*(\[[\s\S]*?\])?[^>]*>\s*)*/i,
    "",
  );
  return /^<([\w-]+:)?svg[\s>/]/i.test(rest);
}

function textAt(bytes: Uint8Array, start: number, length: number): string {
  return Array.from(bytes.subarray(start, start + length), (byte) => String.fromCharCode(byte)).join("");
}
