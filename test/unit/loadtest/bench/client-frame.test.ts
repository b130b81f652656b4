import assert from "node:assert/strict";
import { once } from "node:events";
import type { Writable } from "node:stream";
import * as ws from "ws";
import { BINARY, clientFrame } from "../../../../loadtest/bench/client-frame.ts";

/** ws' parser of frames, which ws exports and its types forget. */
const Receiver = Reflect.get(ws, "Receiver") as new (options: object) => Writable;

describe("a frame of the benchmark's clients", () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    it(`is read by a server as it was meant, with ${length} bytes`, async () => {
      const payload = Buffer.alloc(length, 7);
      const receiver = new Receiver({ isServer: true });

      const message = once(receiver, "message");
      receiver.write(clientFrame(BINARY, payload));
      const [received, isBinary] = await message;

      assert.deepEqual([Buffer.compare(received, payload), isBinary], [0, true]);
    });
  }
});
