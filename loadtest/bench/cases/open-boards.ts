import { setTimeout as wait } from "node:timers/promises";
import type { Case, Scale } from "../case.ts";
import { BOARD_PEERS, type BoardPeerName } from "../peers.ts";
import { Writers } from "../writers.ts";

const BOARDS = 1000;
/** The first boards pay for what is made once: compiled code, pools. */
const FIRST_BOARDS = 20;
/** hocuspocus stores a document two seconds after its last change; that is not to be measured. */
const SETTLE_MS = 4000;
const BYTES_PER_KB = 1000;
const US_PER_S = 1e6;

/** Point 4: what open boards cost on which one client each does nothing. */
export function openBoardsCase({ divisor, windowMs }: Scale): Case<BoardPeerName> {
  const boards = BOARDS / divisor;
  return {
    point: 4,
    title: `${boards} open boards at rest`,
    peers: BOARD_PEERS,
    measure: async (peer, server) => {
      const place = { peer, port: server.port, writersPerBoard: 1, opsPerPush: 1 };
      const first = new Writers({ ...place, boards: FIRST_BOARDS, prefix: "first" });
      const all = new Writers({ ...place, boards, prefix: "all" });
      try {
        await first.open();
        await wait(SETTLE_MS);
        const empty = await server.ask("memory");
        await all.open();
        await wait(SETTLE_MS);
        const full = await server.ask("memory");
        await wait(windowMs);
        const later = await server.ask("cpu");
        const cpuUs = later.cpuUs - full.cpuUs;
        return [
          {
            name: `memory for an open board and its client (RSS), kB: ${boards} boards`,
            value: (full.rssBytes - empty.rssBytes) / boards / BYTES_PER_KB,
          },
          {
            name: `memory for an open board and its client (objects and buffers), kB: ${boards} boards`,
            value: (full.heldBytes - empty.heldBytes) / boards / BYTES_PER_KB,
          },
          { name: `CPU of the server at rest, cores: ${boards} boards`, value: cpuUs / (windowMs / 1000) / US_PER_S },
        ];
      } finally {
        first.close();
        all.close();
      }
    },
  };
}
