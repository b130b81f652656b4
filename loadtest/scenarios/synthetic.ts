import type { Room } from "@colyseus/sdk";
import type { LoadOptions } from "../options.ts";
import { Parties } from "./parties.ts";
import { listen } from "./round-trips.ts";
import type { Scenario } from "./scenario.ts";

/** Bots that receive a known load, all in one room, or in rooms of `roomSizes`. `instance` keeps the rooms apart from those of other runs. */
export function syntheticScenario(options: LoadOptions, instance: string, random: () => number): Scenario {
  const { entities, changed, tickMs, messageBytes, messagesPerTick, roomSizes } = options;
  const joinOptions = { id: instance, entities, changed, tickMs, messageBytes, messagesPerTick };
  const parties = new Parties<Room>(roomSizes, random);
  return {
    enter: async (bot) => {
      const { client } = bot;
      const room = await parties.enter({
        find: () => client.joinOrCreate("synthetic", joinOptions),
        begin: () => client.create("synthetic", joinOptions),
        follow: (roomId) => client.joinById(roomId, joinOptions),
      });
      room.onMessage("noise", () => {}); // counted where all frames are
      return listen(room, bot, { ask: "echo", answer: "echo" });
    },
  };
}
