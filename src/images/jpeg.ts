import type { ImageSize } from "./identify.ts";

const EXIF_SEGMENT = 0xe1;
const EXIF_HEADER = "Exif\0\0";
const ORIENTATION_TAG = 0x0112;
/** From this orientation on the image is shown on its side. */
const FIRST_TURNED = 5;
const MAX_ORIENTATION = 8;

/**
 * The size of a JPEG as it is shown: a camera that was held upright writes its pixels lying, and says so in the EXIF.
 *
 * @throws RangeError where the bytes end too early
 */
export function jpegSize(bytes: Buffer): ImageSize | undefined {
  let orientation = 0;
  for (let at = 2; ; ) {
    const segment = segmentAt(bytes, at);
    if (!segment) return undefined;
    const { marker, start, end } = segment;
    if (isFrame(marker)) return frameSize(bytes, start, orientation >= FIRST_TURNED);
    if (marker === EXIF_SEGMENT && orientation === 0) orientation = orientationIn(bytes.subarray(start, end));
    at = end;
  }
}

interface Segment {
  readonly marker: number;
  /** Where its content begins, behind the length. */
  readonly start: number;
  readonly end: number;
}

/** Before the size stand segments with a length. What has none, or lies between them, decoders do not all read alike. */
function segmentAt(bytes: Buffer, offset: number): Segment | undefined {
  let at = offset;
  if (bytes.readUInt8(at) !== 0xff) return undefined;
  while (bytes.readUInt8(at) === 0xff) at++; // fill bytes
  const marker = bytes.readUInt8(at);
  const length = bytes.readUInt16BE(at + 1);
  return hasLength(marker) && length >= 2 ? { marker, start: at + 3, end: at + 1 + length } : undefined;
}

/** Baseline, extended and progressive; browsers show no other. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xc2;
}

/** Frames, tables, applications' data and comments; not scans, which come behind the size, and not what stands alone. */
function hasLength(marker: number): boolean {
  return isFrame(marker) || marker === 0xc4 || (marker >= 0xdb && marker <= 0xfe);
}

function frameSize(bytes: Buffer, start: number, isTurned: boolean): ImageSize {
  const [h, w] = [bytes.readUInt16BE(start + 1), bytes.readUInt16BE(start + 3)];
  return isTurned ? { w: h, h: w } : { w, h };
}

/** 1 to 8, or 0 where the segment does not say it. */
function orientationIn(segment: Buffer): number {
  if (segment.toString("latin1", 0, EXIF_HEADER.length) !== EXIF_HEADER) return 0;
  try {
    return readOrientation(segment.subarray(EXIF_HEADER.length));
  } catch (error) {
    if (error instanceof RangeError) return 0; // browsers too show it as it lies then
    throw error;
  }
}

function readOrientation(tiff: Buffer): number {
  const isLittle = tiff.toString("latin1", 0, 2) === "II";
  const uint16 = (at: number): number => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  const count = uint16(directory);
  for (let entry = directory + 2; entry < directory + 2 + count * 12; entry += 12) {
    if (uint16(entry) !== ORIENTATION_TAG) continue;
    const orientation = uint16(entry + 8);
    return orientation <= MAX_ORIENTATION ? orientation : 0;
  }
  return 0;
}
