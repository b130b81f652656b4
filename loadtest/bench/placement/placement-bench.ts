import type { BenchOptions } from "../options.ts";
import { type LiveRun, type LiveSize, liveText, runLive } from "./live-run.ts";
import { placementText, verdictOf } from "./placement-table.ts";
import { type Size, type Trial, tryRules } from "./trial.ts";

/** What was found out, and whether it is as good as it is to be. */
export interface PlacementFindings {
  readonly text: string;
  readonly isMet: boolean;
}

const SIMULATED = 1;
const LIVE = 2;
/** Clusters that are simulated, the first of them the one for which there are goals. */
const SIZES: readonly Omit<Size, "seeds">[] = [
  { nodes: 32, connections: 250_000 },
  { nodes: 1000, connections: 1_000_000 },
];
const LIVE_SIZE: LiveSize = { nodes: 4, bots: 400 };

/** Simulates clusters, and runs one of processes. */
export async function measurePlacement(
  options: BenchOptions,
  tell: (words: string) => void,
): Promise<PlacementFindings> {
  const findings: PlacementFindings[] = [];
  if (options.points.includes(SIMULATED)) findings.push(simulate(options, tell));
  if (options.points.includes(LIVE)) findings.push(await live(options, tell));
  return { text: findings.map(({ text }) => text).join("\n\n"), isMet: findings.every(({ isMet }) => isMet) };
}

function simulate({ rounds, isQuick }: BenchOptions, tell: (words: string) => void): PlacementFindings {
  const sizes = isQuick ? SIZES.slice(0, 1) : SIZES;
  const results = sizes.map((each, index) => {
    const size = { ...each, seeds: index === 0 ? rounds : 1 };
    const trials: Trial[] = [];
    for (const trial of tryRules(size)) {
      trials.push(trial);
      tell(`${size.nodes} nodes, ${trial.rule}: steady ${trial.steady.toFixed(3)}, burst ${trial.burst.toFixed(3)}`);
    }
    return { size, trials };
  });
  const arena = results[0]?.trials[0];
  if (!arena) throw new Error("Nothing was simulated.");
  const { text, isMet } = verdictOf(arena);
  return { text: `${placementText(results)}\n\n${text}`, isMet };
}

async function live({ rounds, isQuick }: BenchOptions, tell: (words: string) => void): Promise<PlacementFindings> {
  const size = isQuick ? { ...LIVE_SIZE, bots: LIVE_SIZE.bots / 4 } : LIVE_SIZE;
  const runs: LiveRun[] = [];
  for (let round = 1; round <= rounds; round++) {
    const run = await runLive(size);
    runs.push(run);
    tell(`round ${round}, ${size.nodes} processes: ${run.connections.join(", ")}: ${run.unevenness.toFixed(3)}`);
  }
  return liveText(size, runs);
}
