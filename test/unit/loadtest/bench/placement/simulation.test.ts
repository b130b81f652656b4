import assert from "node:assert/strict";
import { RULES } from "../../../../../loadtest/bench/placement/rules.ts";
import { Simulation, unevenness } from "../../../../../loadtest/bench/placement/simulation.ts";

/** A small cluster after three simulated minutes. */
function settled(title: string, seed: number): Simulation {
  const rule = RULES.find((each) => each.title === title);
  assert.ok(rule);
  const simulation = new Simulation({
    nodes: 8,
    connections: 20_000,
    rule,
    seed,
    capacity: 20_000,
    loopLeft: 1,
  });
  simulation.run(180, () => {});
  return simulation;
}

describe("the simulation of placement", () => {
  it("gives the same figures for the same seed", () => {
    const [one, same, other] = [1, 1, 2].map((seed) => settled("by chance", seed).nodes.map((node) => node.rooms));

    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
  });

  it("has about as many connections as it is asked for", () => {
    const { nodes } = settled("by chance", 3);

    const connections = nodes.reduce((sum, node) => sum + node.connections, 0);

    assert.ok(connections > 15_000 && connections < 25_000, `${connections}`);
  });

  it("[PLC1] shows that Arena spreads connections better than rules that can be had, also in a burst", () => {
    const worst = RULES.map(({ title }) => {
      const simulation = settled(title, 4);
      simulation.burst(500);
      return Math.max(...simulation.run(20, ({ nodes }) => unevenness(nodes)));
    });

    const [arena = Number.NaN, ...others] = worst.slice(0, -1);
    assert.ok(arena < 1.15 && arena < Math.min(...others), worst.join(", "));
  });

  it("[PLC3] shows that nodes that come get rooms by and by", () => {
    const simulation = settled("Arena", 5);
    simulation.join(1);
    const given = simulation.run(60, ({ nodes }) => nodes.at(-1)?.given ?? 0);

    const [first = 0, all = 0] = [given[9], given.at(-1)];
    assert.ok(first < all / 6, `${first} rooms of ${all} came within ten seconds of sixty`);
  });
});

describe("unevenness", () => {
  it("is the most of one node as a multiple of the mean", () => {
    const figure = unevenness([{ connections: 30 }, { connections: 10 }, { connections: 20 }]);

    assert.equal(figure, 1.5);
  });
});
