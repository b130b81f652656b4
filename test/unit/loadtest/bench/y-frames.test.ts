import assert from "node:assert/strict";
import { IncomingMessage, MessageType, OutgoingMessage } from "@hocuspocus/server";
import { askFrame, authFrame, readYFrame, updateFrame } from "../../../../loadtest/bench/boards/y-frames.ts";

describe("the benchmark's frames for hocuspocus", () => {
  for (const length of [0, 127, 128, 16_384, 3_000_000]) {
    it(`carry a change of ${length} bytes as hocuspocus reads it`, () => {
      const update = new Uint8Array(length).fill(3);

      const message = new IncomingMessage(updateFrame("plans", update));

      const head = [message.readVarString(), message.readVarUint(), message.readVarUint()];
      assert.deepEqual(head, ["plans", MessageType.Sync, 2]);
      assert.deepEqual(message.readVarUint8Array(), update);
    });
  }

  it("ask to be let in with a token", () => {
    const message = new IncomingMessage(authFrame("plans"));

    const head = [message.readVarString(), message.readVarUint(), message.readVarUint(), message.readVarString()];
    assert.deepEqual(head, ["plans", MessageType.Auth, 0, "token"]);
  });

  it("ask for the whole of a document", () => {
    const message = new IncomingMessage(askFrame("plans"));

    const head = [message.readVarString(), message.readVarUint(), message.readVarUint()];
    assert.deepEqual(head, ["plans", MessageType.Sync, 0]);
    assert.deepEqual(message.readVarUint8Array(), Uint8Array.of(0));
  });

  for (const { title, message, expected } of [
    { title: "that it is let in", message: answer().writeAuthenticated(false), expected: "authenticated" },
    { title: "that it is not let in", message: answer().writePermissionDenied("no"), expected: "refused" },
    { title: "that a change was applied", message: answer().writeSyncStatus(true), expected: "applied" },
    { title: "that a change was not applied", message: answer().writeSyncStatus(false), expected: "refused" },
    {
      title: "the changes of others",
      message: answer().createSyncMessage().writeUpdate(Uint8Array.of(1)),
      expected: "other",
    },
  ]) {
    it(`are told ${title}`, () => {
      assert.equal(readYFrame(frame(message.toUint8Array())), expected);
    });
  }

  it("are given the whole of a document", () => {
    const bytes = Buffer.concat([answer().createSyncMessage().toUint8Array(), Uint8Array.of(1, 2, 0, 0)]);

    assert.equal(readYFrame(frame(bytes)), "document");
  });
});

function answer(): OutgoingMessage {
  return new OutgoingMessage("plans");
}

/** As the reader of frames gives it: somewhere in a buffer. */
function frame(payload: Uint8Array) {
  return { opcode: 2, payloadBytes: payload.byteLength, bytes: Buffer.concat([Buffer.alloc(3), payload]), at: 3 };
}
