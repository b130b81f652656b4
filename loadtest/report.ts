import type { Verification } from "./documents/verification.ts";
import type { LoadOptions, ScenarioName } from "./options.ts";
import type { Outcome, Phase } from "./runner.ts";
import type { ServerFigures } from "./server-metrics.ts";
import { type Figures, type Percentiles, percentilesOf } from "./tally.ts";

/** All that a run found out, as it is written to `--json`. Times in ms. */
export interface Report {
  readonly timestamp: string;
  readonly options: LoadOptions;
  readonly measuredSeconds: number;
  readonly failedBots: number;
  readonly joins: {
    readonly ok: number;
    readonly failed: number;
    readonly perSecond: number;
    readonly ms: Percentiles;
  };
  readonly sent: Rate;
  readonly patches: Rate;
  readonly messages: Rate;
  readonly latency: { readonly what: string; readonly ms: Percentiles };
  readonly bytesPerBotPerSecond: { readonly in: number; readonly out: number };
  readonly errors: Readonly<Record<string, number>>;
  readonly unexpectedCloses: Readonly<Record<string, number>>;
  readonly drops: number;
  readonly reconnects: number;
  readonly generator: { readonly latenessMs: Percentiles; readonly busyRatio: number; readonly isBottleneck: boolean };
  readonly refusals: number;
  readonly server: ServerFigures | undefined;
  /** Whether what the bots did is there; not there itself where nothing of it lasts. */
  readonly verification?: Verification;
}

interface Rate {
  readonly total: number;
  readonly perSecond: number;
  readonly perBotPerSecond: number;
}

/** What the latency of a scenario measures. */
const LATENCY_NAMES: Readonly<Record<ScenarioName, string>> = {
  arena: "input to patch",
  lobby: "ping to pong",
  synthetic: "echo",
  whiteboard: "push to ack",
  chat: "message to ack",
};

/** A generator that drives its bots later than this, or is busier, measures itself. */
const LATE_MS = 10;
const BUSY_RATIO = 0.8;
const MS_DIGITS = 1;

/** Works the figures out. */
export function buildReport(
  options: LoadOptions,
  { figures, server, verification }: Outcome,
  timestamp: string,
): Report {
  const { counts, measuredSeconds, joinSeconds, busyRatio } = figures;
  const rate = (total: number): Rate => {
    const perSecond = ratio(total, measuredSeconds);
    return { total, perSecond, perBotPerSecond: ratio(perSecond, counts.joinsOk) };
  };
  const latenessMs = percentilesOf(figures, "lateness");
  return {
    timestamp,
    options,
    measuredSeconds,
    failedBots: counts.failedBots,
    joins: {
      ok: counts.joinsOk,
      failed: counts.joinsFailed,
      perSecond: ratio(counts.joinsOk, joinSeconds),
      ms: percentilesOf(figures, "join"),
    },
    sent: rate(counts.sent),
    patches: rate(counts.patches),
    messages: rate(counts.messages),
    latency: { what: LATENCY_NAMES[options.scenario], ms: percentilesOf(figures, "latency") },
    bytesPerBotPerSecond: { in: rate(counts.bytesIn).perBotPerSecond, out: rate(counts.bytesOut).perBotPerSecond },
    errors: figures.errors,
    unexpectedCloses: figures.closes,
    drops: counts.drops,
    reconnects: counts.reconnects,
    refusals: counts.refusals,
    generator: { latenessMs, busyRatio, isBottleneck: latenessMs.p99 > LATE_MS || busyRatio > BUSY_RATIO },
    server,
    ...(verification && { verification }),
  };
}

/** Whether the test has failed. */
export function hasFailed({ failedBots, verification }: Report): boolean {
  return failedBots > 0 || (verification?.problems.length ?? 0) > 0;
}

