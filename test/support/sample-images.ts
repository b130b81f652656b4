/** Images of three pixels by two, as Chromium writes them and shows them. */
const BASE64 = {
  png: "iVBORw0KGgoAAAANSUhEUgAAAAMAAAACCAYAAACddGYaAAAAEklEQVR4AWL6z8DwH4aZGJAAAAAA//+GpNPhAAAABklEQVQDAHTzBf+1yIrkAAAAAElFTkSuQmCC",
  jpeg: "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABQb/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIRAxEAPwCKALXj/9k=",
  gif: "R0lGODlhAwACAIAAAAAAAP///yH5BAEAAAAALAAAAAADAAIAAAIBRAA7",
  webpLossy: "UklGRjgAAABXRUJQVlA4ICwAAACQAQCdASoDAAIAAsBMJaACdLoAA5gA/u5DH+5sc4twV/9tD/9aH/60P+lAAA==",
  webpLossless: "UklGRhwAAABXRUJQVlA4TA8AAAAvAkAAAAcQ/Y/+ByKi/wEA",
  webpAlpha:
    "UklGRmIAAABXRUJQVlA4WAoAAAAQAAAAAgAAAQAAQUxQSAcAAAAAgIAAAAAAAFZQOCA0AAAAcAIAnQEqAwACAALATCWoAnRHAH6AZYB+gAPtAAD+3UR1+ACEr/ZdcjuvZ5hLt/G28AAAAA==",
} as const;

/** A sample by its name. */
export type SampleName = keyof typeof BASE64;

/** The names of all samples. */
export const SAMPLE_NAMES = Object.keys(BASE64) as readonly SampleName[]; // Object.keys forgets the keys' type

/** The bytes of a sample, as a copy of one's own. */
export function sampleImage(name: SampleName): Buffer {
  return Buffer.from(BASE64[name], "base64");
}

/** A PNG of that many bytes and no other like it, unless `seed` is the same. */
export function pngOf(bytes: number, seed = 0): Buffer {
  const content = Buffer.alloc(bytes, sampleImage("png"));
  content.fill(seed % 251, sampleImage("png").length);
  content.writeUInt32BE(seed, bytes - 4);
  return content;
}

/** A PNG whose header says that size. */
export function pngSized(w: number, h: number): Buffer {
  const content = sampleImage("png");
  content.writeUInt32BE(w, 16);
  content.writeUInt32BE(h, 20);
  return content;
}
