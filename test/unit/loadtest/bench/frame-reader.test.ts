import assert from "node:assert/strict";
import fc from "fast-check";
import { type Frame, FrameReader, PEEK_BYTES } from "../../../../loadtest/bench/frame-reader.ts";
import { FrameOnce } from "../../../../src/transport/wire-frame.ts";

const BINARY = 2;

describe("FrameReader", () => {
  it("finds every frame that a server sends, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(payload(), { maxLength: 8 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 70_000 })),
        (payloads, cuts) => {
          const stream = Buffer.concat(payloads.map(frame));

          const heads = read(chunks(stream, cuts));

          assert.deepEqual(heads, payloads.map(headOf));
        },
      ),
    );
  });

  it("keeps no part of the buffer that the caller reuses", () => {
    const [buffer, heads] = [Buffer.alloc(2), [] as Head[]];
    const reader = new FrameReader();
    const payloads = [Buffer.alloc(300, 7), Buffer.alloc(1)];
    const stream = Buffer.concat(payloads.map(frame));

    for (let at = 0; at < stream.length; at += buffer.length) {
      const length = stream.copy(buffer, 0, at);
      reader.take(buffer.subarray(0, length), (each) => heads.push(seen(each)));
    }

    assert.deepEqual(heads, payloads.map(headOf));
  });

  it("reports a frame when its last byte is there, not before", () => {
    const stream = frame(Buffer.alloc(1000));
    const reader = new FrameReader();
    const [early, late] = [[] as Head[], [] as Head[]];

    reader.take(stream.subarray(0, -1), (each) => early.push(seen(each)));
    reader.take(stream.subarray(-1), (each) => late.push(seen(each)));

    assert.deepEqual([early.length, late.length], [0, 1]);
  });
});

/** Lengths on both sides of where the header grows. */
function payload(): fc.Arbitrary<Buffer> {
  const length = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 65_535, 65_536));
  return fc.tuple(length, fc.integer({ min: 0, max: 255 })).map(([bytes, fill]) => Buffer.alloc(bytes, fill));
}

function frame(data: Buffer): Buffer {
  return new FrameOnce().frame(data).bytes;
}

interface Head {
  readonly opcode: number;
  readonly payloadBytes: number;
  /** What can be looked at. */
  readonly peek: string;
}

function headOf(data: Buffer): Head {
  return { opcode: BINARY, payloadBytes: data.length, peek: data.toString("hex", 0, PEEK_BYTES) };
}

function seen({ opcode, payloadBytes, bytes, at }: Frame): Head {
  return { opcode, payloadBytes, peek: bytes.toString("hex", at, at + Math.min(PEEK_BYTES, payloadBytes)) };
}

function* chunks(stream: Buffer, cuts: Iterable<number>): Generator<Buffer> {
  let at = 0;
  for (const length of cuts) {
    if (at >= stream.length) return;
    yield stream.subarray(at, at + length);
    at += length;
  }
}

function read(parts: Iterable<Buffer>): Head[] {
  const reader = new FrameReader();
  const heads: Head[] = [];
  for (const part of parts) reader.take(part, (each) => heads.push(seen(each)));
  return heads;
}
