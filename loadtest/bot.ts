import type { Client } from "@colyseus/sdk";
import type { Clock } from "../src/clock/clock.ts";
import { CLOSE_CODES } from "../src/protocol/protocol.ts";
import { errorKind } from "./error-kind.ts";
import { meter } from "./meter.ts";
import type { Player } from "./player.ts";
import type { Scenario, Seat } from "./scenarios/scenario.ts";
import type { Tally } from "./tally.ts";

/** What bots of one thread share. */
export interface BotContext {
  readonly client: Client;
  readonly scenario: Scenario;
  readonly clock: Clock;
  readonly tally: Tally;
}

/** A join that takes longer has failed. */
const JOIN_TIMEOUT_MS = 15_000;
/** A bot that hears nothing for so many seconds has failed: every room sends several times a second. */
const SILENT_SECONDS = 2;
const LEAVE_TIMEOUT_MS = 5000;

/** Joins one bot and waits for its first state, when a player would see the game. A failure is counted: undefined. */
export async function openBot(context: BotContext, index: number): Promise<Bot | undefined> {
  const { clock, tally } = context;
  const startMs = clock.nowMs();
  try {
    const bot = await withTimeout(clock, JOIN_TIMEOUT_MS, takeSeat(context, index));
    tally.counts.joinsOk++;
    tally.time("join", clock.nowMs() - startMs);
    return bot;
  } catch (error) {
    tally.counts.joinsFailed++;
    tally.counts.failedBots++;
    tally.error(errorKind(error));
    return undefined;
  }
}

async function takeSeat({ client, scenario, clock, tally }: BotContext, index: number): Promise<Bot> {
  const seat = await scenario.enter({
    client,
    clock,
    index,
    onSent: () => tally.counts.sent++,
    onRoundTrip: (ms) => tally.time("latency", ms),
  });
  const bot = new Bot(seat, clock, tally);
  await new Promise<void>((resolve, reject) => {
    seat.room.onStateChange.once(() => resolve());
    seat.room.onLeave.once((code) => reject(new Error(`closed with ${code} before the first state`)));
  });
  return bot;
}

async function withTimeout<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<T> {
  let stop = (): void => {};
  const timeout = new Promise<never>((_, reject) => {
    stop = clock.after(timeoutMs, () => reject(new Error("join timed out")));
  });
  return Promise.race([promise, timeout]).finally(stop);
}

/** One player: counts what passes its connection, has its turns, and knows whether it is still well. */
export class Bot implements Player {
  readonly #seat: Seat;
  readonly #clock: Clock;
  readonly #tally: Tally;
  #hasHeard = true;
  #silentSeconds = 0;
  #state: "playing" | "failed" | "leaving" = "playing";

  constructor(seat: Seat, clock: Clock, tally: Tally) {
    this.#seat = seat;
    this.#clock = clock;
    this.#tally = tally;
    const { room } = seat;
    meter(room, {
      clock,
      tally,
      onFrame: (receivedMs) => {
        this.#hasHeard = true;
        seat.onFrame?.(receivedMs);
      },
    });
    room.onDrop(() => tally.counts.drops++);
    room.onReconnect(() => tally.counts.reconnects++);
    room.onError((_code, message) => tally.error(errorKind(new Error(message))));
    room.onLeave((code) => this.#closed(code));
  }

  turn(nowMs: number): void {
    if (this.#state === "playing") this.#seat.onTurn(nowMs);
  }

  /** Called once a second; fails the bot that heard nothing in two of them. A stall of this thread is one second. */
  checkSilence(): void {
    this.#silentSeconds = this.#hasHeard ? 0 : this.#silentSeconds + 1;
    this.#hasHeard = false;
    if (this.#silentSeconds >= SILENT_SECONDS) this.#fail(`silent for ${SILENT_SECONDS} s`);
  }

  /** Gives the seat up; resolves when the server has closed the connection, or did not in time. */
  async leave(): Promise<void> {
    this.#state = "leaving";
    const { room } = this.#seat;
    room.reconnection.enabled = false;
    if (!room.connection.isOpen) return;
    const timeout = new Promise<void>((resolve) => void this.#clock.after(LEAVE_TIMEOUT_MS, resolve));
    await Promise.race([room.leave(), timeout]);
  }

  #closed(code: number): void {
    if (this.#state === "leaving") return;
    this.#tally.close(code);
    this.#fail(`closed with ${code === CLOSE_CODES.FAILED_TO_RECONNECT ? "no way back" : code}`);
  }

  #fail(kind: string): void {
    if (this.#state !== "playing") return;
    this.#state = "failed";
    this.#tally.counts.failedBots++;
    this.#tally.error(kind);
  }
}
