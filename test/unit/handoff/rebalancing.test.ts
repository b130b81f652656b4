import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import type { NodeRecord } from "../../../src/cluster/cluster.ts";
import { rebalance } from "../../../src/handoff/rebalancing.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const NODES = ["a", "b", "c", "d"];
const SECOND_MS = 1000;

/** Nodes whose rooms move to the one that has least. */
class Nodes {
  readonly clock: ManualClock = manualClock();
  readonly rooms = new Map(NODES.map((node) => [node, new Map<string, number>()]));
  readonly moves: { readonly roomId: string; readonly ms: number }[] = [];
  readonly busy = new Set<string>();

  constructor() {
    for (const own of NODES) {
      rebalance({
        clock: this.clock,
        cluster: { identity: { bootId: own } as NodeRecord, nodes: () => NODES.map((node) => this.#record(node)) },
        hosting: { rooms: () => this.#roomsOf(own) },
        move: async (roomId) => this.#move(own, roomId),
      });
    }
  }

  fill(node: string, rooms: number, connections: number): void {
    for (let n = 0; n < rooms; n++) this.rooms.get(node)?.set(`${node}${n}`, connections);
  }

  load(node: string): number {
    return [...(this.rooms.get(node)?.values() ?? [])].reduce((sum, connections) => sum + connections, 0);
  }

  get ratio(): number {
    const loads = NODES.map((node) => this.load(node));
    return (Math.max(...loads) * NODES.length) / loads.reduce((sum, load) => sum + load, 0);
  }

  async pass(seconds: number): Promise<void> {
    for (let passed = 0; passed < seconds; passed++) {
      this.clock.advance(SECOND_MS);
      await settle();
    }
  }

  #roomsOf(node: string) {
    return [...(this.rooms.get(node) ?? [])].map(([roomId, connections]) => {
      return { roomId, connections, isMovable: true, canMoveNow: !this.busy.has(roomId) };
    });
  }

  #record(bootId: string): NodeRecord {
    const load = { connections: this.load(bootId), loop: 0, ticks: 0, egress: 0, memory: 0 };
    return { bootId, role: "node", isDraining: false, report: { seq: 1, load } } as unknown as NodeRecord;
  }

  #move(from: string, roomId: string): void {
    const [target = from] = NODES.toSorted((one, other) => this.load(one) - this.load(other));
    this.rooms.get(target)?.set(roomId, this.rooms.get(from)?.get(roomId) ?? 0);
    this.rooms.get(from)?.delete(roomId);
    this.moves.push({ roomId, ms: this.clock.nowMs() });
  }
}

describe("rooms that are evened out over the nodes", () => {
  it("[RBL1] come within 1.10 of the mean after a scale-out, each moved once, and stay", async () => {
    const nodes = new Nodes();
    nodes.fill("a", 40, 10);
    nodes.fill("b", 40, 10);

    await nodes.pass(1200);

    assert.ok(nodes.ratio <= 1.1, `busiest to mean: ${nodes.ratio}`);
    const moved = nodes.moves.map(({ roomId }) => roomId);
    assert.equal(new Set(moved).size, moved.length, "a room moved twice");
    await nodes.pass(1200);
    assert.equal(nodes.moves.length, moved.length, "it goes on moving");
  });

  it("[RBL2] stay where they are while nodes differ by less than a quarter, or have just come", async () => {
    const nodes = new Nodes();
    for (const [index, node] of NODES.entries()) nodes.fill(node, 20 + index, 10);
    await nodes.pass(1200);
    assert.equal(nodes.moves.length, 0);

    nodes.fill("a", 60, 10);
    await nodes.pass(500);
    assert.ok(nodes.moves.every(({ roomId }) => Number(roomId.slice(1)) < 20));
  });

  it("[RBL3] stay while they say that they cannot move now", async () => {
    const nodes = new Nodes();
    nodes.fill("a", 10, 10);
    for (const roomId of nodes.rooms.get("a")?.keys() ?? []) nodes.busy.add(roomId);

    await nodes.pass(1200);

    assert.deepEqual(nodes.moves, []);
  });
});
