import assert from "node:assert/strict";
import type { Checkpoint } from "../../../src/checkpoint/checkpoint.ts";
import { manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import type { RoomParts } from "../../../src/room/parts.ts";
import { type CheckpointedRoom, RoomCheckpoint } from "../../../src/room/room-checkpoint.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";

/** A room that is being made, of which nothing else is asked for. */
function roomThatTakes(take: () => Promise<Checkpoint | undefined>, keep?: () => unknown): RoomCheckpoint {
  const room = { roomId: "r", roomName: "arena" } as unknown as CheckpointedRoom["room"];
  const parts = {
    clock: manualClock(),
    telemetry: createTelemetry(),
    checkpoints: { take, keep },
  } as unknown as RoomParts;
  return new RoomCheckpoint({
    room,
    parts: () => parts,
    durabilityOf: () => "checkpoint",
    save: () => undefined,
    restore: () => {},
    ticks: { tick: 0 },
  });
}

describe("a room that may go on from a checkpoint", () => {
  it("[CKP4] is not made while nobody can say whether there is one, and so does not take its place", async () => {
    let made = 0;
    const checkpoint = roomThatTakes(() => Promise.reject(new ArenaError("LOG_UNAVAILABLE")));

    await assert.rejects(
      checkpoint.create({}, () => void made++),
      { code: "LOG_UNAVAILABLE" },
    );

    assert.deepEqual([made, checkpoint.isKept], [0, false]);
  });

  it("[CKP4] is made with the options that it had, whoever has it made again with which", async () => {
    const made: object[] = [];
    const kept = { roomId: "r", name: "arena", epoch: 1, bootId: "before", sessions: 1, content: Buffer.of(0xc1) };
    const checkpoint = roomThatTakes(async () => ({ ...kept, options: { bots: 3 } }));

    await assert.rejects(
      checkpoint.create({ bots: 0 }, (options) => void made.push(options)),
      { code: "ROOM_NOT_RESTORED" }, // what is kept is no image of a room
    );

    assert.deepEqual(made, [{ bots: 3 }]);
  });

  it("[NOD3] goes on after its process as it was kept before, where it cannot be kept for the last time", async () => {
    const away = { keepLast: async () => false, isStored: true };
    const never = { keepLast: async () => false, isStored: false };

    const goesOn = await Promise.all(
      [away, never].map(async (keeper) => {
        const checkpoint = roomThatTakes(
          async () => undefined,
          () => keeper,
        );
        await checkpoint.create({}, () => {});
        return checkpoint.leave();
      }),
    );

    assert.deepEqual(goesOn, [true, false]);
  });
});
