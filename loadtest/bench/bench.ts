/**
 * bench: Arena beside its peers, in one run: `connections`, `ops`, `matchmaking` and `presence`; how evenly it uses its nodes: `placement`;
 * what clients see of a room that moves: `handoff`; of a node that is killed: `failover`; of a deploy: `rolling-restart`.
 *
 * Each server runs in a fresh process on a core of its own, the load on another. All peers of a case are measured one
 * after the other in every round, so that what else the machine does meets all of them; ratios are taken round by round.
 * Standard output carries the table; progress goes to standard error. Ends with 1 when something could not be measured,
 * or a goal was missed.
 */
import { type Case, FULL_SCALE, QUICK_SCALE, runCase } from "./case.ts";
import { leaveServerCore } from "./cores.ts";
import { measureHandoff } from "./handoff/handoff-bench.ts";
import { type BenchOptions, type ComparisonName, HELP, parseOptions, type SubjectName, UsageError } from "./options.ts";
import { PEERS } from "./peers.ts";
import { measurePlacement } from "./placement/placement-bench.ts";
import { measurePresence } from "./presence/presence-bench.ts";
import { describeRun, writeSection } from "./results.ts";
import { SUBJECTS } from "./subjects.ts";
import { markdownTable, type Sample } from "./summary.ts";
import { measureFailover } from "./upheaval/failover-bench.ts";
import { measureRestart } from "./upheaval/restart-bench.ts";

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) {
    process.stdout.write(HELP);
    return;
  }
  const options = parseOptions(args);
  const command = `npm run bench -- ${args.join(" ")}`;
  const text = await measure(options, command);
  process.stdout.write(text);
  if (options.isWritten) await writeSection(options.subject, text);
}

async function measure(options: BenchOptions, command: string): Promise<string> {
  if (isComparison(options)) return compare(options, command);
  return options.subject === "presence" ? watch(options, command) : place(options, command);
}

type Comparison = BenchOptions & { readonly subject: ComparisonName };

function isComparison(options: BenchOptions): options is Comparison {
  return options.subject !== "presence" && !Object.hasOwn(CLUSTERS, options.subject);
}

async function compare(options: Comparison, command: string): Promise<string> {
  leaveServerCore();
  const { packages, notes, reference } = SUBJECTS[options.subject];
  const samples = await measureAll(options);
  const about = await describeRun(command, packages);
  return `${[about, notes, markdownTable(samples, reference)].filter(Boolean).join("\n\n")}\n`;
}

/** What is about clusters of Arena alone. */
const CLUSTERS: Readonly<Partial<Record<SubjectName, typeof measurePlacement>>> = {
  placement: measurePlacement,
  handoff: measureHandoff,
  failover: measureFailover,
  "rolling-restart": measureRestart,
};

async function place(options: BenchOptions, command: string): Promise<string> {
  const measure = CLUSTERS[options.subject] ?? measurePlacement;
  const { text, isMet } = await measure(options, tellOf);
  if (!isMet) process.exitCode = 1;
  return `${await describeRun(command, ["@colyseus/core"], "not pinned to cores")}\n\n${text}\n`;
}

async function watch(options: BenchOptions, command: string): Promise<string> {
  const text = await measurePresence(options, tellOf);
  const packages = ["ioredis", "socket.io", "@socket.io/redis-adapter"];
  return `${await describeRun(command, packages, "not pinned to cores")}\n\n${text}\n`;
}

function tellOf(words: string): void {
  process.stderr.write(`${words}\n`);
}

async function measureAll({ subject, points, rounds, isQuick }: Comparison): Promise<Sample[]> {
  const cases = SUBJECTS[subject]
    .cases(isQuick ? QUICK_SCALE : FULL_SCALE)
    .filter(({ point }) => points.includes(point));
  const samples: Sample[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const each of cases) samples.push(...(await measureCase(each, round)));
  }
  return samples;
}

async function measureCase(each: Case, round: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const peer of each.peers) {
    try {
      const figures = await runCase(each, peer);
      samples.push(...figures.map((figure) => ({ ...figure, peer, round })));
      tell(round, each, `${PEERS[peer].title}: ${figures.map(({ value }) => value.toPrecision(3)).join(", ")}`);
    } catch (error) {
      process.exitCode = 1;
      tell(
        round,
        each,
        `${PEERS[peer].title} could not be measured: ${error instanceof Error ? error.message : error}`,
      );
    }
  }
  return samples;
}

function tell(round: number, { title }: Case, words: string): void {
  process.stderr.write(`round ${round}, ${title}, ${words}\n`);
}

console.info = () => {}; // the SDK tells of each client that comes back
try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
