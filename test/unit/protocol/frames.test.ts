import assert from "node:assert/strict";
import { Protocol } from "@colyseus/core";
import { FRAME_KINDS, frameKindOf, INBOUND_FRAME_KINDS } from "../../../src/protocol/protocol.ts";

describe("the kind of a frame", () => {
  it("is told by the low five bits, whatever the others say", () => {
    for (const modifiers of [0, 0x20, 0x40, 0x80, 0xe0]) assert.equal(frameKindOf(15 | modifiers), "patch");
  });

  it("is unknown for an empty frame and for codes without a meaning", () => {
    assert.deepEqual([undefined, 0, 16, 23, 31].map(frameKindOf), Array(5).fill("unknown"));
  });

  it("is known for each code that Colyseus uses", () => {
    const { ROOM_DATA_SCHEMA, ...inUse } = Protocol;

    assert.deepEqual(Object.keys(FRAME_KINDS).map(Number), Object.values(inUse));
    assert.equal(frameKindOf(ROOM_DATA_SCHEMA), "unknown");
  });

  it("may be sent by a client unless only servers have a use for it", () => {
    const kinds = new Set(Object.values(FRAME_KINDS));

    assert.deepEqual(
      [...kinds].filter((kind) => !INBOUND_FRAME_KINDS.has(kind)),
      ["error", "state", "patch", "response"],
    );
  });
});
