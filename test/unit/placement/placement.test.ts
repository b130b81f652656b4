import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { type NodeRecord, Placement } from "../../../src/placement/placement.ts";

const IDLE = { connections: 0, loop: 0, ticks: 0, egress: 0, memory: 0 };

/** A node that has been there for long and has told its load. */
function node(bootId: string, load: Partial<typeof IDLE> = {}, rest: Partial<NodeRecord> = {}): NodeRecord {
  const report = { seq: 1, load: { ...IDLE, ...load }, capacity: 1000, expected: {} };
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
    ...placement.choose({ id: "new", name: "arena", ...wish }, nodes).order,
  ];

  it("[PLC1] chooses the node with the least connections while nothing runs short", () => {
    const nodes = [
      node("a", { connections: 300 }),
      node("b", { connections: 100, loop: 0.3 }),
      node("c", { connections: 200 }),
    ];

    assert.equal(order(nodes)[0], "b");
  });

  it("[PLC1] passes over a node whose event loop is nearly full, however few connections it has", () => {
    const nodes = [node("a", { connections: 100, loop: 0.95 }), node("b", { connections: 300 })];

    assert.equal(order(nodes)[0], "b");
  });

  it("[PLC1] counts what was placed since the last report", () => {
    const weight = placement.choose({ id: "new", name: "arena" }, [node("a")]).weight;
    const reservations = Array.from({ length: 5 }, (_, index) => ({ id: `${index}`, weight }));

    assert.equal(order([node("a", {}, { reservations }), node("b", { connections: 10 })])[0], "b");
  });

  it("[PLC1] counts what it has just sent itself, which no record shows yet", () => {
    const nodes = ["a", "b", "c", "d"].map((bootId) => node(bootId, { connections: bootId === "a" ? 0 : 20 }));
    const given: string[] = [];

    for (let room = 0; room < 40; room++) given.push(send(placement, `room-${room}`, nodes));

    const most = Math.max(...nodes.map(({ bootId }) => given.filter((each) => each === bootId).length));
    assert.ok(most <= 14, `${most} of 40 went to one of four nodes`);
  });

  it("[PLC1] counts what it has sent once, when a reservation or a report shows it, and not for ever", () => {
    for (const shown of [
      { reservations: [{ id: "room", weight: { connections: 8 } }] },
      { report: { seq: 2, load: { ...IDLE, connections: 8 }, capacity: 1000, expected: {}, ledger: ["room"] } },
    ]) {
      const fresh = new Placement(clock);
      send(fresh, "room", [node("a")]);

      const firsts = Array.from({ length: 100 }, () => {
        const nodes = [node("a", {}, shown), node("b", { connections: 9 })];
        return [...fresh.choose({ id: "other", name: "arena" }, nodes).order][0];
      });

      assert.deepEqual(new Set(firsts), new Set(["a"]));
    }
    send(placement, "lost", [node("a")]);
    clock.advance(2500);
    assert.equal(order([node("a"), node("b", { connections: 1 })])[0], "a");
  });

  it("[PLC1] does not flood a node that is at its end with a burst, though it has few connections", () => {
    const others = ["b", "c", "d"].map((bootId) => node(bootId, { connections: 400, loop: 0.4 }));
    const nodes = [node("a", { connections: 150, loop: 0.68 }), ...others];

    const given = Array.from({ length: 60 }, (_, room) => send(placement, `room-${room}`, nodes));

    const share = given.filter((bootId) => bootId === "a").length;
    assert.ok(share < 12, `${share} of 60 went to the node that is busy`);
  });

  it("[PLC1] lets connections decide where all nodes are about as busy, as on one small machine", () => {
    const nodes = [
      node("a", { connections: 40, loop: 0.62 }),
      node("b", { connections: 20, loop: 0.72 }),
      node("c", { connections: 30, loop: 0.66 }),
    ];

    assert.equal(order(nodes)[0], "b");
  });

  it("[PLC1] lets connections decide also where all nodes are at their end", () => {
    const nodes = [
      node("a", { connections: 140, loop: 0.95 }),
      node("b", { connections: 70, loop: 1 }),
      node("c", { connections: 120, loop: 0.9 }),
    ];

    assert.equal(order(nodes)[0], "b");
  });

  it("[PLC2] gives no room to a node that drains or has failed it, or that lacks what is asked for", () => {
    const nodes = [
      node("drains", {}, { isDraining: true }),
      node("failed"),
      node("elsewhere", {}, { region: "us", labels: ["gpu"] }),
      node("plain", {}, { region: "eu" }),
      node("right", { connections: 900 }, { region: "eu", labels: ["gpu"] }),
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

  it("[PLC3] gives a node that has just come its share by and by", () => {
    const sharesOf = (ageMs: number): number => {
      const old = ["a", "b", "c", "d"].map((bootId) => node(bootId, { connections: 400 }));
      const nodes = [...old, node("new", {}, { ageMs })];
      return Array.from({ length: 400 }, () => order(nodes)[0]).filter((bootId) => bootId === "new").length / 400;
    };

    const shares = [0, 5000, 15_000, 30_000].map(sharesOf);

    assert.ok(shares[0] === 0 && (shares[1] ?? 1) < 0.2, shares.join(", "));
    assert.deepEqual(shares, shares.toSorted());
  });

  it("[PLC3] knows no newcomer where all nodes have just come", () => {
    const nodes = [node("a", { connections: 50 }), node("b"), node("c", { connections: 50 })];
    const firsts = Array.from({ length: 50 }, () => order(nodes.map((each) => ({ ...each, ageMs: 1000 })))[0]);

    assert.deepEqual(new Set(firsts), new Set(["b"]));
  });
});

/** Chooses a node for a room and sends the room there. */
function send(placement: Placement, id: string, nodes: readonly NodeRecord[]): string {
  for (const bootId of placement.choose({ id, name: "arena" }, nodes).order) return bootId;
  return "";
}
