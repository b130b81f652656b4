/**
 * How loaded the node is. A gauge decides from readings, purely; a monitor takes the readings. Who acts on the level are
 * the rooms (fewer patches) and admission (no newcomers), in this order; nobody who is inside is ever dropped for it.
 */
import type { Clock, Stop } from "../clock/clock.ts";
import { LOAD_LEVELS, type LoadLevel, type LoadReading, type Telemetry } from "../telemetry/telemetry.ts";

/** From which reading on the node is overloaded; from half of it on it is strained. */
export interface LoadLimits {
  /** Mean delay of the event loop within a second, in ms. */
  readonly maxLoopDelayMs: number;
  /** Mean lateness of the ticks of a second, in ms. */
  readonly maxTickLatenessMs: number;
  /** Bytes that wait in this process for all connections together. */
  readonly maxQueuedBytes: number;
}

/** From which share of a limit on each level holds. */
const MARKS = [0, 0.5, 1] as const;
/** A level is left below this share of its mark only, so that it does not flutter. */
const RELEASE_SHARE = 0.75;
/** One reading can be a pause of the machine; two are load. */
const READINGS_TO_RISE = 2;
/** As long as it takes to see whether those who were refused come back. */
const READINGS_TO_FALL = 5;
const READING_MS = 1000;
const PROBE_MS = 100;

/** Turns readings into a level, which moves by one step at a time: patches become fewer before joins are refused. */
export class LoadGauge {
  readonly #limits: LoadLimits;
  #index: 0 | 1 | 2 = 0;
  #highReadings = 0;
  #lowReadings = 0;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  /** The level as of the last reading. */
  get level(): LoadLevel {
    return LOAD_LEVELS[this.#index];
  }

  /** Takes a reading, one a second. */
  read(reading: LoadReading): void {
    const share = this.#shareOf(reading);
    const nextMark = MARKS[this.#index + 1] ?? Number.POSITIVE_INFINITY;
    this.#highReadings = share >= nextMark ? this.#highReadings + 1 : 0;
    this.#lowReadings = share < MARKS[this.#index] * RELEASE_SHARE ? this.#lowReadings + 1 : 0;
    if (this.#highReadings === READINGS_TO_RISE) this.#move(1);
    else if (this.#lowReadings === READINGS_TO_FALL) this.#move(-1);
  }

  #move(by: 1 | -1): void {
    this.#index = (this.#index + by) as 0 | 1 | 2; // no mark is above the highest level, and no share below 0
    this.#highReadings = 0;
    this.#lowReadings = 0;
  }

  #shareOf({ loopDelayMs, tickLatenessMs, queuedBytes }: LoadReading): number {
    const { maxLoopDelayMs, maxTickLatenessMs, maxQueuedBytes } = this.#limits;
    return Math.max(loopDelayMs / maxLoopDelayMs, tickLatenessMs / maxTickLatenessMs, queuedBytes / maxQueuedBytes);
  }
}

/** What a monitor is built from. */
export interface LoadMonitorParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly limits: LoadLimits;
  /** Bytes that wait for all connections now. */
  readonly queuedBytes: () => number;
}

/** Reads the load of this process once a second. */
export class LoadMonitor {
  readonly #parts: LoadMonitorParts;
  readonly #gauge: LoadGauge;
  readonly #stops: readonly Stop[];
  readonly #loopDelay = new Mean();
  readonly #tickLateness = new Mean();
  #probedMs: number;

  constructor(parts: LoadMonitorParts) {
    const { clock, telemetry, limits } = parts;
    this.#parts = parts;
    this.#gauge = new LoadGauge(limits);
    this.#probedMs = clock.nowMs();
    this.#stops = [
      clock.every(PROBE_MS, () => this.#probe()),
      clock.every(READING_MS, () => this.#read()),
      telemetry.on("tick:ran", ({ latenessMs }) => this.#tickLateness.add(latenessMs)),
    ];
  }

  /** How loaded the node is. */
  get level(): LoadLevel {
    return this.#gauge.level;
  }

  /** Stops reading. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  /** A timer comes as late as the event loop is busy. */
  #probe(): void {
    const nowMs = this.#parts.clock.nowMs();
    this.#loopDelay.add(Math.max(0, nowMs - this.#probedMs - PROBE_MS));
    this.#probedMs = nowMs;
  }

  #read(): void {
    const reading = {
      loopDelayMs: this.#loopDelay.take(),
      tickLatenessMs: this.#tickLateness.take(),
      queuedBytes: this.#parts.queuedBytes(),
    };
    const before = this.level;
    this.#gauge.read(reading);
    const event = { level: this.level, ...reading };
    this.#parts.telemetry.emit("node:loadMeasured", event);
    if (this.level !== before) this.#parts.telemetry.emit("node:loadChanged", event);
  }
}

/** The mean of what was added since it was last taken; 0 of nothing. */
class Mean {
  #sum = 0;
  #values = 0;

  add(value: number): void {
    this.#sum += value;
    this.#values++;
  }

  take(): number {
    const mean = this.#values === 0 ? 0 : this.#sum / this.#values;
    this.#sum = 0;
    this.#values = 0;
    return mean;
  }
}
