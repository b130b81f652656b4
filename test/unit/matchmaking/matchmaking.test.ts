import assert from "node:assert/strict";
import { createAuthContext, LocalDriver, LocalPresence, matchMaker, ServerError } from "@colyseus/core";
import { z } from "zod";
import type { ArenaNode } from "../../../arena.config.ts";
import { type Clock, manualClock, systemClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { createMatchmaking, type Matchmake, type Seats } from "../../../src/matchmaking/matchmaking.ts";
import { Room } from "../../../src/room/room.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { createTokens } from "../../../src/tokens/tokens.ts";
import { startNode, type TestNode } from "../../support/start-node.ts";

const options = z.strictObject({ size: z.coerce.number().max(10).default(3) });

/** What the rooms of these tests were made with, and what they throw. */
let made: unknown[] = [];
let toThrow: unknown;

class TrialRoom extends Room {
  static override readonly options = options;
  override onCreate(received: unknown): void {
    made.push(received);
    if (toThrow) throw toThrow;
  }
}

const clock = systemClock();
const auth = createAuthContext({ headers: {} });

function openTrial(
  { seats }: Pick<ArenaNode, "seats">,
  time: Clock = clock,
): { matchmake: Matchmake; answers: string[] } {
  const telemetry = createTelemetry();
  const answers: string[] = [];
  telemetry.on("matchmaking:answered", ({ method, code }) => answers.push(`${method} ${code}`));
  const tokens = createTokens({ mode: "guest", clock, telemetry });
  const optionsByRoom = new Map([["trial", options]]);
  return { matchmake: createMatchmaking({ clock: time, telemetry, tokens, seats, optionsByRoom }), answers };
}

describe("matchmaking", () => {
  let test: TestNode;
  let matchmake: Matchmake;
  let answers: string[];
  beforeEach(async () => {
    test = await startNode({}, { trial: { room: TrialRoom } });
    ({ matchmake, answers } = openTrial(test.node));
    [made, toThrow] = [[], undefined];
  });
  afterEach(() => test.close());

  const call = (method: string, target = "trial", received: unknown = {}) =>
    matchmake({ method, target, options: received, auth });
  /** How a call is refused whose room throws `error` when it is made. */
  const refusedWith = async (error: unknown): Promise<unknown> => {
    toThrow = error;
    return call("create").then(
      () => assert.fail("the call was granted"),
      (refusal: unknown) => refusal,
    );
  };

  it("[MMK2] hands the room what its schema made of the options", async () => {
    await call("create", "trial", { size: "7" });

    assert.deepEqual(made, [{ size: 7 }]);
  });

  it("[MMK2] hands the room its defaults where nothing was given", async () => {
    await call("create", "trial", undefined);

    assert.deepEqual(made, [{ size: 3 }]);
  });

  it("answers with a seat in the room", async () => {
    const seat = await call("joinOrCreate");

    assert.equal(seat.name, "trial");
    assert.ok(seat.sessionId && seat.roomId && seat.processId);
    assert.deepEqual(answers, ["joinOrCreate ok"]);
  });

  for (const method of ["joinOrCreate", "join"]) {
    it(`finds with ${method} the room that is there`, async () => {
      const first = await call("create");

      const second = await call(method);

      assert.equal(second.roomId, first.roomId);
    });
  }

  it("finds with joinById the room of that id", async () => {
    const { roomId } = await call("create");
    await call("create");

    const seat = await call("joinById", roomId);

    assert.equal(seat.roomId, roomId);
  });

  for (const [what, method, target, received, code] of [
    ["an unknown method", "destroy", "trial", {}, "METHOD_UNKNOWN"],
    ["a method that every object has", "constructor", "trial", {}, "METHOD_UNKNOWN"],
    ["an unknown room", "create", "nowhere", {}, "ROOM_NAME_UNKNOWN"],
    ["a room of the app that is not offered here", "create", "arena", {}, "ROOM_NAME_UNKNOWN"],
    ["an unknown id", "joinById", "nobody", {}, "ROOM_NOT_FOUND"],
    ["options beyond their bounds", "create", "trial", { size: 11 }, "OPTIONS_INVALID"],
    ["options that the room does not know", "create", "trial", { god: true }, "OPTIONS_INVALID"],
    ["options that are no object", "create", "trial", "size", "OPTIONS_INVALID"],
    ["a join where no room is", "join", "trial", {}, "ROOM_NONE_FREE"],
    ["a reconnection without a token", "reconnect", "room", undefined, "OPTIONS_INVALID"],
    ["a reconnection with a token that is no text", "reconnect", "room", { reconnectionToken: 1 }, "OPTIONS_INVALID"],
    ["a reconnection to a room that is gone", "reconnect", "room", { reconnectionToken: "t" }, "ROOM_NOT_FOUND"],
  ] as const) {
    it(`[MMK1] refuses ${what} with ${code} and makes no room`, async () => {
      await assert.rejects(call(method, target, received), { name: "ArenaError", code });

      assert.deepEqual(made, []);
      assert.match(answers[0] ?? "", new RegExp(` ${code}$`));
    });
  }

  it("[MMK6] answers every call in time, by a code that says to come back", async () => {
    const time = manualClock();
    const never = new Promise<never>(() => {});
    const stuck: Seats = Object.create({ joinOrCreate: () => never, joinById: () => never });
    const { matchmake: matchmakeStuck } = openTrial({ ...test.node, seats: stuck }, time);
    const { roomId } = await call("create");

    const asked = [
      matchmakeStuck({ method: "joinOrCreate", target: "trial", options: {}, auth }),
      matchmakeStuck({ method: "joinById", target: roomId, options: {}, auth }),
    ].map((answer) => answer.catch((error: unknown) => (error as ArenaError).code));
    for (let passed = 0; passed < 10_000; passed += 50) {
      await new Promise((resolve) => setImmediate(resolve));
      time.advance(50);
    }

    assert.deepEqual(await Promise.all(asked), ["CREATION_TOO_SLOW", "PEER_UNCERTAIN"]);
  });

  it("counts a method that it does not know under one name, whatever it is called", async () => {
    await assert.rejects(call("x".repeat(1000)));

    assert.deepEqual(answers, ["unknown METHOD_UNKNOWN"]);
  });

  it("refuses a room that is locked with ROOM_FULL", async () => {
    const { roomId } = await call("create");
    await matchMaker.getLocalRoomById(roomId).lock();

    await assert.rejects(call("joinById", roomId), { code: "ROOM_FULL" });
  });

  it("refuses everything with DRAINING once the node ends", async () => {
    await test.close();

    await assert.rejects(call("create"), { code: "DRAINING" });
    test = await startNode();
  });

  it("refuses everything with STARTING before the node takes part", async () => {
    await test.close();
    await matchMaker.setup(new LocalPresence(), new LocalDriver(), "");

    await assert.rejects(call("create"), { code: "STARTING" });
    test = await startNode();
  });

  describe("when the room throws", () => {
    it("[MMK5] tells nothing of an exception, and keeps it as the cause", async () => {
      const refusal = await refusedWith(new Error("the password is 1234"));

      assert.ok(refusal instanceof ArenaError && refusal.code === "INTERNAL");
      assert.doesNotMatch(refusal.wireMessage, /1234/);
      assert.match(String(refusal.cause), /1234/);
    });

    it("[MMK5] tells nothing of what is not even an Error", async () => {
      const refusal = await refusedWith("the password is 1234");

      assert.ok(refusal instanceof ArenaError && refusal.code === "INTERNAL");
      assert.doesNotMatch(refusal.wireMessage, /1234/);
    });

    it("[MMK5] tells nothing of an exception with a code of the system's", async () => {
      const refusal = await refusedWith(Object.assign(new Error("/etc/secret"), { code: "ENOENT" }));

      assert.ok(refusal instanceof ArenaError && refusal.code === "INTERNAL");
      assert.doesNotMatch(refusal.wireMessage, /secret/);
    });

    it("passes on an error of the catalogue", async () => {
      const refusal = await refusedWith(new ArenaError("AUTH_FAILED"));

      assert.ok(refusal instanceof ArenaError && refusal.code === "AUTH_FAILED");
    });

    it("passes on a number and a sentence that the room's author chose", async () => {
      const refusal = await refusedWith(new ServerError(4242, "no hats here"));

      const { name, wireCode, message } = refusal as { name: string; wireCode: number; message: string }; // compared next
      assert.deepEqual([name, wireCode, message], ["RoomRefusal", 4242, "no hats here"]);
    });
  });
});
