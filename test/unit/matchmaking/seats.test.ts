import assert from "node:assert/strict";
import { type AuthContext, type IRoomCache, LocalDriver, LocalPresence, matchMaker, Room } from "@colyseus/core";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { ArenaError, type ErrorCode } from "../../../src/errors/errors.ts";
import { localGate } from "../../../src/matchmaking/gate.ts";
import { Seats } from "../../../src/matchmaking/seats.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a seat in a room of another process", () => {
  const row = { name: "far", roomId: "r", processId: "p", clients: 0, maxClients: 4, locked: false, private: false };
  const caller = { options: {}, auth: { headers: new Headers(), ip: "127.0.0.1" } as AuthContext };
  let clock: ManualClock;
  /** What the process answers, one after the other; the last again and again. */
  let answers: (boolean | ErrorCode)[];
  let awaited: Set<string>;
  let seats: Seats;
  beforeEach(async () => {
    const driver = new LocalDriver();
    await matchMaker.setup(new LocalPresence(), driver, "");
    matchMaker.defineRoomType("far", Room);
    await driver.persist(row as IRoomCache, true);
    clock = manualClock();
    awaited = new Set();
    seats = new Seats({
      clock,
      creation: { make: async () => row, arrival: async () => row },
      gate: localGate(),
      instanceOf: () => undefined,
      reserve: async () => {
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (typeof answer === "boolean") return answer;
        throw new ArenaError(answer ?? "INTERNAL");
      },
      change: async () => true,
      sessionOf: async () => undefined,
      isAwaited: async (roomId) => awaited.has(roomId),
    });
  });
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      await settle();
      clock.advance(50);
    }
  };

  for (const [method, ask] of [
    ["joinById", () => seats.joinById("r", caller)],
    ["create", () => seats.create("far", caller)],
    ["joinOrCreate", () => seats.joinOrCreate("far", caller)],
  ] as const) {
    it(`is given by ${method} once that process answers`, async () => {
      answers = ["PEER_UNCERTAIN", "PEER_UNREACHABLE", true];

      const asked = ask();
      await pass(1000);

      assert.equal((await asked).roomId, "r");
    });

    it(`[MMK6] is refused by ${method} with a code that says to come back, where that process does not answer`, async () => {
      answers = ["PEER_UNCERTAIN"];

      const refused = assert.rejects(ask(), { code: "PEER_UNCERTAIN" });
      await pass(8000);

      await refused;
    });
  }

  it("[FOV4] is to be asked for again where the room is kept and nobody has it, and is refused where it is not", async () => {
    awaited.add("lost");

    await assert.rejects(seats.reconnect("lost", "token"), { code: "PEER_UNREACHABLE" });
    await assert.rejects(seats.reconnect("ended", "token"), { code: "ROOM_NOT_FOUND" });
  });

  it("is given by joinById once a room is listed that was on its way to another process", async () => {
    const { driver } = matchMaker;
    const findOne = driver.findOne.bind(driver);
    awaited.add("r");
    answers = [true];
    let isListed = false;
    driver.findOne = (conditions) => (isListed ? findOne(conditions) : (Promise.resolve(undefined) as never));

    const asked = seats.joinById("r", caller);
    await pass(1000);
    isListed = true;
    await pass(1000);

    assert.equal((await asked).roomId, "r");
  });

  it("is refused at once by joinById where the room is full", async () => {
    answers = [false];

    await assert.rejects(seats.joinById("r", caller), { code: "ROOM_FULL" });
  });

  it("[ADM10] looks a room up once for all who come back to it at the same time", async () => {
    let reads = 0;
    const { driver } = matchMaker;
    const findOne = driver.findOne.bind(driver);
    driver.findOne = (conditions) => {
      reads++;
      return findOne(conditions);
    };

    const asked = Array.from({ length: 50 }, () => seats.reconnect("r", "token"));
    await Promise.allSettled(asked);
    const first = reads;
    await seats.reconnect("r", "token").catch(() => {}); // there is no such seat

    assert.deepEqual([first, reads], [1, 2]);
  });
});