/** The table for people. */
export function reportText(report: Report): string {
  const { options, joins, latency, bytesPerBotPerSecond: bytes, generator, server } = report;
  const rows: readonly [string, string][] = [
    ["joins", `${count(joins.ok)} ok, ${count(joins.failed)} failed, ${count(joins.perSecond)}/s`],
    ["join latency", timesText(joins.ms)],
    ["sent", rateText(report.sent)],
    ["patches", rateText(report.patches)],
    ["messages", rateText(report.messages)],
    [latency.what, timesText(latency.ms)],
    ["bytes per bot", `in ${count(bytes.in)}/s, out ${count(bytes.out)}/s`],
    ["errors", kindsText(report.errors)],
    ["unexpected closes", kindsText(report.unexpectedCloses)],
    ["reconnects", `${count(report.reconnects)} of ${count(report.drops)} dropped connections`],
    ["load generator", generatorText(generator, options.workers)],
    ["server", serverText(server)],
    ...verificationRows(report),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join("\n");
  const title = `${options.scenario}, ${count(options.bots)} bots on ${options.url}, measured for ${report.measuredSeconds.toFixed(1)} s`;
  return `${title}\n\n${table}\n${verdict(report)}`;
}

/** One line on how things stand. */
export function progressText({ counts, measuredSeconds }: Figures, phase: Phase): string {
  const who = `${count(counts.joinsOk)} in, ${count(counts.failedBots)} failed`;
  if (phase !== "measuring") return `${phase}: ${who}`;
  return `${measuredSeconds.toFixed(0)} s: ${who}, ${count(ratio(counts.patches, measuredSeconds))} patches/s`;
}

function verificationRows({ refusals, verification }: Report): readonly [string, string][] {
  if (!verification) return [];
  const { digests, documents, pushes, marks, problems } = verification;
  const boards = Object.keys(digests).length;
  const looked = `${count(documents)} documents on ${count(boards)} boards, ${count(pushes)} acknowledged pushes, ${count(marks)} shapes or messages`;
  return [
    ["refusals", count(refusals)],
    ["verified", problems.length === 0 ? `${looked}: all equal, each there once` : `${looked}: NOT as they should be`],
  ];
}

function verdict({ failedBots, generator, verification }: Report): string {
  const warning = generator.isBottleneck
    ? "\nWARNING: the load generator was late or too busy: the times above are partly its own, not the server's.\n"
    : "";
  const problems = (verification?.problems ?? []).map((problem) => `\nFAILED: ${problem}`);
  const failures = failedBots > 0 ? [...problems, `\nFAILED: ${count(failedBots)} bots failed.`] : problems;
  return failures.length > 0 ? `${warning}${failures.join("")}\n` : warning;
}

function rateText({ total, perSecond, perBotPerSecond }: Rate): string {
  return `${count(total)}, ${count(perSecond)}/s, ${perBotPerSecond.toFixed(1)}/s per bot`;
}

function timesText({ samples, p50, p90, p99, p999, max }: Percentiles): string {
  if (samples === 0) return "not measured";
  return `p50 ${ms(p50)}, p90 ${ms(p90)}, p99 ${ms(p99)}, p99.9 ${ms(p999)}, max ${ms(max)}`;
}

function kindsText(kinds: Readonly<Record<string, number>>): string {
  const entries = Object.entries(kinds).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? "none" : entries.map(([kind, times]) => `${kind} (${count(times)})`).join(", ");
}

function generatorText({ latenessMs, busyRatio }: Report["generator"], workers: number): string {
  const threads = workers === 1 ? "1 thread" : `${workers} threads`;
  return `${threads}, busy ${(busyRatio * 100).toFixed(0)} %, turns late by p99 ${ms(latenessMs.p99)}`;
}

function serverText(server: ServerFigures | undefined): string {
  if (!server) return "says nothing of itself";
  const { tickLatenessP99Ms: lateness, eventLoopDelayP99Ms: delay, cpuMsPerSecond: cpu } = server;
  const ticks = lateness === undefined ? "no ticks" : `ticks late by p99 at most ${ms(lateness)}`;
  const loop = delay === undefined ? "" : `, event-loop delay p99 ${ms(delay)}`;
  return cpu === undefined ? ticks + loop : `${ticks}${loop}, CPU ${ms(cpu)} a second`;
}

function ms(value: number): string {
  return `${value.toFixed(MS_DIGITS)} ms`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function ratio(amount: number, by: number): number {
  return by > 0 ? amount / by : 0;
}
