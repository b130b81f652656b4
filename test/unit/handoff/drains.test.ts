import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import type { NodeRecord } from "../../../src/cluster/cluster.ts";
import { openDrains } from "../../../src/handoff/drains.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { identity } from "../../support/cluster-store-contract.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a node that is told to be emptied", () => {
  it("[DRN2] begins anew where it was done and has rooms left, and tells the two apart", async () => {
    const clock = manualClock();
    const room = {
      roomId: "a",
      connections: 1,
      tickRateHz: 20,
      isMovable: true,
      canCloseNow: false,
      endsInMs: undefined,
    };
    let rooms = [{ ...room, canMoveNow: true }];
    const node = (nodeId: string): NodeRecord =>
      ({ ...identity(nodeId), role: "node", isDraining: false }) as NodeRecord;
    const drains = openDrains({
      clock,
      telemetry: createTelemetry(),
      cluster: { identity: identity("n1"), nodes: () => [node("n1"), node("n2")], drain: async () => {} },
      peers: { on: () => {}, call: async () => undefined },
      hosting: { rooms: () => rooms, close: () => {} },
      move: async () => {
        rooms = [];
        return { outcome: "moved" };
      },
      drainMs: 10_000,
    });

    await drains.drain(undefined, { budgetMs: 0, force: true });
    for (let turn = 0; turn < 5; turn++) await settle();
    const first = drains.progress;
    const { progress: again } = await drains.drain("n1", { budgetMs: 5000, force: true });
    for (let turn = 0; turn < 5; turn++) await settle();

    assert.deepEqual([first?.left, first?.isOver, again.isOver], [1, true, false]);
    assert.deepEqual([rooms, drains.progress?.moved], [[], 1]);
  });
});
