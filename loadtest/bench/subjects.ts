import type { Case, Scale } from "./case.ts";
import { clusterJoinsCases } from "./cases/cluster-joins.ts";
import { fanOutCases, forwardingCases } from "./cases/fan-out.ts";
import { joinsCase } from "./cases/joins.ts";
import { lateJoinersCase } from "./cases/late-joiners.ts";
import { lookUpsCase } from "./cases/look-ups.ts";
import { memoryCase } from "./cases/memory.ts";
import { opRateCases } from "./cases/op-rates.ts";
import { openBoardsCase } from "./cases/open-boards.ts";
import { stallCase } from "./cases/stall.ts";
import { stormCases } from "./cases/storms.ts";
import type { ComparisonName } from "./options.ts";
import type { PeerName } from "./peers.ts";

/** What one run of the benchmark is about. */
export interface Subject {
  /** The server that the others are compared with. */
  readonly reference: PeerName;
  /** Packages whose versions the results name. */
  readonly packages: readonly string[];
  /** What a reader of the table has to know, in Markdown. */
  readonly notes: string;
  readonly cases: (scale: Scale) => readonly Case[];
}

const OPS_NOTES = `What an acknowledgement says: Arena's, that the push is on disk (LMDB, flushed; one batch a board and tick of 50 ms).
hocuspocus', that it was applied in memory (SyncStatus); its database extension stores the whole document 2 s after the
last change, 10 s at the latest, here by writing a file that is not flushed. Both then have sent it to all 20 clients of
the board.

Each writer moves its own ten shapes: a push is a \`set\` of a position, or an update of a nested Y.Map. Pushes are due at
even intervals whether earlier ones are answered or not; a time runs from when a push was due.`;

const MATCHMAKING_NOTES = `Look-ups: the driver that a process of Arena opens, and @colyseus/redis-driver, each in a process of its own beside a Redis of its
own; one look-up after the other. Half of the rooms are of a type that is sorted by its players, a quarter is full, the filters pick a
32nd of the rest. Plain Colyseus reads every row for each look-up, so it is not asked among a million.

Join calls: joinOrCreate over HTTP into 16 rooms that are there, sent to all processes in turn; nobody takes the seats. Plain Colyseus
has its own Redis packages. All processes share one core, and Redis and the load the other: what more processes
would bring cannot show on a machine of two cores, only what each of them costs.`;

const FORWARDING_NOTES = `Arena serves the clients itself. Forwarding is an edge: the same clients come to it, and it passes them on to a node that
serves them beside the load, on the other core. The CPU time is that of the edge alone. One write for each client is a process that
has each client's socket and writes as many bytes to it, made once, and does nothing else: no process in Node can forward with less.`;

const STORM_NOTES = `5,000 clients in rooms of 50 that send two patches a second. Stock clients come back as the SDK does, after 0.2, 0.4, 0.8, 1.6, 3.2 and then
every 5 s, 15 times, all in step; the library's wait for the time that the server gave them, else with jitter, and ask for their seat over
HTTP first. A client is back when it has the state again. The delay of the event loop is that of the process where they come in, or of the
node that takes the rooms; of the other one on the way as its own metrics have it. The time counts from the loss: a node's end, its start
again, or the end of its lease are in it.`;

/** All subjects that compare servers. */
export const SUBJECTS: Readonly<Record<ComparisonName, Subject>> = {
  connections: {
    reference: "colyseus",
    packages: ["@colyseus/core", "@colyseus/ws-transport", "@colyseus/schema", "socket.io", "ws"],
    notes: "",
    cases: (scale) => [...fanOutCases(scale), memoryCase(scale), joinsCase(scale), stallCase(scale)],
  },
  ops: {
    reference: "hocuspocus",
    packages: ["@colyseus/core", "ws", "lmdb", "@hocuspocus/server", "@hocuspocus/extension-database", "yjs"],
    notes: OPS_NOTES,
    cases: (scale) => [...opRateCases(scale), lateJoinersCase(scale), openBoardsCase(scale)],
  },
  matchmaking: {
    reference: "colyseus",
    packages: ["@colyseus/core", "@colyseus/redis-driver", "@colyseus/redis-presence", "ioredis"],
    notes: MATCHMAKING_NOTES,
    cases: (scale) => [lookUpsCase(scale), ...clusterJoinsCases(scale)],
  },
  storm: {
    reference: "arena",
    packages: ["@colyseus/core", "@colyseus/ws-transport", "ws"],
    notes: STORM_NOTES,
    cases: stormCases,
  },
  forwarding: {
    reference: "arena",
    packages: ["@colyseus/core", "ws"],
    notes: FORWARDING_NOTES,
    cases: forwardingCases,
  },
};
