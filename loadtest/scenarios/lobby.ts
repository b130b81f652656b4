import { listen } from "./round-trips.ts";
import type { Scenario } from "./scenario.ts";

/** Bots that watch the list of rooms. */
export const lobbyScenario: Scenario = {
  enter: async (bot) => listen(await bot.client.joinOrCreate("lobby"), bot, { ask: "ping", answer: "pong" }),
};
