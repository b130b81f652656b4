import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/clock/clock.ts";
import { Diary } from "./chronicle.ts";
import { inflict } from "./faults.ts";
import { Load } from "./load.ts";
import type { ChaosOptions } from "./options.ts";
import { describeFault, FAULTS, type Fault, planRounds, type Round } from "./plan.ts";
import type { Loss } from "./room-book.ts";
import { judgeArenas, judgeBoards, settle } from "./settle.ts";
import { RECONNECT_SECONDS, Stage } from "./stage.ts";
import { World } from "./world.ts";

/** How a run ended. */
export interface Verdict {
  readonly options: ChaosOptions;
  readonly rounds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly ackedPushes: number;
  readonly joins: number;
  /** Longest time from the end of a round's faults to where all was well, in ms. */
  readonly longestHealMs: number;
  /** Most of a room's time that went with its process, where Redis was there, in ms. */
  readonly longestLossMs: number;
  readonly peakBytes: ReadonlyMap<string, number>;
  /** How late this process itself was at most, in which all lines are, in ms: much of it is a machine with other work. */
  readonly longestLateMs: number;
  readonly wrongCount: number;
  /** The first of them. */
  readonly wrongs: readonly string[];
}

/** From the end of the faults. Attempts to come back are up to 25 s apart. */
const HEAL_MS = 60_000;
const FIRST_MS = 60_000;
const CALM_MS = 2000;
/** A room is kept once a second where nothing hinders it; a machine with other work may need longer. */
const MAX_LOSS_MS = 2500;
/** So long before a process ended something may have hindered it. */
const HINDERED_MS = 3000;
const MAX_BYTES = 700 * 1024 * 1024;
const LOOK_MS = 1000;
/** Faults that keep a node from keeping its rooms. */
const HINDERING = new Set(["line", "redis", "alone"]);

