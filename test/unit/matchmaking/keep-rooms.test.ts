import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import type { NodeRecord } from "../../../src/cluster/cluster.ts";
import type { Hosting } from "../../../src/matchmaking/hosting.ts";
import { keepRooms } from "../../../src/matchmaking/keep-rooms.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("who keeps rooms", () => {
  it("[OWN7] buries who has departed once nothing is left of them, however often that fails, and nobody it knows to live", async () => {
    const clock = manualClock();
    const departed = new Set(["boot-a", "boot-b", "boot-c"]);
    const forgotten: string[] = [];
    let failures = 2;
    keepRooms({
      clock,
      cluster: {
        onLease: () => () => {},
        departed: () => [...departed],
        node: (bootId) => (bootId === "boot-b" ? ({ bootId } as NodeRecord) : undefined),
        bury: async (bootId) => void departed.delete(bootId),
      },
      matchmaking: {
        hosting: { owned: { releaseLeftovers: async () => {} } } as unknown as Hosting,
        reassert: async () => {},
        forgetNode: async (bootId) => {
          if (failures-- > 0) throw new Error("Redis is away");
          forgotten.push(bootId);
        },
      },
    });

    for (let passedMs = 0; passedMs < 20_000; passedMs += 1000) {
      clock.advance(1000);
      await settle();
    }

    assert.deepEqual([forgotten, [...departed]], [["boot-a", "boot-c"], ["boot-b"]]);
  });
});
