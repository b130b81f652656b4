import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Clock } from "../src/clock/clock.ts";
import type { CrewOrder } from "./crew.ts";
import { mergeVerifications, type Verification } from "./documents/verification.ts";
import type { LoadOptions } from "./options.ts";
import { readServerSample, type ServerFigures, serverFigures } from "./server-metrics.ts";
import { type Figures, mergeFigures } from "./tally.ts";
import type { Report, Request } from "./worker.ts";

/** Part of a run. */
export type Phase = "joining" | "measuring" | "verifying";

/** What a run needs besides its options. */
export interface RunContext {
  readonly clock: Clock;
  /** Ends the run early; what was measured until then counts. */
  readonly signal: AbortSignal;
  /** Hears once a second how things stand. */
  readonly onProgress: (figures: Figures, phase: Phase) => void;
}

/** What a run found out. */
export interface Outcome {
  readonly figures: Figures;
  /** What the server says of itself; undefined where it does not. */
  readonly server: ServerFigures | undefined;
  /** Whether what the bots did is there; undefined where nothing of it lasts. */
  readonly verification: Verification | undefined;
}

const PROGRESS_MS = 1000;
const MS_PER_S = 1000;

/** Joins the bots, lets them play for the measured time, and makes them leave. */
export async function runLoad(options: LoadOptions, context: RunContext): Promise<Outcome> {
  const crews = ordersOf(options).map((order) => new CrewThread(order));
  try {
    return await conduct(options, crews, context);
  } finally {
    await Promise.all(crews.map((crew) => crew.terminate()));
  }
}

async function conduct(
  options: LoadOptions,
  crews: readonly CrewThread[],
  { clock, signal, onProgress }: RunContext,
): Promise<Outcome> {
  const failed = Promise.race(crews.map((crew) => crew.failed));
  const all = <T>(ask: (crew: CrewThread) => Promise<T>): Promise<T[]> =>
    Promise.race([Promise.all(crews.map(ask)), failed]);
  const figuresNow = async (): Promise<Figures> => mergeFigures(await all((crew) => crew.figures()));
  const aborted = signal.aborted ? Promise.resolve() : once(signal, "abort").then(() => {});
  let phase: Phase = "joining";
  const stopProgress = clock.every(PROGRESS_MS, () => {
    figuresNow().then(
      (figures) => onProgress(figures, phase),
      () => {}, // a thread that died ends the run itself
    );
  });

  await Promise.race([all((crew) => crew.joined), aborted]);
  const before = await readServerSample(options);
  if (!signal.aborted && hasPlayers(await figuresNow())) {
    phase = "measuring";
    for (const crew of crews) crew.measure();
    await Promise.race([wait(clock, options.seconds * MS_PER_S), aborted, failed]);
  }
  const figures = await figuresNow();
  const server = serverFigures(before, await readServerSample(options));
  phase = "verifying";
  await all((crew) => crew.rest());
  const verified = (await all((crew) => crew.verify())).filter((each) => each !== undefined);
  stopProgress();
  await all((crew) => crew.close());
  return { figures, server, verification: verified.length > 0 ? mergeVerifications(verified) : undefined };
}

function hasPlayers({ counts }: Figures): boolean {
  return counts.joinsOk > 0;
}

function wait(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

/** The test in as many even parts as there are threads. */
export function ordersOf(options: LoadOptions): CrewOrder[] {
  const instance = `load-${randomUUID().slice(0, 8)}`;
  const { bots, workers } = options;
  const start = (worker: number): number => Math.floor((worker * bots) / workers);
  return Array.from({ length: workers }, (_, worker) => ({
    options,
    instance,
    firstBot: start(worker),
    bots: start(worker + 1) - start(worker),
    rampPerSecond: options.rampPerSecond / workers,
  }));
}

/** A crew in a thread of its own. */
class CrewThread {
  readonly joined: Promise<void>;
  /** Rejects when the thread dies of an error; never resolves. */
  readonly failed: Promise<never>;
  readonly #worker: Worker;

  constructor(order: CrewOrder) {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: order });
    this.#worker.setMaxListeners(0); // one for each question under way
    this.joined = this.#told("joined").then(() => {});
    this.failed = new Promise((_, reject) => this.#worker.once("error", reject));
  }

  measure(): void {
    this.#ask("measure");
  }

  async figures(): Promise<Figures> {
    const told = this.#told("figures");
    this.#ask("report");
    return (await told).figures;
  }

  async rest(): Promise<void> {
    const told = this.#told("rested");
    this.#ask("rest");
    await told;
  }

  async verify(): Promise<Verification | undefined> {
    const told = this.#told("verified");
    this.#ask("verify");
    return (await told).verification;
  }

  async close(): Promise<void> {
    const told = this.#told("closed");
    this.#ask("close");
    await told;
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(request: Request): void {
    this.#worker.postMessage(request);
  }

  /** The next report of that kind. */
  #told<K extends Report["kind"]>(kind: K): Promise<Extract<Report, { kind: K }>> {
    return new Promise((resolve) => {
      const hear = (report: Report): void => {
        if (report.kind !== kind) return;
        this.#worker.off("message", hear);
        resolve(report as Extract<Report, { kind: K }>); // its kind was just compared
      };
      this.#worker.on("message", hear);
    });
  }
}
