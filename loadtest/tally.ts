import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64, type Histogram } from "hdr-histogram-js";

/** What is counted while the test measures; `sent` are a bot's inputs, questions and pushes. */
const WINDOW_COUNTS = ["sent", "patches", "messages", "bytesIn", "bytesOut"] as const;
/** What is counted from the first join on. */
const RUN_COUNTS = ["joinsOk", "joinsFailed", "failedBots", "drops", "reconnects", "refusals"] as const;
/** Times in ms: until a bot has its first state; of a round trip; after its due time at which a bot is driven. */
const TIMES = ["join", "latency", "lateness"] as const;

type CountName = (typeof WINDOW_COUNTS | typeof RUN_COUNTS)[number];
type TimeName = (typeof TIMES)[number];

/** What one or more threads counted, as plain data that can travel between threads. */
export interface Figures {
  readonly counts: Readonly<Record<CountName, number>>;
  /** Histograms of microseconds, encoded. */
  readonly times: Readonly<Record<TimeName, string>>;
  /** How often each kind of error happened. */
  readonly errors: Readonly<Record<string, number>>;
  /** How often each close code ended a connection unasked. */
  readonly closes: Readonly<Record<string, number>>;
  /** From the first join call to the last that was answered. */
  readonly joinSeconds: number;
  /** How long patches, messages, bytes and latencies were counted. */
  readonly measuredSeconds: number;
  /** Part of the measured time that the busiest thread worked, 0 to 1. */
  readonly busyRatio: number;
}

/** Percentiles of a time, in ms. */
export interface Percentiles {
  readonly samples: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const US_PER_MS = 1000;
/** Longer times are counted as this. */
const MAX_MS = 120_000;
/** Kinds of errors that are told apart; a server that makes up messages cannot grow the table further. */
const MAX_KINDS = 50;

/** Counts what the bots of one thread see. */
export class Tally {
  readonly counts: Record<CountName, number> = zeroCounts();
  readonly #errors: Record<string, number> = {};
  readonly #closes: Record<string, number> = {};
  readonly #times: Record<TimeName, Histogram> = { join: emptyTimes(), latency: emptyTimes(), lateness: emptyTimes() };

  time(name: TimeName, ms: number): void {
    this.#times[name].recordValue(Math.round(Math.min(Math.max(ms, 0), MAX_MS) * US_PER_MS));
  }

  error(kind: string): void {
    const isKnown = kind in this.#errors || Object.keys(this.#errors).length < MAX_KINDS;
    increase(this.#errors, isKnown ? kind : "other", 1);
  }

  close(code: number): void {
    increase(this.#closes, String(code), 1);
  }

  /** Forgets what came in before all bots were there: the counts of the window, round trips and lateness. */
  startWindow(): void {
    for (const name of WINDOW_COUNTS) this.counts[name] = 0;
    this.#times.latency.reset();
    this.#times.lateness.reset();
  }

  /** The present figures. */
  figures(window: Pick<Figures, "joinSeconds" | "measuredSeconds" | "busyRatio">): Figures {
    const { join, latency, lateness } = this.#times;
    return {
      counts: { ...this.counts },
      times: {
        join: encodeIntoCompressedBase64(join),
        latency: encodeIntoCompressedBase64(latency),
        lateness: encodeIntoCompressedBase64(lateness),
      },
      errors: { ...this.#errors },
      closes: { ...this.#closes },
      ...window,
    };
  }
}

/** The figures of several threads as one. */
export function mergeFigures(parts: readonly Figures[]): Figures {
  return {
    counts: parts.reduce((sum, { counts }) => addCounts(sum, counts), zeroCounts()),
    times: {
      join: mergeTimes(parts, "join"),
      latency: mergeTimes(parts, "latency"),
      lateness: mergeTimes(parts, "lateness"),
    },
    errors: mergeKinds(parts.map(({ errors }) => errors)),
    closes: mergeKinds(parts.map(({ closes }) => closes)),
    joinSeconds: Math.max(0, ...parts.map(({ joinSeconds }) => joinSeconds)),
    measuredSeconds: Math.max(0, ...parts.map(({ measuredSeconds }) => measuredSeconds)),
    busyRatio: Math.max(0, ...parts.map(({ busyRatio }) => busyRatio)),
  };
}

/** Percentiles of one of the times; zeros where nothing was measured. */
export function percentilesOf({ times }: Figures, name: TimeName): Percentiles {
  const histogram = decodeFromCompressedBase64(times[name]);
  const at = (percentile: number): number => histogram.getValueAtPercentile(percentile) / US_PER_MS;
  return { samples: histogram.totalCount, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: at(100) };
}

function mergeTimes(parts: readonly Figures[], name: TimeName): string {
  const sum = emptyTimes();
  for (const { times } of parts) sum.add(decodeFromCompressedBase64(times[name]));
  return encodeIntoCompressedBase64(sum);
}

function mergeKinds(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [kind, count] of parts.flatMap(Object.entries)) increase(sum, kind, count);
  return sum;
}

function addCounts(a: Figures["counts"], b: Figures["counts"]): Record<CountName, number> {
  const sum = { ...a };
  for (const name of [...WINDOW_COUNTS, ...RUN_COUNTS]) sum[name] += b[name];
  return sum;
}

function increase(counts: Record<string, number>, kind: string, by: number): void {
  counts[kind] = (counts[kind] ?? 0) + by;
}

function zeroCounts(): Record<CountName, number> {
  return {
    sent: 0,
    patches: 0,
    messages: 0,
    bytesIn: 0,
    bytesOut: 0,
    joinsOk: 0,
    joinsFailed: 0,
    failedBots: 0,
    drops: 0,
    reconnects: 0,
    refusals: 0,
  };
}

function emptyTimes(): Histogram {
  return build({ highestTrackableValue: MAX_MS * US_PER_MS, numberOfSignificantValueDigits: 3, autoResize: false });
}
