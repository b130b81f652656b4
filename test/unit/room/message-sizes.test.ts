import assert from "node:assert/strict";
import { getMessageBytes, Protocol } from "@colyseus/core";
import { ArenaError } from "../../../src/errors/errors.ts";
import { MessageSizes } from "../../../src/room/message-sizes.ts";

const LIMITS = { maxMessageBytes: 100, maxFrameBytes: 1000 };
const MESSAGES = { chat: { maxBytes: 50 }, draw: { maxBytes: 500 }, 7: { maxBytes: 500 }, plain: {} };
/** A payload that makes any frame at least this long. */
const payload = (bytes: number): string => "x".repeat(bytes);

const message = (type: string | number, bytes: number): Uint8Array =>
  getMessageBytes.raw(Protocol.ROOM_DATA, type, payload(bytes));
const bytesMessage = (type: string, bytes: number): Uint8Array =>
  getMessageBytes.raw(Protocol.ROOM_DATA_BYTES, type, undefined, new Uint8Array(bytes));
const request = (type: string, bytes: number): Uint8Array => {
  const [, ...rest] = message(type, bytes);
  return new Uint8Array([Protocol.ROOM_REQUEST, 5, ...rest]);
};

describe("the sizes of a room's messages", () => {
  const sizes = new MessageSizes(MESSAGES, LIMITS);

  const fits: [string, Uint8Array][] = [
    ["a message that is larger than others may be, where its type allows it", message("draw", 400)],
    ["a message whose type is a number", message(7, 400)],
    ["a request of such a type", request("draw", 400)],
    ["plain bytes of such a type", bytesMessage("draw", 400)],
    ["a message of a type without a bound of its own", message("plain", 80)],
    ["a small message of any type", message("chat", 20)],
    ["an input", new Uint8Array(80).fill(19)],
    ["an empty frame", new Uint8Array()],
  ];
  for (const [what, frame] of fits) {
    it(`take ${what}`, () => {
      assert.equal(sizes.refusal(frame), undefined);
    });
  }

  const tooLarge: [string, Uint8Array][] = [
    ["a message that is larger than its type allows", message("chat", 60)],
    ["a message that is larger than its type's higher bound", message("draw", 600)],
    ["a message without a bound of its own over the bound of all", message("plain", 120)],
    ["a message of an unknown type over the bound of all", message("nobody", 120)],
    ["a message of an inherited property's name", message("constructor", 120)],
    ["a request over its bound", request("chat", 60)],
    ["plain bytes over their bound", bytesMessage("chat", 60)],
    ["an input over the bound of all", new Uint8Array(120).fill(19)],
    ["a message whose type never ends", new Uint8Array(120).fill(0xdb).fill(13, 0, 1)],
  ];
  for (const [what, frame] of tooLarge) {
    it(`[ADM7] refuse ${what}`, () => {
      assert.equal(sizes.refusal(frame)?.code, "MESSAGE_TOO_LARGE");
    });
  }

  it("take a message of exactly its bound and refuse one more byte", () => {
    const exact = new MessageSizes({ chat: { maxBytes: message("chat", 20).byteLength } }, LIMITS);

    assert.equal(exact.refusal(message("chat", 20)), undefined);
    assert.equal(exact.refusal(message("chat", 21))?.code, "MESSAGE_TOO_LARGE");
  });

  for (const maxBytes of [1001, 0, -1, Number.NaN]) {
    it(`cannot be ${maxBytes}`, () => {
      assert.throws(
        () => new MessageSizes({ draw: { maxBytes } }, LIMITS),
        (error) => error instanceof ArenaError && error.code === "APP_INVALID" && error.message.includes('"draw"'),
      );
    });
  }
});
