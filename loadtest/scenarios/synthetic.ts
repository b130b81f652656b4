import type { LoadOptions } from "../options.ts";
import { listen } from "./round-trips.ts";
import type { Scenario } from "./scenario.ts";

/** Bots that receive a known load, all in one room. `instance` keeps the room apart from those of other runs. */
export function syntheticScenario(options: LoadOptions, instance: string): Scenario {
  const { entities, changed, tickMs, messageBytes, messagesPerTick } = options;
  const joinOptions = { id: instance, entities, changed, tickMs, messageBytes, messagesPerTick };
  return {
    enter: async (bot) => {
      const room = await bot.client.joinOrCreate("synthetic", joinOptions);
      room.onMessage("noise", () => {}); // counted where all frames are
      return listen(room, bot, { ask: "echo", answer: "echo" });
    },
  };
}
