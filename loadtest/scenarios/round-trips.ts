import type { Room } from "@colyseus/sdk";
import type { BotParts, Seat } from "./scenario.ts";

const PROBE_EVERY_MS = 1000;

/** A seat of a bot that only listens, and asks once a second for an answer, whose time it measures. */
export function listen(room: Room, bot: BotParts, types: { readonly ask: string; readonly answer: string }): Seat {
  let nextMs = bot.clock.nowMs() + bot.clock.random() * PROBE_EVERY_MS;
  room.onMessage<number>(types.answer, (sentMs) => bot.onRoundTrip(bot.clock.nowMs() - sentMs));
  return {
    room,
    onTurn: (nowMs) => {
      if (nowMs < nextMs) return;
      nextMs = nowMs + PROBE_EVERY_MS;
      if (!room.connection.isOpen) return; // the SDK would queue it, and measure the reconnection
      room.send(types.ask, nowMs);
      bot.onSent();
    },
  };
}
