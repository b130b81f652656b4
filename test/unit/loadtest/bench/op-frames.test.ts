import assert from "node:assert/strict";
import { getMessageBytes, Protocol } from "@colyseus/core";
import { unpack } from "msgpackr";
import { opFrame, readOpFrame } from "../../../../loadtest/bench/boards/op-frames.ts";
import { snapFrame } from "../../../../src/op-lane/messages.ts";
import { OP_MESSAGES } from "../../../../src/protocol/protocol.ts";

const TYPE_END = 2 + OP_MESSAGES.PUSH.length;

describe("the benchmark's frames of the op lane", () => {
  for (const n of [1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31]) {
    it(`are read as the acknowledgement of push ${n}`, () => {
      const bytes = sent(OP_MESSAGES.ACK, { n, seq: 9, outcome: "commit" });

      assert.deepEqual(readOpFrame(frame(bytes)), { kind: "ack", n });
    });
  }

  for (const { part, isLast } of [
    { part: 0, isLast: false },
    { part: 299, isLast: true },
  ]) {
    it(`are read as part ${part} of a document of 300 parts`, () => {
      const bytes = snapFrame(5, part, 300, Uint8Array.of(0x90));

      assert.deepEqual(readOpFrame(frame(bytes)), { kind: "snap", isLast });
    });
  }

  it("are read as a refusal", () => {
    const bytes = sent(OP_MESSAGES.NACK, { n: 1, code: "GAP" });

    assert.deepEqual(readOpFrame(frame(bytes)), { kind: "nack", nack: { n: 1, code: "GAP" } });
  });

  it("are read as a seat that is to be confirmed", () => {
    assert.deepEqual(readOpFrame(frame(Uint8Array.of(Protocol.JOIN_ROOM, 0))), { kind: "join" });
  });

  it("are left alone where they are batches, patches or whatever else", () => {
    const kinds = [
      sent(OP_MESSAGES.BATCH, { from: 1, to: 1, entries: [] }),
      Uint8Array.of(Protocol.ROOM_STATE_PATCH),
    ].map((bytes) => readOpFrame(frame(bytes)).kind);

    assert.deepEqual(kinds, ["other", "other"]);
  });

  it("are sent as an SDK sends them", () => {
    const push = { n: 1, ops: [{ t: "del", id: "a" }] };

    const bytes = Buffer.from(opFrame(OP_MESSAGES.PUSH, push));

    assert.deepEqual(bytes.subarray(0, TYPE_END), Buffer.from(sent(OP_MESSAGES.PUSH, push)).subarray(0, TYPE_END));
    assert.deepEqual(unpack(bytes.subarray(TYPE_END)), push);
  });
});

function sent(type: string, message: object): Uint8Array {
  return getMessageBytes.raw(Protocol.ROOM_DATA, type, message);
}

/** As the reader of frames gives it: somewhere in a buffer. */
function frame(payload: Uint8Array) {
  return { opcode: 2, payloadBytes: payload.byteLength, bytes: Buffer.concat([Buffer.alloc(3), payload]), at: 3 };
}
