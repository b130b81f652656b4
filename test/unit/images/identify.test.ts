import assert from "node:assert/strict";
import fc from "fast-check";
import { identify } from "../../../src/images/identify.ts";
import { pngSized, SAMPLE_NAMES, type SampleName, sampleImage } from "../../support/sample-images.ts";

const TYPES: Readonly<Record<SampleName, string>> = {
  png: "image/png",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webpLossy: "image/webp",
  webpLossless: "image/webp",
  webpAlpha: "image/webp",
};

/** The end of the header: where less is there, nobody can tell the size. */
const HEADER_BYTES: Readonly<Record<SampleName, number>> = {
  png: 24,
  jpeg: 167,
  gif: 36,
  webpLossy: 30,
  webpLossless: 25,
  webpAlpha: 30,
};

describe("what an image is", () => {
  for (const name of SAMPLE_NAMES) {
    it(`[IMG1] is found from the content: ${name}`, () => {
      assert.deepEqual(identify(sampleImage(name)), { type: TYPES[name], w: 3, h: 2 });
    });

    it(`[IMG1] is not guessed where its header is cut off: ${name}`, () => {
      const image = sampleImage(name);

      for (let length = 0; length < HEADER_BYTES[name]; length++) {
        assert.equal(identify(image.subarray(0, length)), undefined, `${length} bytes`);
      }
    });

    it(`[IMG1] does not change with what stands behind the image: ${name}`, () => {
      const image = Buffer.concat([sampleImage(name), Buffer.from("<script>alert(1)</script>")]);

      assert.equal(identify(image)?.type, TYPES[name]);
    });
  }

  for (const [what, text] of [
    ["SVG", '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ["SVG behind its declaration", '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ["HTML", "<!doctype html><script>alert(1)</script>"],
    ["HTML behind the name of a GIF", "GIF89a=1;/*<script>alert(1)</script>*/"],
    ["PDF", "%PDF-1.7"],
    ["BMP", "BM6\0\0\0"],
    ["TIFF", "II*\0\x08\0\0\0"],
    ["ICO", "\0\0\x01\0\x01\0"],
    ["AVIF", "\0\0\0\x1cftypavif"],
    ["a WAV in the same kind of file as WebP", `RIFF\x24\0\0\0WAVEfmt ${"\0".repeat(40)}`],
    ["nothing", ""],
  ] as const) {
    it(`[IMG1] is none where it is ${what}`, () => {
      assert.equal(identify(Buffer.from(text, "latin1")), undefined);
    });
  }

  for (const [w, h] of [
    [0, 5],
    [5, 0],
  ] as const) {
    it(`[IMG1] is none where it has no pixels: ${w} x ${h}`, () => {
      assert.equal(identify(pngSized(w, h)), undefined);
    });
  }

  it("[IMG1] is none where the first chunk of a PNG is not its header", () => {
    const image = sampleImage("png");
    image.write("IDAT", 12);

    assert.equal(identify(image), undefined);
  });

  it("[IMG1] has the size that a browser gives a GIF whose first frame is larger than its screen", () => {
    const image = sampleImage("gif");
    image.writeUInt16LE(1, 6);
    image.writeUInt16LE(60_000, image.length - 8);

    assert.deepEqual(identify(image), { type: "image/gif", w: 3, h: 60_000 });
  });

  it("[IMG1] is none where a GIF has no frame", () => {
    assert.equal(identify(Buffer.concat([sampleImage("gif").subarray(0, 19), Buffer.of(0x3b)])), undefined);
  });

  for (const [orientation, isLittle, size] of [
    [1, true, { w: 3, h: 2 }],
    [3, false, { w: 3, h: 2 }],
    [6, true, { w: 2, h: 3 }],
    [8, false, { w: 2, h: 3 }],
    [9, true, { w: 3, h: 2 }],
  ] as const) {
    it(`[IMG1] has the size that is shown where a camera was held: orientation ${orientation}`, () => {
      assert.deepEqual(identify(withExif(orientation, isLittle)), { type: "image/jpeg", ...size });
    });
  }

  for (const [what, segment] of [
    ["a scan", [0xff, 0xda, 0, 2]],
    ["an end", [0xff, 0xd9]],
    ["a marker without a length", [0xff, 0x01]],
    ["a restart", [0xff, 0xd0]],
    ["a segment that is shorter than its length", [0xff, 0xe5, 0, 1]],
    ["bytes that belong to nothing", [0x00, 0x00]],
    ["a frame that browsers do not show", [0xff, 0xc3, 0, 11, 8, 0, 2, 0, 3, 1, 1, 0x11, 0]],
  ] as const) {
    it(`[IMG1] is none where a JPEG has ${what} before its frame, which decoders do not all read alike`, () => {
      assert.equal(identify(intoJpeg(Buffer.from(segment))), undefined);
    });
  }

  it("[IMG1] is found behind bytes that fill a JPEG", () => {
    assert.deepEqual(identify(intoJpeg(Buffer.of(0xff, 0xff))), { type: "image/jpeg", w: 3, h: 2 });
  });

  it("[IMG1] is found or not, whatever the bytes are, and always has pixels", () => {
    const image = fc.constantFrom(...SAMPLE_NAMES).map(sampleImage);
    const change = fc.record({ at: fc.nat(800), byte: fc.nat(255) });
    fc.assert(
      fc.property(image, fc.array(change, { maxLength: 20 }), fc.nat(800), (content, changes, length) => {
        for (const { at, byte } of changes) if (at < content.length) content[at] = byte;

        const identity = identify(content.subarray(0, length));

        assert.ok(identity === undefined || (identity.w > 0 && identity.h > 0));
      }),
      { numRuns: 3000 },
    );
  });

  it("[IMG1] takes no time to tell of bytes that go on and on", () => {
    for (const [head, byte] of [
      [sampleImage("jpeg").subarray(0, 2), 0xff],
      [Buffer.from("GIF89a\0\0\0\0\0\0\0\x21\xf9", "latin1"), 0x01],
      [Buffer.from("GIF89a\0\0\0\0\0\0\0", "latin1"), 0x21],
    ] as const) {
      assert.equal(identify(Buffer.concat([head, Buffer.alloc(5_000_000, byte)])), undefined);
    }
  });
});

/** The sample with `bytes` behind its first marker. */
function intoJpeg(bytes: Buffer): Buffer {
  const image = sampleImage("jpeg");
  return Buffer.concat([image.subarray(0, 2), bytes, image.subarray(2)]);
}

function withExif(orientation: number, isLittle: boolean): Buffer {
  const swapped = (bytes: Buffer): Buffer => (isLittle ? bytes.reverse() : bytes);
  const uint16 = (value: number): Buffer => swapped(Buffer.of(value >> 8, value & 255));
  const uint32 = (value: number): Buffer => swapped(Buffer.of(0, 0, value >> 8, value & 255));
  const entry = [uint16(0x0112), uint16(3), uint32(1), uint16(orientation), Buffer.alloc(2)];
  const tiff = [Buffer.from(isLittle ? "II" : "MM"), uint16(42), uint32(8), uint16(1), ...entry];
  const content = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), ...tiff]);
  return intoJpeg(Buffer.concat([Buffer.of(0xff, 0xe1, 0, content.length + 2), content]));
}
