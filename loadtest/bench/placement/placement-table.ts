import type { Size, Trial } from "./trial.ts";

/** Limits for 32 nodes that are alike. */
const GOALS = { steady: 1.05, burst: 1.1 };

const NOTES = `Simulated: the placement of the product itself, in another time, beside three other rules and one that nobody can have. Duels of 6 connections (80 % of
the rooms, 90 s on average), matches of 40 (15 %, 180 s) and halls of 200 (5 %, 240 s), each 30 % more or less; lives are exponential, a room fills
within 5 s. Four processes give rooms to nodes and see what their last renewal brought; reports are up to a second old. Uneven: the most connections of a node
as a multiple of the mean, read once a second.

- steady: in the middle (99 of 100 seconds are not worse)
- burst: 2,000 more rooms within a second; the worst second of the next half minute, from when they are full
- rush: an eighth as many nodes come; rooms that each gets in its first 10 s, as a multiple of what is its share
- 2 min later: how uneven it is then
- weak node: one has a third of the others' strength; use of its event loop (99 of 100 seconds are not above), and the highest after a burst; above 1 it does not keep up
- all-knowing: who knows at any moment what each room will come to, and gives it to the least loaded node; it is as even as it gets without moving rooms`;

/** All figures in Markdown. */
export function placementText(results: readonly { readonly size: Size; readonly trials: readonly Trial[] }[]): string {
  const tables = results.map(({ size, trials }) => `${titleOf(size)}\n\n${tableOf(trials)}`);
  return [NOTES, ...tables].join("\n\n");
}

/** One line on whether the goals are met. */
export function verdictOf({ steady, burst }: Trial): { readonly isMet: boolean; readonly text: string } {
  const isMet = steady <= GOALS.steady && burst <= GOALS.burst;
  const text = `32 nodes: steady ${digits(steady)} (goal ${GOALS.steady}), after a burst ${digits(burst)} (goal ${GOALS.burst}): ${isMet ? "met" : "MISSED"}`;
  return { isMet, text };
}

function titleOf({ nodes, connections, seeds }: Size): string {
  const count = (amount: number): string => amount.toLocaleString("en-US");
  return `${count(nodes)} nodes, ${count(connections)} connections${seeds > 1 ? `, worst of ${seeds} runs` : ""}:`;
}

function tableOf(trials: readonly Trial[]): string {
  const rows = trials.map((trial) => {
    const cells = [
      `${digits(trial.steady)} (${digits(trial.steadyP99)})`,
      digits(trial.burst),
      trial.rush.toFixed(1),
      digits(trial.later),
      `${trial.weakP99.toFixed(2)}, ${trial.weakBurst.toFixed(2)}`,
    ];
    return `| ${[trial.rule, ...cells].join(" | ")} |`;
  });
  return ["| rule | steady | burst | rush | 2 min later | weak node |", "|---|---|---|---|---|---|", ...rows].join(
    "\n",
  );
}

function digits(value: number): string {
  return value.toFixed(3);
}
