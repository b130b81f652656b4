import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { type NodeRecord, Placement } from "../../../src/placement/placement.ts";

const IDLE = { connections: 0, loop: 0, ticks: 0, egress: 0, memory: 0 };

/** A node that has been there for long and has told its load. */
function node(bootId: string, load: Partial<typeof IDLE> = {}, rest: Partial<NodeRecord> = {}): NodeRecord {
  const report = { seq: 1, load: { ...IDLE, ...load }, capacity: 100, expected: {} };
  return {
    bootId,
    region: "",
    version: "1",
    labels: [],
    ageMs: 600_000,
    isDraining: false,
    report,
    reservations: [],
    ...rest,
  };
}

describe("placement", () => {
  let clock: ManualClock;
  let placement: Placement;
  beforeEach(() => {
    clock = manualClock();
    placement = new Placement(clock);
  });
  const order = (nodes: readonly NodeRecord[], wish: object = {}): readonly string[] => [
    ...placement.choose({ name: "arena", ...wish }, nodes).order,
  ];

  it("[PLC1] chooses the node with the least connections while nothing runs short", () => {
    const nodes = [
      node("a", { connections: 0.3 }),
      node("b", { connections: 0.1, loop: 0.3 }),
      node("c", { connections: 0.2 }),
    ];

    assert.equal(order(nodes)[0], "b");
  });

  it("[PLC1] passes over a node whose event loop is nearly full, however few connections it has", () => {
    const nodes = [node("a", { connections: 0.1, loop: 0.95 }), node("b", { connections: 0.3 })];

    assert.equal(order(nodes)[0], "b");
  });

  it("[PLC1] counts what was placed since the last report", () => {
    const weight = placement.choose({ name: "arena" }, [node("a")]).weight;
    const reservations = Array.from({ length: 5 }, () => ({ weight }));

    assert.equal(order([node("a", {}, { reservations }), node("b", { connections: 0.01 })])[0], "b");
  });

  it("[PLC2] gives no room to a node that drains or has failed it, or that lacks what is asked for", () => {
    const nodes = [
      node("drains", {}, { isDraining: true }),
      node("failed"),
      node("elsewhere", {}, { region: "us", labels: ["gpu"] }),
      node("plain", {}, { region: "eu" }),
      node("right", { connections: 0.9 }, { region: "eu", labels: ["gpu"] }),
    ];

    assert.deepEqual(order(nodes, { region: "eu", label: "gpu", except: new Set(["failed"]) }), ["right"]);
  });

  it("[PLC2] gives no room to a node that has told nothing new for three seconds", () => {
    const nodes = [node("a"), node("b")];
    order(nodes);
    clock.advance(3500);
    const told = { ...node("b"), report: { ...node("b").report, seq: 2 } };

    assert.deepEqual(new Set(order([node("a"), told])), new Set(["b"]));
  });

  it("[PLC3] does not send everything to a node that has just come", () => {
    const old = ["a", "b", "c", "d"].map((bootId) => node(bootId, { connections: 0.4 }));
    const nodes = [...old, node("new", {}, { ageMs: 0 })];

    const firsts = Array.from({ length: 100 }, () => order(nodes)[0]);

    const share = firsts.filter((bootId) => bootId === "new").length;
    assert.ok(share < 60, `${share} of 100 went to the new node`);
  });
});
