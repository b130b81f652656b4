import { setTimeout as wait } from "node:timers/promises";
import type { BoardClient } from "../boards/board-client.ts";
import { openBoard } from "../boards/boards.ts";
import type { Case, Figure, Scale } from "../case.ts";
import { deadline } from "../deadline.ts";
import { BOARD_PEERS, type BoardPeerName } from "../peers.ts";
import type { ServerProcess } from "../server-process.ts";

const JOINERS = 150;
const RECORDS = 20_000;
const RECORDS_PER_PUSH = 200;
/** hocuspocus stores a document two seconds after its last change; that is not to be measured. */
const SETTLE_MS = 4000;
const ANSWER_MS = 10_000;
const BOARD = "large";
const BYTES_PER_MB = 1e6;
const US_PER_MS = 1000;

/** Point 3: many come at once to a large board. */
export function lateJoinersCase({ divisor }: Scale): Case<BoardPeerName> {
  const [joiners, records] = [Math.ceil(JOINERS / divisor), RECORDS / divisor];
  const title = `${joiners} join at once a board of ${records} records`;
  return {
    point: 3,
    title,
    peers: BOARD_PEERS,
    measure: async (peer, server) => {
      const clients: BoardClient[] = [];
      const join = async (): Promise<void> => {
        const client = await openBoard(peer, { port: server.port, board: BOARD, onAck: () => {} });
        clients.push(client);
        await client.ready;
      };
      try {
        clients.push(await fill(peer, server, records));
        await wait(SETTLE_MS);
        return await measureJoins(title, server, async () => {
          await Promise.all(Array.from({ length: joiners }, join));
          return clients.slice(1).reduce((sum, { receivedBytes }) => sum + receivedBytes, 0) / joiners;
        });
      } finally {
        for (const client of clients) client.close();
      }
    },
  };
}

/** Puts the records on the board, one push after the other; its author stays. */
async function fill(peer: BoardPeerName, { port }: ServerProcess, records: number): Promise<BoardClient> {
  let acknowledged = Promise.withResolvers<void>();
  const author = await openBoard(peer, { port, board: BOARD, onAck: () => acknowledged.resolve() });
  await author.ready;
  for (let first = 0; first < records; first += RECORDS_PER_PUSH) {
    acknowledged = Promise.withResolvers();
    const count = Math.min(RECORDS_PER_PUSH, records - first);
    author.create(Array.from({ length: count }, (_, index) => `record-${first + index}`));
    await Promise.race([acknowledged.promise, deadline(ANSWER_MS, "A push is not acknowledged")]);
  }
  return author;
}

async function measureJoins(title: string, server: ServerProcess, join: () => Promise<number>): Promise<Figure[]> {
  const before = await server.ask("peaks");
  const startMs = performance.now();
  const bytesPerJoiner = await join();
  const endMs = performance.now();
  const after = await server.ask("cpu");
  return [
    { name: `time until the last has the whole, ms: ${title}`, value: endMs - startMs },
    { name: `CPU of the server meanwhile, ms: ${title}`, value: (after.cpuUs - before.cpuUs) / US_PER_MS },
    { name: `longest stall of its event loop, ms: ${title}`, value: after.longestStallMs },
    { name: `RSS before, MB: ${title}`, value: before.rssBytes / BYTES_PER_MB },
    { name: `greatest RSS meanwhile, MB: ${title}`, value: after.peakRssBytes / BYTES_PER_MB },
    { name: `bytes to each, MB: ${title}`, value: bytesPerJoiner / BYTES_PER_MB },
  ];
}
