import assert from "node:assert/strict";
import type { Writable } from "node:stream";
import * as ws from "ws";
import { FrameOnce, payloadsOf } from "../../../src/transport/wire-frame.ts";

/** ws' parser of frames, which ws exports and its types forget. */
const Receiver = Reflect.get(ws, "Receiver") as new (options: object) => Writable;

/** Payloads at the edges of the three header sizes of RFC 6455. */
const SIZES = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000];

/** What a WebSocket peer reads from `bytes`, by ws' own parser. */
async function received(bytes: Buffer): Promise<{ data: Buffer; isBinary: boolean }[]> {
  const receiver = new Receiver({ isServer: false, allowSynchronousEvents: true });
  const messages: { data: Buffer; isBinary: boolean }[] = [];
  receiver.on("message", (data: Buffer, isBinary: boolean) => messages.push({ data: Buffer.from(data), isBinary }));
  await new Promise<void>((resolve, reject) => {
    receiver.on("error", reject);
    receiver.on("finish", resolve);
    receiver.end(bytes);
  });
  return messages;
}

const payloadOf = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(15);

describe("a wire frame", () => {
  for (const size of SIZES) {
    it(`is read by a WebSocket peer as a payload of ${size} bytes`, async () => {
      const payload = payloadOf(size);

      const { bytes } = new FrameOnce().frame(payload);

      assert.deepEqual(await received(bytes), [{ data: Buffer.from(payload), isBinary: true }]);
    });
  }

  it("is found again among others that stand one behind the other", () => {
    const payloads = SIZES.map(payloadOf);

    const bytes = Buffer.concat(payloads.map((payload) => new FrameOnce().frame(payload).bytes));

    assert.deepEqual(
      [...payloadsOf(bytes)],
      payloads.map((payload) => Buffer.from(payload)),
    );
  });

  it("[OUT2] keeps its bytes when the payload's buffer is overwritten", () => {
    const encoder = new Uint8Array([15, 1, 2, 3]);
    const frame = new FrameOnce().frame(encoder.subarray(0, 3));

    encoder.fill(9);

    assert.deepEqual([...frame.bytes.subarray(2)], [15, 1, 2]);
  });

  it("is made once for all who send the same payload in a row", () => {
    const frames = new FrameOnce();
    const payload = payloadOf(3);

    assert.equal(frames.frame(payload), frames.frame(payload));
  });

  it("[OUT2] is made anew for a payload that was forgotten, since its bytes may have changed", () => {
    const frames = new FrameOnce();
    const payload = payloadOf(3);
    const first = frames.frame(payload);
    frames.forget();
    payload.fill(14);

    const second = frames.frame(payload);

    assert.deepEqual([first.kind, second.kind], ["patch", "state"]);
  });

  it("[OUT2] is not shared by two views of one buffer", () => {
    const frames = new FrameOnce();
    const buffer = new Uint8Array([15, 1, 2, 3]);

    const [long, short] = [frames.frame(buffer), frames.frame(buffer.subarray(0, 2))];

    assert.deepEqual([long.bytes.byteLength, short.bytes.byteLength], [6, 4]);
  });
});
