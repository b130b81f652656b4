import assert from "node:assert/strict";
import {
  assertFileSize,
  assertPixels,
  ImageRefused,
  sizeOnBoard,
  svgSize,
  uploadSize,
} from "../../../../client-sample/src/board/images/image-bounds.ts";
import { ImageCache } from "../../../../client-sample/src/board/images/image-cache.ts";
import { imageSizeOf, imageTypeOf } from "../../../../client-sample/src/board/images/image-content.ts";
import { readAnswer, UploadFailed } from "../../../../client-sample/src/board/images/upload.ts";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const PNG = bytes("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\0\0\0\x10");
const GIF = bytes("GIF89a\x20\x03\x58\x02");
const JPEG = bytes("\xff\xd8\xff\xe1\0\x06Exif\xff\xc0\0\x11\x08\x02\x58\x03\x20");
const WEBP_X = bytes("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x1f\x03\0\x57\x02\0");
const WEBP_L = bytes("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x1f\xc3\x95\0");

describe("what bytes are", () => {
  const known = [
    ["png", PNG, { w: 258, h: 16 }],
    ["gif", GIF, { w: 800, h: 600 }],
    ["jpeg", JPEG, { w: 800, h: 600 }],
    ["webp", WEBP_X, { w: 800, h: 600 }],
    ["webp", WEBP_L, { w: 800, h: 600 }],
  ] as const;
  for (const [type, head, size] of known) {
    it(`is seen of a ${type} by its content, and its size with it`, () => {
      assert.equal(imageTypeOf(head), type);
      assert.deepEqual(imageSizeOf(head, type), size);
    });
  }

  it("is svg after declarations and comments, and only then", () => {
    const svg = '\ufeff<?xml version="1.0"?>\n<!-- <p> -->\n<!DOCTYPE svg [<!ENTITY a "b">]>\n<svg:svg width="1">';

    assert.equal(imageTypeOf(new TextEncoder().encode(svg)), "svg");
    assert.equal(imageTypeOf(bytes("<html><svg></svg></html>")), undefined);
  });

  it("is nothing for anything else, and no size for a file that ends too early", () => {
    assert.equal(imageTypeOf(bytes("MZ\x90\0")), undefined);
    assert.equal(imageTypeOf(new Uint8Array()), undefined);
    assert.equal(imageSizeOf(JPEG.subarray(0, 14), "jpeg"), undefined);
  });
});

describe("bounds of pictures", () => {
  it("refuse a file by its size alone, in words", () => {
    assert.throws(() => assertFileSize(200 * 1024 * 1024), /^ImageRefused: This file has 200 MB; .* at most 50 MB/);
    assert.throws(() => assertFileSize(0), ImageRefused);
    assert.doesNotThrow(() => assertFileSize(1));
  });

  it("refuse more pixels than there is memory for", () => {
    assert.throws(() => assertPixels({ w: 60_000, h: 60_000 }), /60000 × 60000/);
    assert.throws(() => assertPixels(undefined), /broken/);
  });

  it("make what is larger smaller, and keep its shape", () => {
    assert.deepEqual(uploadSize({ w: 4096, h: 1024 }), { w: 2048, h: 512 });
    assert.deepEqual(uploadSize({ w: 10, h: 20 }), { w: 10, h: 20 });
    assert.deepEqual(uploadSize({ w: 100_000, h: 1 }), { w: 2048, h: 1 });
  });

  it("draw an SVG sharply, and never too large", () => {
    assert.deepEqual(svgSize({ w: 24, h: 24 }), { w: 512, h: 512 });
    assert.deepEqual(svgSize({ w: 1e9, h: 5e8 }), { w: 2048, h: 1024 });
    assert.deepEqual(svgSize({ w: 0, h: 0 }), { w: 1024, h: 1024 });
  });

  it("leave room around a picture on the board", () => {
    assert.deepEqual(sizeOnBoard({ w: 4000, h: 1000 }, { w: 1000, h: 1000 }), { w: 600, h: 150 });
  });
});

describe("an answer to an upload", () => {
  const hash = "a".repeat(64);

  it("is an image only where it names one", () => {
    assert.deepEqual(readAnswer(200, JSON.stringify({ hash, w: 1, h: 2, bytes: 3 })), { hash, w: 1, h: 2 });
    assert.ok(readAnswer(200, JSON.stringify({ hash: "../x", w: 1, h: 2 })) instanceof UploadFailed);
    assert.ok(readAnswer(200, "<html>") instanceof UploadFailed);
  });

  it("says what the server says, without its code", () => {
    const answer = readAnswer(413, JSON.stringify({ code: 4682, error: "IMAGES_FULL: There is no room." }));

    assert.ok(answer instanceof UploadFailed);
    assert.deepEqual([answer.message, answer.isTemporary], ["There is no room.", false]);
  });

  it("is worth another attempt where the server is busy or away", () => {
    for (const status of [0, 429, 503]) {
      const answer = readAnswer(status, "");
      assert.ok(answer instanceof UploadFailed && answer.isTemporary);
    }
  });
});

/** A cache whose loads the test ends. */
function cacheWith(maxBytes: number) {
  const loads: { url: string; done: PromiseWithResolvers<ImageBitmap> }[] = [];
  const later: (() => void)[] = [];
  const cache = new ImageCache({
    server: "http://host",
    maxBytes,
    load: (url) => {
      const done = Promise.withResolvers<ImageBitmap>();
      loads.push({ url, done });
      return done.promise;
    },
    now: () => 0,
    later: (act) => later.push(act),
  });
  const ready = (hash: string): Promise<void> =>
    new Promise((resolve) => {
      const stop = cache.onReady((which) => {
        if (which !== hash) return;
        stop();
        resolve();
      });
    });
  return { cache, loads, later, ready };
}

function bitmap(side: number): ImageBitmap {
  return { width: side, height: side, close: () => {} };
}

describe("the cache of images", () => {
  const [a, b] = ["a".repeat(64), "b".repeat(64)];

  it("loads an image once, and gives it when it is there", async () => {
    const { cache, loads, ready } = cacheWith(1000);
    const isReady = ready(a);

    cache.imageFor(a);
    cache.imageFor(a);
    const image = bitmap(1);
    loads[0]?.done.resolve(image);
    await isReady;

    assert.deepEqual([loads.map(({ url }) => url), cache.imageFor(a)], [[`http://host/api/images/${a}`], image]);
  });

  it("asks for nothing but hashes", () => {
    const { cache, loads } = cacheWith(1000);

    for (const hash of ["", "../../x", a.toUpperCase(), `${a}/`, `${a}?x`]) cache.imageFor(hash);

    assert.equal(loads.length, 0);
  });

  it("lets go of what was not used for the longest", async () => {
    const { cache, loads, ready } = cacheWith(4 * 150);
    for (const [n, hash] of [a, b].entries()) {
      const isReady = ready(hash);
      cache.imageFor(hash);
      loads[n]?.done.resolve(bitmap(10));
      await isReady;
    }

    assert.equal(cache.imageFor(a), undefined);
    assert.notEqual(cache.imageFor(b), undefined);
  });

  it("tries again what could not be loaded, by itself and not at once", async () => {
    const { cache, loads, later, ready } = cacheWith(1000);
    cache.imageFor(a);
    loads[0]?.done.reject(new Error("404"));
    await new Promise(setImmediate);

    cache.imageFor(a);
    assert.equal(loads.length, 1);
    later[0]?.();
    const isReady = ready(a);
    loads[1]?.done.resolve(bitmap(1));
    await isReady;

    assert.notEqual(cache.imageFor(a), undefined);
  });
});
