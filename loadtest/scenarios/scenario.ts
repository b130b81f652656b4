import type { Client, Room } from "@colyseus/sdk";
import type { Clock } from "../../src/clock/clock.ts";

/** What a scenario gets to know of the bot that it drives. */
export interface BotParts {
  readonly client: Client;
  readonly clock: Clock;
  /** Number of the bot within the whole test, from 0. */
  readonly index: number;
  /** Counts an input or a question that was sent. */
  readonly onSent: () => void;
  /** Takes the time of one round trip, in ms. */
  readonly onRoundTrip: (ms: number) => void;
}

/** A bot's place in a room. */
export interface Seat {
  readonly room: Room;
  /** Has its turn 30 times a second, from the first state on. */
  readonly onTurn: (nowMs: number) => void;
  /** Called after each frame that the SDK has taken in; `receivedMs` is when it arrived. */
  readonly onFrame?: (receivedMs: number) => void;
}

/** What bots of one kind do. */
export interface Scenario {
  /** Takes a seat; rejects as the SDK does. */
  readonly enter: (bot: BotParts) => Promise<Seat>;
}

/** Turns of each bot per second; an arena takes one input per tick. */
export const TURNS_PER_SECOND = 30;
