import type { LoadOptions } from "./options.ts";

/** What the server says of itself, over the measured time. */
export interface ServerFigures {
  /** 99 of 100 ticks began at most so long after their due time; the upper edge of a step of the server's histogram. */
  readonly tickLatenessP99Ms: number | undefined;
  readonly eventLoopDelayP99Ms: number | undefined;
  /** CPU time of the process that was connected to, in ms a second: 1000 are a whole core. */
  readonly cpuMsPerSecond: number | undefined;
}

/** One reading of `/metrics`. */
export interface ServerSample {
  /** Ticks so far that began at most so many seconds late, by upper edge, in rising order. */
  readonly ticksByLateness: readonly { readonly upToSeconds: number; readonly ticks: number }[];
  readonly eventLoopDelayP99Ms: number | undefined;
  /** CPU time so far. */
  readonly cpuSeconds: number | undefined;
  /** When it was read, by the clock of this process. */
  readonly readMs: number;
}

const READ_TIMEOUT_MS = 2000;
const MS_PER_S = 1000;

/** Reads the server's metrics; undefined where it has none that can be reached. */
export async function readServerSample({ url, scenario }: LoadOptions): Promise<ServerSample | undefined> {
  try {
    const address = new URL("/metrics", url.replace(/^ws/, "http"));
    const answer = await fetch(address, { signal: AbortSignal.timeout(READ_TIMEOUT_MS) });
    return answer.ok ? parseMetrics(await answer.text(), scenario) : undefined;
  } catch {
    return undefined; // a server without metrics can be tested as well
  }
}

/** Finds what matters here in the Prometheus text format; `room` is the type of the rooms under test. */
export function parseMetrics(text: string, room: string): ServerSample {
  const rows = [...text.matchAll(/^(\w+)\{(.*)\} (\S+)$/gm)].map(([, name, labels = "", value]) => {
    const byLabel = new Map([...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, text]) => [label, text]));
    return { name, byLabel, value: Number(value) };
  });
  const delay = rows.find(
    (row) => row.name === "arena_event_loop_delay_seconds" && row.byLabel.get("quantile") === "0.99",
  );
  const cpu = /^process_cpu_seconds_total (\S+)/m.exec(text)?.[1];
  return {
    ticksByLateness: rows
      .filter(({ name, byLabel }) => name === "arena_tick_lateness_seconds_bucket" && byLabel.get("name") === room)
      .map(({ byLabel, value }) => ({ upToSeconds: edgeOf(byLabel.get("le")), ticks: value })),
    eventLoopDelayP99Ms: delay && delay.value * MS_PER_S,
    cpuSeconds: cpu === undefined ? undefined : Number(cpu),
    readMs: performance.now(),
  };
}

/** The figures between two readings; undefined where the second is missing. */
export function serverFigures(
  before: ServerSample | undefined,
  after: ServerSample | undefined,
): ServerFigures | undefined {
  if (!after) return undefined;
  const earlier = new Map(before?.ticksByLateness.map(({ upToSeconds, ticks }) => [upToSeconds, ticks]));
  const ticks = after.ticksByLateness.map((step) => ({
    ...step,
    ticks: step.ticks - (earlier.get(step.upToSeconds) ?? 0),
  }));
  const wanted = 0.99 * (ticks.at(-1)?.ticks ?? 0);
  const step = wanted > 0 ? ticks.find((each) => each.ticks >= wanted) : undefined;
  return {
    tickLatenessP99Ms: step && step.upToSeconds * MS_PER_S,
    eventLoopDelayP99Ms: after.eventLoopDelayP99Ms,
    cpuMsPerSecond: before && cpuMsPerSecond(before, after),
  };
}

function cpuMsPerSecond(before: ServerSample, after: ServerSample): number | undefined {
  if (before.cpuSeconds === undefined || after.cpuSeconds === undefined) return undefined;
  const seconds = (after.readMs - before.readMs) / MS_PER_S;
  return seconds > 0 ? ((after.cpuSeconds - before.cpuSeconds) * MS_PER_S) / seconds : undefined;
}

function edgeOf(text: string | undefined): number {
  return text === "+Inf" ? Number.POSITIVE_INFINITY : Number(text);
}
