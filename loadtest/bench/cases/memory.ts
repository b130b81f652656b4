import { setTimeout as wait } from "node:timers/promises";
import type { Case, Scale } from "../case.ts";
import { Crowd } from "../crowd.ts";
import { STATE_PEERS } from "../peers.ts";

const CLIENTS = 5000;
/** The first clients pay for what is made once: compiled code, the room, pools. */
const FIRST_CLIENTS = 200;
/** A room that does not tick while it is measured. */
const QUIET = { id: "quiet", entities: 100, changed: 30, tickMs: 60_000, messageBytes: 0, messagesPerTick: 0 };
const SETTLE_MS = 2000;
const BYTES_PER_KB = 1000;

/** Point 3: memory that a client costs from its join on. */
export function memoryCase({ divisor }: Scale): Case {
  const clients = CLIENTS / divisor;
  return {
    point: 3,
    title: `memory of ${clients} clients`,
    peers: STATE_PEERS,
    measure: async (peer, server) => {
      const crowd = new Crowd({ peer, port: server.port, rooms: [QUIET] });
      try {
        await crowd.grow(FIRST_CLIENTS);
        await wait(SETTLE_MS);
        const before = await server.ask("memory");
        await crowd.grow(clients);
        await wait(SETTLE_MS);
        const after = await server.ask("memory");
        crowd.checkAll();
        const perClientKb = (bytes: number): number => bytes / clients / BYTES_PER_KB;
        return [
          {
            name: `memory for a joined client (RSS, with V8's reserve for new objects), kB: ${clients} clients`,
            value: perClientKb(after.rssBytes - before.rssBytes),
          },
          {
            name: `memory for a joined client (objects and buffers), kB: ${clients} clients`,
            value: perClientKb(after.heldBytes - before.heldBytes),
          },
        ];
      } finally {
        crowd.close();
      }
    },
  };
}