/** Plays a run; resolves with what came of it when everything has ended that it started. */
export async function playChaos(
  options: ChaosOptions,
  print: (line: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<Verdict> {
  const diary = new Diary(print);
  const { console: speaker } = globalThis;
  const { info, warn } = speaker;
  Object.assign(speaker, { info: () => {}, warn: () => {} }); // the SDK tells there of each attempt to come back
  const stage = await Stage.open({ chronicle: diary, logs: options.logs });
  try {
    return await new Run({ options, diary, stage, signal }).play();
  } finally {
    await stage.close();
    Object.assign(speaker, { info, warn });
  }
}

interface RunParts {
  readonly options: ChaosOptions;
  readonly diary: Diary;
  readonly stage: Stage;
  readonly signal: AbortSignal;
}

class Run {
  readonly #parts: RunParts;
  readonly #world: World;
  readonly #load: Load;
  readonly #random: () => number;
  readonly #faults: { [kind: string]: number } = {};
  /** When something kept rooms from being kept, in ms since 1970. */
  readonly #hindered: { readonly fromMs: number; readonly toMs: number }[] = [];
  readonly #lateness = monitorEventLoopDelay();
  #rounds = 0;
  #longestHealMs = 0;
  #longestLossMs = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#random = seededRandom(parts.options.seed + 1); // not the plan's
    this.#world = new World(parts.stage, parts.diary, this.#random);
    this.#load = new Load(this.#world);
  }

  async play(): Promise<Verdict> {
    const { options, diary, stage, signal } = this.#parts;
    const looking = setInterval(() => void stage.measure(), LOOK_MS);
    this.#lateness.enable();
    try {
      await this.#load.open(options.bots);
      await this.#heal(FIRST_MS);
      if (diary.wrongCount === 0) diary.tell(`${options.bots} clients are in`);
      const endMs = performance.now() + options.minutes * 60_000;
      for (const round of planRounds(options.seed)) {
        if (performance.now() >= endMs || signal.aborted || diary.wrongCount > 0) break;
        await this.#playRound(round);
      }
      await this.#waitForGhosts();
    } finally {
      clearInterval(looking);
      await this.#load.close();
    }
    this.#judgeMemory();
    return this.#verdict();
  }

  async #playRound({ faults }: Round): Promise<void> {
    const { diary, stage, signal } = this.#parts;
    this.#rounds++;
    diary.tell(`round ${this.#rounds}`);
    for (const fault of faults) {
      diary.tell(`  ${describeFault(fault)}`);
      this.#faults[fault.kind] = (this.#faults[fault.kind] ?? 0) + 1;
    }
    const fromMs = Date.now();
    const struck = { stage, random: this.#random, strike: () => this.#world.strike() };
    const inflicted = faults.map((fault) =>
      inflict(struck, fault).catch((error) => diary.wrong(`${describeFault(fault)}: ${error}`)),
    );
    await Promise.race([Promise.all(inflicted), new Promise((resolve) => signal.addEventListener("abort", resolve))]);
    if (signal.aborted) return;
    const healMs = await this.#heal(HEAL_MS);
    if (faults.some(isHindering)) this.#hindered.push({ fromMs, toMs: Date.now() });
    this.#longestHealMs = Math.max(this.#longestHealMs, healMs);
    this.#judgeLosses();
    diary.tell(`  all well after ${(healMs / 1000).toFixed(1)} s: ${diary.takeTally()}`);
    await delay(CALM_MS);
  }

  /** Waits until all is well while nobody comes, goes or pushes; judges everything, and lets all go on. */
  async #heal(timeoutMs: number): Promise<number> {
    this.#load.rest();
    const healMs = await settle(this.#world, this.#load, timeoutMs);
    await judgeBoards(this.#world, this.#load);
    await judgeArenas(this.#world, this.#load);
    this.#load.wake();
    return healMs;
  }

  #judgeLosses(): void {
    for (const loss of [...this.#world.rooms.values()].flatMap((book) => book.takeLosses())) {
      if (loss.lostMs > 0) this.#judgeLoss(loss);
    }
  }

  #judgeLoss({ roomId, endedAtMs, lostMs }: Loss): void {
    const { diary } = this.#parts;
    const isHindered = this.#hindered.some(({ fromMs, toMs }) => endedAtMs > fromMs && endedAtMs - HINDERED_MS < toMs);
    if (!isHindered) this.#longestLossMs = Math.max(this.#longestLossMs, lostMs);
    const words = `${roomId} went back by ${lostMs} ms`;
    if (isHindered) diary.tell(`  ${words}, and could not be kept`);
    else if (lostMs > MAX_LOSS_MS) diary.wrong(words);
    else diary.tell(`  ${words}`);
  }

  /** Sessions that nobody knows of are gone when their seats are not kept any more. */
  async #waitForGhosts(): Promise<void> {
    const { signal } = this.#parts;
    const endMs = performance.now() + (RECONNECT_SECONDS + 20) * 1000;
    while (this.#world.orphans > 0 && performance.now() < endMs && !signal.aborted) await delay(LOOK_MS);
    if (!signal.aborted) await this.#heal(HEAL_MS);
  }

  #judgeMemory(): void {
    const { stage, diary } = this.#parts;
    for (const [name, bytes] of stage.peakBytes) {
      if (bytes > MAX_BYTES) diary.wrong(`${name} took ${Math.round(bytes / 1024 / 1024)} MiB`);
    }
  }

  #verdict(): Verdict {
    const { options, diary, stage } = this.#parts;
    return {
      options,
      rounds: this.#rounds,
      faults: this.#faults,
      ackedPushes: [...this.#world.boards.values()].reduce((sum, book) => sum + book.ackedPushes, 0),
      joins: this.#load.joins,
      longestHealMs: this.#longestHealMs,
      longestLossMs: this.#longestLossMs,
      peakBytes: stage.peakBytes,
      longestLateMs: this.#lateness.max / 1e6,
      wrongCount: diary.wrongCount,
      wrongs: diary.wrongs,
    };
  }
}

function isHindering({ kind }: Fault): boolean {
  return HINDERING.has(FAULTS[kind].class);
}

/** A verdict as text. */
export function describeVerdict(verdict: Verdict): string {
  const {
    options,
    rounds,
    faults,
    ackedPushes,
    joins,
    longestHealMs,
    longestLossMs,
    peakBytes,
    wrongs,
    longestLateMs,
  } = verdict;
  const { seed, minutes, bots } = options;
  const peaks = [...peakBytes].map(([name, bytes]) => `${name} ${Math.round(bytes / 1024 / 1024)}`).join(", ");
  const kinds = Object.entries(faults).map(([kind, count]) => `${kind} ${count}`);
  return [
    "",
    `${rounds} rounds: ${kinds.join(", ")}`,
    `${ackedPushes} acknowledged pushes and ${joins} joins were followed`,
    `all well within ${(longestHealMs / 1000).toFixed(1)} s after each round; a room went back by ${Math.round(longestLossMs)} ms at most while Redis was there`,
    `largest memory in MiB: ${peaks}; the run itself was late by ${Math.round(longestLateMs)} ms at most`,
    ...wrongs.map((words) => `  ${words}`),
    `${verdict.wrongCount} violations`,
    `again: npm run chaos -- --seed ${seed} --minutes ${minutes} --bots ${bots}`,
    "",
  ].join("\n");
}
