import { percentile } from "../summary.ts";
import { RULES, type Rule } from "./rules.ts";
import { Simulation, unevenness } from "./simulation.ts";

/** A cluster that is simulated. */
export interface Size {
  readonly nodes: number;
  readonly connections: number;
  /** How often, each time by other chances. */
  readonly seeds: number;
}

/** How one rule does in one cluster. Unevenness is the most connections of a node as a multiple of the mean. */
export interface Trial {
  readonly rule: string;
  /** Unevenness while rooms come and go: in the middle, and what 99 of 100 seconds do not exceed. */
  readonly steady: number;
  readonly steadyP99: number;
  /** The worst after a burst, in any second from when its rooms are full. */
  readonly burst: number;
  /** Share of the rooms that go to newcomers within ten seconds after they came, as a multiple of their share of the nodes. */
  readonly rush: number;
  /** Unevenness two minutes after they came. */
  readonly later: number;
  /** Event loop of a node with a third of the others' strength: what 99 of 100 seconds do not exceed, and the worst after a burst. */
  readonly weakP99: number;
  readonly weakBurst: number;
}

/** `--max-connections` by default. */
const CAPACITY = 20_000;
const BURST_ROOMS = 2000;
const SETTLE_S = 150;
const STEADY_S = 60;
const FULL_S = 6;
const AFTER_S = 30;
const RUSH_S = 10;
const LATER_S = 120;
/** One newcomer to so many nodes. */
const NEWCOMERS = 8;
const WEAK = 1 / 3;
const P99 = 0.99;

/** Tries every rule on a cluster. */
export function* tryRules(size: Size): Generator<Trial, void, void> {
  for (const rule of RULES) yield tryRule(rule, size);
}

function tryRule(rule: Rule, { nodes, connections, seeds }: Size): Trial {
  const all = Array.from({ length: seeds }, (_, index) => {
    const options = { nodes, connections, rule, seed: index + 1, capacity: CAPACITY };
    return {
      ...tryEqual(new Simulation({ ...options, loopLeft: 1 })),
      ...tryWeak(new Simulation({ ...options, loopLeft: WEAK })),
    };
  });
  const steady = all.flatMap((each) => each.steady).toSorted((one, other) => one - other);
  const worst = (figures: readonly number[]): number => Math.max(...figures);
  const mean = (figures: readonly number[]): number => figures.reduce((sum, each) => sum + each, 0) / figures.length;
  return {
    rule: rule.title,
    steady: percentile(steady, 1 / 2),
    steadyP99: percentile(steady, P99),
    burst: worst(all.map((each) => each.burst)),
    rush: mean(all.map((each) => each.rush)),
    later: worst(all.map((each) => each.later)),
    weakP99: worst(all.map((each) => each.weakP99)),
    weakBurst: worst(all.map((each) => each.weakBurst)),
  };
}

/** Nodes that are alike: rooms come and go, there is a burst, then newcomers. */
function tryEqual(simulation: Simulation) {
  const even = (seconds: number): readonly number[] => simulation.run(seconds, ({ nodes }) => unevenness(nodes));
  even(SETTLE_S);
  const steady = even(STEADY_S);
  simulation.burst(BURST_ROOMS);
  const burst = Math.max(...even(AFTER_S).slice(FULL_S));
  const before = simulation.nodes.length;
  const newcomers = Math.ceil(before / NEWCOMERS);
  const givenTo = (from: number): number => simulation.nodes.slice(from).reduce((sum, { given }) => sum + given, 0);
  const givenBefore = givenTo(0);
  simulation.join(newcomers);
  even(RUSH_S);
  const share = givenTo(before) / (givenTo(0) - givenBefore);
  const rush = share / (newcomers / simulation.nodes.length);
  return { steady, burst, rush, later: even(LATER_S - RUSH_S).at(-1) ?? Number.NaN };
}

/** The first node has less strength than the others. */
function tryWeak(simulation: Simulation) {
  const loops = (seconds: number): readonly number[] =>
    simulation.run(seconds, ({ nodes }) => nodes[0]?.loop ?? Number.NaN);
  loops(SETTLE_S);
  const weakP99 = percentile(
    loops(STEADY_S).toSorted((one, other) => one - other),
    P99,
  );
  simulation.burst(BURST_ROOMS);
  return { weakP99, weakBurst: Math.max(...loops(AFTER_S)) };
}
