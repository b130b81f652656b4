import assert from "node:assert/strict";
import type { ListedNode } from "../../../src/cli/admin.ts";
import { type RestartOrder, restartAll } from "../../../src/cli/restart.ts";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";

/** A cluster whose processes come back after they were told to end, as what supervises them would have it. */
class World {
  readonly clock: ManualClock = manualClock();
  readonly drained: string[] = [];
  readonly said: string[] = [];
  nodes: ListedNode[] = [];
  /** Of a process that ends: when it is gone, and when another one is there. Never, where nothing is said. */
  comesBack: (nodeId: string) => { goneMs: number; backMs: number } | undefined = () => ({
    goneMs: 1000,
    backMs: 2000,
  });
  isAway = false;
  #boots = 0;

  constructor(nodes: readonly string[], edges: readonly string[]) {
    for (const nodeId of edges) this.start(nodeId, "edge");
    for (const nodeId of nodes) this.start(nodeId, "node");
  }

  start(nodeId: string, role: "node" | "edge"): void {
    const load = { connections: 0, loop: 0 };
    this.nodes.push({ nodeId, bootId: `boot-${++this.#boots}`, role, version: "1", isDraining: false, load });
  }

  end(nodeId: string): void {
    this.nodes = this.nodes.filter((node) => node.nodeId !== nodeId);
  }

  /** What came of it within a time. */
  async restart(order: RestartOrder, passMs = 120_000): Promise<string> {
    let outcome = "under way";
    void restartAll(order, { cluster: this.#asking, clock: this.clock, say: (line) => void this.said.push(line) }).then(
      () => {
        outcome = "done";
      },
      (error: ArenaError) => {
        outcome = error.code;
      },
    );
    for (let passed = 0; passed < passMs && outcome === "under way"; passed += 50) {
      this.clock.advance(50);
      for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    return outcome;
  }

  readonly #asking = {
    nodes: async (): Promise<readonly ListedNode[]> => {
      if (this.isAway) throw new ArenaError("CLUSTER_UNAVAILABLE");
      return this.nodes;
    },
    drain: async ({ nodeId }: { readonly nodeId: string }) => {
      const node = this.nodes.find((each) => each.nodeId === nodeId);
      if (!node) throw new ArenaError("ADMIN_REFUSED");
      this.drained.push(nodeId);
      const when = this.comesBack(nodeId);
      if (when) this.clock.after(when.goneMs, () => this.end(nodeId));
      if (when) this.clock.after(when.backMs, () => this.start(nodeId, node.role));
      return { progress: { left: 3 } };
    },
  };
}

describe("the command `restart`", () => {
  it("does not take for the one that it waits for another one that has crashed and is back", async () => {
    const world = new World(["n1", "n2", "n3"], []);
    world.comesBack = (nodeId) => {
      if (nodeId === "n1") {
        world.clock.after(2000, () => {
          world.end("n3");
          world.start("n3", "node");
        });
      }
      return { goneMs: 1000, backMs: 5000 };
    };

    const outcome = await world.restart({});

    assert.equal(outcome, "done");
    assert.deepEqual(
      world.said.filter((line) => line.includes("back as")),
      ["n1", "n2", "n3"].map((name) => `${name}: back as ${name}`),
    );
  });

  it("restarts the process that is named and no other, and nothing where there is none of that name", async () => {
    const world = new World(["n1", "n2"], ["edge"]);

    const outcomes = [await world.restart({ nodeId: "n2" }), await world.restart({ nodeId: "n3" })];

    assert.deepEqual([outcomes, world.drained], [["done", "NODE_UNKNOWN"], ["n2"]]);
  });

  it("restarts one process after the other, edges last, each when the one before is back", async () => {
    const world = new World(["n10", "n2"], ["edge"]);
    const most: number[] = [];
    world.comesBack = () => {
      most.push(world.nodes.length);
      return { goneMs: 1000, backMs: 5000 };
    };

    const outcome = await world.restart({});

    assert.deepEqual([outcome, world.drained, most], ["done", ["n2", "n10", "edge"], [3, 3, 3]]);
    assert.equal(world.said.length, 6);
  });

  it("restarts those of one role where it is told to", async () => {
    const world = new World(["n1", "n2"], ["edge"]);

    assert.deepEqual([await world.restart({ only: "edge" }), world.drained], ["done", ["edge"]]);
  });

  for (const [what, change] of [
    ["a node is missing", (world: World) => world.end("n2")],
    [
      "one is being emptied",
      (world: World) => {
        world.nodes = world.nodes.map((node) => ({ ...node, isDraining: node.nodeId === "edge" }));
      },
    ],
  ] as const) {
    it(`begins nothing where ${what}, unless forced`, async () => {
      const world = new World(["n1", "n2"], ["edge"]);
      change(world);

      const outcome = await world.restart({});
      const before = [...world.drained];
      await world.restart({ force: true });

      assert.deepEqual([outcome, before, world.drained[0]], ["CLUSTER_INCOMPLETE", [], "n1"]);
    });
  }

  it("leaves the others alone where one does not come back in time", async () => {
    const world = new World(["n1", "n2"], ["edge"]);
    world.comesBack = () => ({ goneMs: 1000, backMs: 1_000_000 });

    assert.deepEqual([await world.restart({}), world.drained], ["RESTART_STUCK", ["n1"]]);
  });

  it("takes one that does not end for no restart, though another process has come", async () => {
    const world = new World(["n1", "n2"], []);
    world.comesBack = () => undefined;
    world.clock.after(1000, () => world.start("n3", "node"));

    assert.deepEqual([await world.restart({}), world.drained], ["RESTART_STUCK", ["n1"]]);
  });

  it("goes on where the process that it asks is away for a while, as it is restarted itself", async () => {
    const world = new World(["n1", "n2"], ["edge"]);
    world.comesBack = (nodeId) => {
      world.isAway = nodeId === "edge";
      world.clock.after(10_000, () => {
        world.isAway = false;
      });
      return { goneMs: 1000, backMs: 2000 };
    };

    assert.equal(await world.restart({}), "done");
  });

  it("ends with what is said of one that is gone when its turn comes", async () => {
    const world = new World(["n1", "n2"], []);
    world.clock.after(1500, () => world.end("n2"));

    assert.deepEqual([await world.restart({}), world.drained], ["ADMIN_REFUSED", ["n1"]]);
  });

  it("does not take a process for ready before it tells its load", async () => {
    const world = new World(["n1", "n2"], []);
    world.comesBack = (nodeId) => {
      world.clock.after(1000, () => {
        world.end(nodeId);
        world.nodes.push({ nodeId, bootId: "new", role: "node", version: "2", isDraining: false });
      });
      return undefined;
    };

    assert.deepEqual([await world.restart({}), world.drained], ["RESTART_STUCK", ["n1"]]);
  });
});
