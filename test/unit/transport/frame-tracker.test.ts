import assert from "node:assert/strict";
import { seededRandom } from "../../../src/clock/clock.ts";
import { FrameTracker } from "../../../src/transport/frame-tracker.ts";
import { closeFrame } from "../../../src/transport/wire-frame.ts";

/** A frame with a payload of that length; masked ones carry four bytes more. */
function frame(payloadBytes: number, isMasked: boolean): Buffer {
  const mask = isMasked ? 0x80 : 0;
  const header = [0x82, mask | payloadBytes];
  if (payloadBytes >= 65_536)
    header.splice(1, 1, mask | 127, 0, 0, 0, 0, 0, payloadBytes >> 16, (payloadBytes >> 8) & 0xff, payloadBytes & 0xff);
  else if (payloadBytes >= 126) header.splice(1, 1, mask | 126, payloadBytes >> 8, payloadBytes & 0xff);
  return Buffer.concat([Buffer.from(header), Buffer.alloc(payloadBytes + (isMasked ? 4 : 0), 0x88)]);
}

describe("a stream of frames", () => {
  it("[FWD4] is between two frames where one has ended, however the stream is cut into pieces", () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const random = seededRandom(seed);
    const frames = Array.from({ length: 300 }, (_, index) =>
      frame(Math.floor(random() * ([100, 300, 80_000][index % 3] ?? 0)), index % 2 === 1),
    );
    const stream = Buffer.concat(frames);
    let endsAt = 0;
    const ends = new Set([0, ...frames.map(({ length }) => (endsAt += length))]);
    const tracker = new FrameTracker();

    for (let at = 0; at < stream.length; ) {
      const piece = stream.subarray(at, at + 1 + Math.floor(random() ** 4 * 100_000));
      tracker.pass(piece);
      at += piece.length;
      assert.equal(tracker.isBetweenFrames, ends.has(at), `seed ${seed}, byte ${at}`);
    }

    assert.equal(tracker.hasClosed, false);
  });

  it("[FWD4] has closed with a closing frame", () => {
    const tracker = new FrameTracker();

    tracker.pass(Buffer.concat([frame(3, false), closeFrame(4010, "why")]));

    assert.ok(tracker.hasClosed && tracker.isBetweenFrames);
  });
});
