import type { Case, Figure, Scale } from "../case.ts";
import { BOARD_PEERS, type BoardPeerName } from "../peers.ts";
import { highestRate } from "../rate-search.ts";
import type { ServerProcess } from "../server-process.ts";
import { percentile } from "../summary.ts";
import { Writers, type Written } from "../writers.ts";

const WRITERS_PER_BOARD = 20;
const BOARDS = [1, 10, 50];
/** Ops a second of each writer where all servers get the same to do, by ops a push. */
const EQUAL_OPS_PER_SECOND = { 1: 4, 10: 20 } as const;
/** A tick of 50 ms, and 20 ms for the disk and everything else. */
const MAX_ACK_MS = 70;
/** A rate has to fail twice, since other things happen on a machine too. */
const ATTEMPTS = 2;
const WARM_MS = 1000;
const US_PER_MS = 1000;

interface Shape {
  readonly boards: number;
  readonly opsPerPush: keyof typeof EQUAL_OPS_PER_SECOND;
}

/** Points 1 and 2: how many ops a server takes, and how long their acknowledgement takes; one by one and ten at once. */
export function opRateCases(scale: Scale): readonly Case[] {
  const boards = [...new Set(BOARDS.map((each) => Math.ceil(each / scale.divisor)))];
  const alone = boards.map((each) => opRateCase({ boards: each, opsPerPush: 1 }, scale));
  const most = Math.max(...boards);
  return [...alone, opRateCase({ boards: most, opsPerPush: 10 }, scale)];
}

function opRateCase({ boards, opsPerPush }: Shape, { windowMs }: Scale): Case<BoardPeerName> {
  const writers = boards * WRITERS_PER_BOARD;
  const pushes = opsPerPush > 1 ? `, ${opsPerPush} ops a push` : "";
  const title = `${writers} writers on ${boards} ${boards === 1 ? "board" : "boards"}${pushes}`;
  const equalRate = writers * EQUAL_OPS_PER_SECOND[opsPerPush];
  return {
    point: opsPerPush > 1 ? 2 : 1,
    title,
    peers: BOARD_PEERS,
    measure: async (peer, server) => {
      const place = { peer, port: server.port, boards, prefix: "board", writersPerBoard: WRITERS_PER_BOARD };
      const crowd = new Writers({ ...place, opsPerPush });
      const run = new Run(crowd, server, windowMs);
      try {
        await crowd.open();
        await run.at(equalRate); // code gets compiled
        const equal = await run.at(equalRate);
        const highest = await highestRate(equalRate * 2, (rate) => run.holds(rate));
        return [
          ...figuresOf(equal, `at ${equalRate} ops a second: ${title}`),
          { name: `highest ops a second with ack p99 within ${MAX_ACK_MS} ms: ${title}`, value: highest },
          ...(run.lastGood ? figuresOf(run.lastGood, `at the highest rate: ${title}`) : []),
        ];
      } finally {
        crowd.close();
      }
    },
  };
}

/** What a rate came to. */
interface Outcome {
  readonly ackMs: readonly number[];
  /** Shares of one core. */
  readonly serverCpu: number;
  readonly loadCpu: number;
  readonly bytesPerOp: number;
}

/** Tries rates on the same writers. */
class Run {
  /** The outcome of the highest rate that held. */
  lastGood: Outcome | undefined;
  #bestRate = 0;
  readonly #writers: Writers;
  readonly #server: ServerProcess;
  readonly #windowMs: number;

  constructor(writers: Writers, server: ServerProcess, windowMs: number) {
    this.#writers = writers;
    this.#server = server;
    this.#windowMs = windowMs;
  }

  /** Writes at a rate. */
  async at(opsPerSecond: number): Promise<Outcome & Pick<Written, "isOverrun">> {
    const before = { ...(await this.#server.ask("cpu")), load: process.cpuUsage(), ms: performance.now() };
    const written = await this.#writers.write({ opsPerSecond, warmMs: WARM_MS, windowMs: this.#windowMs });
    const [load, spentUs] = [process.cpuUsage(before.load), (performance.now() - before.ms) * US_PER_MS];
    const after = await this.#server.ask("cpu");
    return {
      ...written,
      serverCpu: (after.cpuUs - before.cpuUs) / spentUs,
      loadCpu: (load.user + load.system) / spentUs,
      bytesPerOp: written.receivedBytes / written.ops,
    };
  }

  /** Whether a rate is acknowledged in time. */
  async holds(opsPerSecond: number): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const outcome = await this.at(opsPerSecond);
      if (outcome.isOverrun || !(percentile(outcome.ackMs, 0.99) <= MAX_ACK_MS)) continue;
      if (opsPerSecond > this.#bestRate) this.lastGood = outcome;
      this.#bestRate = Math.max(this.#bestRate, opsPerSecond);
      return true;
    }
    return false;
  }
}

function figuresOf({ ackMs, serverCpu, loadCpu, bytesPerOp }: Outcome, where: string): Figure[] {
  return [
    { name: `ack p50, ms, ${where}`, value: percentile(ackMs, 0.5) },
    { name: `ack p99, ms, ${where}`, value: percentile(ackMs, 0.99) },
    { name: `CPU of the server, cores, ${where}`, value: serverCpu },
    { name: `CPU of the load, cores, ${where}`, value: loadCpu },
    { name: `bytes to all clients for an op, ${where}`, value: bytesPerOp },
  ];
}
