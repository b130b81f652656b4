/**
 * A picture made ready for upload: turned as it was taken, at most as large as is of use on a board, and drawn anew, so that
 * nothing is left of what was hidden in the file.
 */
import {
  assertFileSize,
  assertPixels,
  ImageRefused,
  MAX_SVG_BYTES,
  MAX_UPLOAD_BYTES,
  megabytes,
  svgSize,
  uploadSize,
} from "./image-bounds.ts";
import { HEAD_BYTES, type ImageType, imageSizeOf, imageTypeOf, type PixelSize } from "./image-content.ts";

/** A picture as it is uploaded. */
export interface PreparedImage extends PixelSize {
  readonly blob: Blob;
  /** How large it is meant to be seen, in CSS pixels. */
  readonly shown: PixelSize;
}

/** Steps down, until it is small enough: quality, and longest side. */
const ATTEMPTS = [
  { quality: 0.9, side: 2048 },
  { quality: 0.8, side: 2048 },
  { quality: 0.7, side: 1600 },
  { quality: 0.6, side: 1024 },
] as const;
const SVG_TIMEOUT_MS = 10_000;
const BROKEN = "This picture is broken, or of a kind that this browser does not know.";

interface Drawn {
  readonly source: CanvasImageSource;
  /** Of the source. */
  readonly size: PixelSize;
  readonly shown: PixelSize;
  readonly type: ImageType;
  readonly close: () => void;
}

/**
 * Makes a picture ready. Its size is looked at before it is read, what it says of its pixels before it is unpacked.
 *
 * @throws ImageRefused with a message for the person
 */
export async function prepareImage(file: Blob): Promise<PreparedImage> {
  assertFileSize(file.size);
  const head = new Uint8Array(await bytesOf(file.slice(0, HEAD_BYTES)));
  const type = imageTypeOf(head);
  if (!type) throw new ImageRefused("This file is no picture that the board knows: PNG, JPEG, GIF, WebP, AVIF or SVG.");
  const drawn = type === "svg" ? await drawSvg(file) : await decode(file, head, type);
  try {
    return { ...(await encode(drawn)), shown: drawn.shown };
  } finally {
    drawn.close();
  }
}

async function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer();
  } catch (cause) {
    throw new ImageRefused("This file cannot be read.", { cause });
  }
}

async function decode(file: Blob, head: Uint8Array, type: ImageType): Promise<Drawn> {
  assertPixels(imageSizeOf(head, type));
  try {
    const source = await createImageBitmap(new Blob([file], { type: `image/${type}` }), {
      imageOrientation: "from-image",
    });
    const size = { w: source.width, h: source.height };
    return { source, size, shown: size, type, close: () => source.close() };
  } catch (cause) {
    throw new ImageRefused(BROKEN, { cause });
  }
}

/**
 * As an image of the page an SVG runs no scripts and loads nothing; what it shows is drawn, and the rest is gone. Its address holds
 * the content itself: of what has an address of its own browsers let nobody read the pixels where it holds HTML.
 */
async function drawSvg(file: Blob): Promise<Drawn> {
  if (file.size > MAX_SVG_BYTES) {
    throw new ImageRefused(`This SVG has ${megabytes(file.size)}; at most ${megabytes(MAX_SVG_BYTES)} can be drawn.`);
  }
  try {
    const source = new Image();
    source.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent((await file.text()).toWellFormed())}`;
    await within(SVG_TIMEOUT_MS, source.decode());
    const own = { w: source.naturalWidth, h: source.naturalHeight };
    const size = svgSize(own);
    const shown = own.w > 0 && own.h > 0 ? own : uploadSize(size, 512);
    return { source, size, shown, type: "svg", close: () => {} };
  } catch (cause) {
    throw new ImageRefused("This SVG cannot be drawn.", { cause });
  }
}

async function encode({ source, size, type }: Drawn): Promise<PixelSize & { readonly blob: Blob }> {
  for (const { quality, side } of ATTEMPTS) {
    const { w, h } = uploadSize(size, side);
    const canvas = draw(source, { w, h });
    const blob = await bestOf(canvas, type, quality);
    if (blob.size <= MAX_UPLOAD_BYTES) return { blob, w, h };
  }
  throw new ImageRefused("This picture cannot be made small enough for the board.");
}

function draw(source: CanvasImageSource, { w, h }: PixelSize): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = w;
  canvas.height = h;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new ImageRefused("This browser cannot draw.");
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, w, h);
  return canvas;
}

/** What was drawn or has gaps stays exact where that is small enough; photographs are kept as such. */
async function bestOf(canvas: HTMLCanvasElement, type: ImageType, quality: number): Promise<Blob> {
  if (type === "jpeg") return encoded(canvas, "image/jpeg", quality);
  const png = await encoded(canvas, "image/png");
  if (png.size <= MAX_UPLOAD_BYTES / 2) return png;
  const webp = await encoded(canvas, "image/webp", quality); // a PNG again, where the browser writes no WebP
  if (webp.type === "image/webp" || hasGaps(canvas)) return webp;
  return encoded(canvas, "image/jpeg", quality);
}

function encoded(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) => {
    try {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new ImageRefused(BROKEN))), type, quality);
    } catch (cause) {
      reject(new ImageRefused("This browser does not let the page read what this picture shows.", { cause }));
    }
  });
}

function hasGaps(canvas: HTMLCanvasElement): boolean {
  const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  for (let at = 3; at < data.length; at += 4) if ((data[at] ?? 255) < 255) return true;
  return false;
}

function within<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("It took too long.")), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
