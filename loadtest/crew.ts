import { performance } from "node:perf_hooks";
import { Client } from "@colyseus/sdk";
import type { Clock, Stop } from "../src/clock/clock.ts";
import { type Cast, seatCast } from "./cast.ts";
import { DocumentCast } from "./documents/document-cast.ts";
import type { Verification } from "./documents/verification.ts";
import type { LoadOptions } from "./options.ts";
import { startPacer } from "./pacer.ts";
import type { Player } from "./player.ts";
import { arenaScenario } from "./scenarios/arena.ts";
import { chatScenario } from "./scenarios/chat.ts";
import { lobbyScenario } from "./scenarios/lobby.ts";
import { TURNS_PER_SECOND } from "./scenarios/scenario.ts";
import { syntheticScenario } from "./scenarios/synthetic.ts";
import { whiteboardScenario } from "./scenarios/whiteboard.ts";
import { type Figures, Tally } from "./tally.ts";

/** One thread's part of the test. */
export interface CrewOrder {
  readonly options: LoadOptions;
  /** Keeps this run's synthetic room apart from those of other runs. */
  readonly instance: string;
  readonly firstBot: number;
  readonly bots: number;
  readonly rampPerSecond: number;
}

/** Parts of a round, so that a thousand bots do not send in the same millisecond. */
const SLOTS = 8;
const MS_PER_S = 1000;

/** The bots of one thread: they join one after the other, as fast as the ramp says, and play from then on. */
export class Crew {
  /** Resolves when every join was answered, or none is asked for any more. */
  readonly joined: Promise<void>;
  readonly #order: CrewOrder;
  readonly #clock: Clock;
  readonly #tally = new Tally();
  readonly #cast: Cast;
  readonly #bots: Player[] = [];
  readonly #stops: readonly Stop[];
  readonly #startMs: number;
  #resolveJoined = (): void => {};
  #asked = 0;
  #answered = 0;
  #wanted: number;
  #lastAnswerMs: number;
  #windowMs: number;
  #usage = performance.eventLoopUtilization();

  constructor(order: CrewOrder, clock: Clock) {
    this.joined = new Promise((resolve) => {
      this.#resolveJoined = resolve;
    });
    this.#order = order;
    this.#wanted = order.bots;
    this.#clock = clock;
    this.#cast = castOf(order, clock, this.#tally);
    this.#startMs = clock.nowMs();
    this.#lastAnswerMs = this.#startMs;
    this.#windowMs = this.#startMs;
    const roundMs = MS_PER_S / TURNS_PER_SECOND;
    this.#stops = [
      startPacer({ clock, roundMs, slots: SLOTS, onSlot: (slot, latenessMs) => this.#runSlot(slot, latenessMs) }),
      clock.every(MS_PER_S, () => this.#checkSilence()),
    ];
  }

  /** Begins to measure: forgets patches, bytes and latencies so far. */
  measure(): void {
    this.#tally.startWindow();
    this.#windowMs = this.#clock.nowMs();
    this.#usage = performance.eventLoopUtilization();
  }

  /** What was counted until now. */
  figures(): Figures {
    return this.#tally.figures({
      joinSeconds: (this.#lastAnswerMs - this.#startMs) / MS_PER_S,
      measuredSeconds: (this.#clock.nowMs() - this.#windowMs) / MS_PER_S,
      busyRatio: performance.eventLoopUtilization(this.#usage).utilization,
    });
  }

  /** Makes the bots stop, and resolves when nothing of theirs is on its way. No more bots join. */
  async rest(): Promise<void> {
    this.#wanted = this.#asked;
    this.#noteJoined();
    await this.joined;
    await this.#cast.rest();
  }

  /** Says whether what the bots did is there; undefined where nothing of it lasts. All crews are at rest. */
  verify(): Promise<Verification | undefined> {
    return this.#cast.verify();
  }

  /** Asks for no more joins, stops the bots, and resolves when they have left. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#wanted = this.#asked;
    this.#noteJoined();
    await this.joined;
    await Promise.all(this.#bots.map((bot) => bot.leave()));
    await this.#cast.close();
  }

  #runSlot(slot: number, latenessMs: number): void {
    const clock = this.#clock;
    this.#tally.time("lateness", latenessMs);
    this.#askForJoins(clock.nowMs());
    for (let index = slot; index < this.#bots.length; index += SLOTS) this.#bots[index]?.turn(clock.nowMs());
  }

  #askForJoins(nowMs: number): void {
    const due = 1 + Math.floor(((nowMs - this.#startMs) / MS_PER_S) * this.#order.rampPerSecond);
    while (this.#asked < Math.min(due, this.#wanted)) void this.#join(this.#order.firstBot + this.#asked++);
  }

  async #join(index: number): Promise<void> {
    const bot = await this.#cast.open(index);
    if (bot) this.#bots.push(bot);
    this.#answered++;
    this.#lastAnswerMs = this.#clock.nowMs();
    this.#noteJoined();
  }

  #noteJoined(): void {
    if (this.#answered === this.#wanted) this.#resolveJoined();
  }

  #checkSilence(): void {
    for (const bot of this.#bots) bot.checkSilence();
  }
}

function castOf({ options, instance }: CrewOrder, clock: Clock, tally: Tally): Cast {
  const context = { client: new Client(options.url), clock, tally };
  const documents = { options, instance, clock, tally };
  switch (options.scenario) {
    case "arena":
      return seatCast({ ...context, scenario: arenaScenario(options.roomSizes, clock.random) });
    case "lobby":
      return seatCast({ ...context, scenario: lobbyScenario });
    case "synthetic":
      return seatCast({ ...context, scenario: syntheticScenario(options, instance, clock.random) });
    case "whiteboard":
      return new DocumentCast(documents, whiteboardScenario);
    case "chat":
      return new DocumentCast(documents, chatScenario);
    default:
      return options.scenario satisfies never;
  }
}
