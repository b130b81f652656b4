import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import { ArenaError, type ErrorCode } from "../../../src/errors/errors.ts";
import { adopt } from "../../../src/handoff/adoption.ts";

const ROOM = { roomId: "r", name: "arena", epoch: 7 };
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What comes of a room whose attempts end like that; afterwards it can be made. */
async function tryWith(failures: readonly ErrorCode[]): Promise<{ tried: number; givenUp: number; code: string }> {
  const clock = manualClock();
  const left = [...failures];
  const outcome = { tried: 0, givenUp: 0, code: "" };
  const hosting = {
    adopt: async () => {
      outcome.tried++;
      const code = left.shift();
      if (code) throw new ArenaError(code);
    },
    giveUp: () => void outcome.givenUp++,
  };
  let isOver = false;
  const adopting = adopt(ROOM, clock, hosting).then(
    () => "made",
    (error: ArenaError) => error.code,
  );
  void adopting.then(() => {
    isOver = true;
  });
  while (!isOver) {
    clock.advance(100);
    await settle();
  }
  return { ...outcome, code: await adopting };
}

describe("adopting a room that has come here", () => {
  it("[HND4] is tried again while the store is away", async () => {
    assert.deepEqual(await tryWith(["CLUSTER_UNAVAILABLE", "LOG_UNAVAILABLE"]), { tried: 3, givenUp: 0, code: "made" });
  });

  it("[HND4] gives the room up where that goes on, and where it is another's", async () => {
    const away = Array.from({ length: 20 }, () => "CLUSTER_UNAVAILABLE" as const);

    assert.deepEqual(await tryWith(away), { tried: 10, givenUp: 1, code: "CLUSTER_UNAVAILABLE" });
    assert.deepEqual(await tryWith(["CREATION_REVOKED"]), { tried: 1, givenUp: 1, code: "CREATION_REVOKED" });
  });
});
