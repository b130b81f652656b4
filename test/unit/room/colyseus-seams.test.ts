import assert from "node:assert/strict";
import { type Client, Room } from "@colyseus/core";
import { overridePrivate, seams } from "../../../src/room/colyseus-seams.ts";

const client = {} as Client; // handed through, never looked at

describe("the seams in Colyseus' Room", () => {
  it("are all there in the version that is installed", () => {
    const { sendFullState, __init, _onMessage } = seams(Room.prototype);

    for (const method of [sendFullState, __init, _onMessage]) assert.equal(typeof method, "function");
  });
});

describe("replacing a private method", () => {
  class Base {
    readonly calls: unknown[] = [];
    __init(): void {
      this.calls.push("original");
    }
    _onMessage(...args: unknown[]): void {
      this.calls.push(args);
    }
  }

  it("hands the room and the original, which still knows its room", () => {
    class Replaced extends Base {}
    overridePrivate(Replaced.prototype, {
      __init: (room: Replaced, original) => {
        room.calls.push("before");
        original();
      },
    });
    const room = new Replaced();

    room.__init();

    assert.deepEqual(room.calls, ["before", "original"]);
  });

  it("hands the arguments", () => {
    class Replaced extends Base {}
    overridePrivate(Replaced.prototype, {
      _onMessage: (_room: Replaced, original, from, frame) => original(from, Buffer.from(frame.toReversed())),
    });
    const room = new Replaced();

    room._onMessage(client, Buffer.from([1, 2]));

    assert.deepEqual(room.calls, [[client, Buffer.from([2, 1])]]);
  });

  it("leaves the class above as it was", () => {
    class Replaced extends Base {}
    overridePrivate(Replaced.prototype, { __init: () => {} });
    const room = new Base();

    room.__init();

    assert.deepEqual(room.calls, ["original"]);
  });

  it("fails loudly where an upgrade took the method away", () => {
    assert.throws(() => overridePrivate({}, { __init: () => {} }), /Room\.__init is gone from @colyseus\/core/);
  });
});
