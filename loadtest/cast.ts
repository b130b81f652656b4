import { type BotContext, openBot } from "./bot.ts";
import type { Verification } from "./documents/verification.ts";
import type { Player } from "./player.ts";

/** The bots of one thread, by what they do. */
export interface Cast {
  /** Brings a bot to its place. A failure is counted: undefined. */
  open(index: number): Promise<Player | undefined>;
  /** Makes all bots stop, and resolves when nothing of theirs is on its way. */
  rest(): Promise<void>;
  /** Says whether what they did is there, once the bots of all threads are at rest; undefined where nothing of it lasts. */
  verify(): Promise<Verification | undefined>;
  /** Closes what is no bot. */
  close(): Promise<void>;
}

/** Bots that have seats in rooms, which keep nothing. */
export function seatCast(context: BotContext): Cast {
  return {
    open: (index) => openBot(context, index),
    rest: async () => {},
    verify: async () => undefined,
    close: async () => {},
  };
}
