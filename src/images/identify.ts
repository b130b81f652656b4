import { jpegSize } from "./jpeg.ts";

/** Types that are taken: those that every browser shows and none runs anything of. */
const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;

/** A type that is taken. */
export type ImageType = (typeof TYPES)[number];

/** Pixels, as the image is shown. */
export interface ImageSize {
  readonly w: number;
  readonly h: number;
}

/** What an image is. */
export interface Identity extends ImageSize {
  readonly type: ImageType;
}

/**
 * What `content` is, by its first bytes and nothing that anybody says of it; undefined where it is none of the images that
 * are taken, or has no pixels. It reads where a browser reads the size that it makes room for, and gives up where browsers
 * may read differently. What stands behind the header is not looked at.
 */
export function identify(content: Uint8Array): Identity | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const format = FORMATS.find(({ isOne }) => isOne(bytes));
  const size = format && sizeOf(format, bytes);
  return size && size.w > 0 && size.h > 0 ? { type: format.type, ...size } : undefined;
}

/** Whether that is a type that is taken. */
export function isImageType(text: string): text is ImageType {
  return TYPES.some((type) => type === text);
}

interface Format {
  readonly type: ImageType;
  readonly isOne: (bytes: Buffer) => boolean;
  /** Throws a RangeError where the bytes end too early. */
  readonly size: (bytes: Buffer) => ImageSize | undefined;
}

const FORMATS: readonly Format[] = [
  { type: "image/png", isOne: (bytes) => startsWith(bytes, "\x89PNG\r\n\x1a\n"), size: pngSize },
  { type: "image/jpeg", isOne: (bytes) => startsWith(bytes, "\xff\xd8\xff"), size: jpegSize },
  { type: "image/gif", isOne: (bytes) => startsWith(bytes, "GIF87a") || startsWith(bytes, "GIF89a"), size: gifSize },
  { type: "image/webp", isOne: (bytes) => startsWith(bytes, "RIFF") && textAt(bytes, 8) === "WEBP", size: webpSize },
];

function sizeOf({ size }: Format, bytes: Buffer): ImageSize | undefined {
  try {
    return size(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function pngSize(bytes: Buffer): ImageSize | undefined {
  if (textAt(bytes, 12) !== "IHDR") return undefined;
  return { w: bytes.readUInt32BE(16), h: bytes.readUInt32BE(20) };
}

const GIF_EXTENSION = 0x21;
const GIF_FRAME = 0x2c;

/** A browser makes the canvas larger where the first frame does not fit into it. */
function gifSize(bytes: Buffer): ImageSize | undefined {
  const flags = bytes.readUInt8(10);
  const colours = flags & 0x80 ? 2 ** ((flags & 7) + 1) : 0;
  let at = 13 + 3 * colours;
  while (bytes.readUInt8(at) === GIF_EXTENSION) {
    at += 2;
    for (let length = -1; length !== 0; at += length + 1) length = bytes.readUInt8(at);
  }
  if (bytes.readUInt8(at) !== GIF_FRAME) return undefined;
  const frame = [1, 3, 5, 7].map((offset) => bytes.readUInt16LE(at + offset));
  const [left = 0, top = 0, w = 0, h = 0] = frame;
  return { w: Math.max(bytes.readUInt16LE(6), left + w), h: Math.max(bytes.readUInt16LE(8), top + h) };
}

function webpSize(bytes: Buffer): ImageSize | undefined {
  switch (textAt(bytes, 12)) {
    case "VP8X": // the canvas; decoders refuse frames that do not fit into it
      return { w: bytes.readUIntLE(24, 3) + 1, h: bytes.readUIntLE(27, 3) + 1 };
    case "VP8L": {
      const bits = bytes.readUInt32LE(21);
      return bytes.readUInt8(20) === 0x2f ? { w: (bits & 0x3fff) + 1, h: ((bits >> 14) & 0x3fff) + 1 } : undefined;
    }
    case "VP8 ": {
      const isKeyFrame = (bytes.readUInt8(20) & 1) === 0 && bytes.readUIntBE(23, 3) === 0x9d012a;
      const [w, h] = [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff];
      return isKeyFrame ? { w, h } : undefined;
    }
    default:
      return undefined;
  }
}

function startsWith(bytes: Buffer, text: string): boolean {
  return bytes.toString("latin1", 0, text.length) === text;
}

function textAt(bytes: Buffer, offset: number): string {
  return bytes.toString("latin1", offset, offset + 4);
}
