import assert from "node:assert/strict";
import { FAULTS, type FaultKind, planRounds, type Round } from "../../chaos/plan.ts";

const SEEDS = Array.from({ length: 50 }, (_, seed) => seed);

describe("the plan of a chaos run", () => {
  const rounds = (seed: number, count: number): Round[] => {
    const plan = planRounds(seed);
    return Array.from({ length: count }, () => plan.next().value);
  };
  const classOf = (kind: FaultKind): string => FAULTS[kind].class;

  it("is the same for the same seed, and another for another", () => {
    assert.deepEqual(rounds(7, 20), rounds(7, 20));
    assert.notDeepEqual(rounds(7, 20), rounds(8, 20));
  });

  it("has each kind of fault first in a round before any comes first again", () => {
    const kinds = Object.keys(FAULTS);

    const seen = rounds(7, kinds.length).flatMap(({ faults }) => faults.map(({ kind }) => kind));

    assert.deepEqual(new Set(seen), new Set(kinds));
  });

  it("never fails what nobody promises to survive", () => {
    for (const { faults } of SEEDS.flatMap((seed) => rounds(seed, 40))) {
      const classes = faults.map(({ kind }) => classOf(kind));
      const others = classes.filter((each) => each !== "clients");
      const targets = faults.map(({ target }) => target).filter((target) => target !== "");
      assert.equal(new Set(targets).size, targets.length, "one process fails in one way");
      assert.ok(classes.filter((each) => each === "line" || each === "redis").length <= 1);
      assert.ok(!others.includes("alone") || others.length === 1);
    }
  });

  it("keeps each fault within its bounds", () => {
    for (const { kind, atMs, forMs } of SEEDS.flatMap((seed) => rounds(seed, 40)).flatMap(({ faults }) => faults)) {
      const [least, most] = FAULTS[kind].forMs;
      assert.ok(forMs >= least && forMs <= most && atMs >= 0 && atMs <= 6000, `${kind} at ${atMs} for ${forMs}`);
    }
  });
});
