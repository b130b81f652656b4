/**
 * A node for crash tests, in a process of its own: loads everything, waits for its {@link CrashOrder}, serves the whiteboard
 * only, and ends itself by SIGKILL at the moment that it was ordered to. Says `{ port }` when it serves.
 */
import { flushCompileCache } from "node:module";
import { setImmediate } from "node:timers/promises";
import { openNode } from "../../arena.config.ts";
import { BoardRoom } from "../../rooms/whiteboard/board-room.ts";
import { seededRandom } from "../../src/clock/clock.ts";
import { loadConfig } from "../../src/config/config.ts";
import { type LogStore, logLimits } from "../../src/op-log/op-log.ts";
import type { StoredLog } from "../../src/op-log/store.ts";
import type { CrashOrder, Moment } from "./crash-process.ts";

/** Small, so that snapshots are stored every few batches and often stand alone, without the entries before them. */
const LIMITS = {
  ...logLimits(32 * 1024 * 1024),
  tail: { minEntries: 20, minAgeMs: 0, maxBytes: 16 * 1024 },
  maxEntriesWithoutSnapshot: 40,
};

process.once("disconnect", () => process.exit()); // whoever would end this node is gone
process.once("message", (order: CrashOrder) => void serve(order));
flushCompileCache(); // a process that is killed never does, and the next would start as slowly

async function serve(order: CrashOrder): Promise<void> {
  const reaper = new Reaper(order);
  class MortalRoom extends BoardRoom {
    override async onCreate(options: { readonly id: string }): Promise<void> {
      const logs = mortal(this.parts.logs, reaper);
      Object.defineProperty(this, "parts", { value: { ...this.parts, logs, logLimits: LIMITS } });
      await super.onCreate(options);
      reaper.reach("opened"); // where it goes on from a checkpoint, before the node serves
    }
  }
  const { port, telemetry } = await openNode(loadConfig({ env: {}, args: order.args }), {
    whiteboard: { room: MortalRoom, filterBy: ["id"] },
  });
  telemetry.on("log:appended", () => reaper.reach("appended")); // no ack has left yet
  telemetry.on("log:compacted", () => reaper.reach("compacted"));
  process.send?.({ port });
}

/** Ends the process at one moment. */
class Reaper {
  readonly #order: CrashOrder;
  readonly #random: () => number;
  #left: number;
  /** How long the last write took, which is how long the next one may take. */
  #lastMs = 1;

  constructor(order: CrashOrder) {
    this.#order = order;
    this.#random = seededRandom(order.seed);
    this.#left = order.occasion;
  }

  /** A moment has come; the process ends here where it was to, and never returns. */
  reach(moment: Moment): void {
    if (this.#isDue(moment)) process.kill(process.pid, "SIGKILL");
  }

  /** Writes, and ends the process while that is under way where it was to; a write that is quicker leaves it to the next. */
  async during(moment: Moment, write: () => Promise<void>): Promise<void> {
    const startMs = performance.now();
    let isDone = false;
    const done = write().finally(() => {
      isDone = true;
      this.#lastMs = performance.now() - startMs;
    });
    if (this.#isDue(moment)) {
      const endMs = startMs + this.#random() * this.#lastMs;
      while (performance.now() < endMs) await setImmediate();
      if (!isDone) process.kill(process.pid, "SIGKILL");
    }
    return done;
  }

  #isDue(moment: Moment): boolean {
    if (moment !== this.#order.moment) return false;
    this.#left--;
    return this.#left <= 0;
  }
}

/** A store whose logs tell the reaper before and while they write. */
function mortal(store: LogStore, reaper: Reaper): LogStore {
  return {
    description: store.description,
    open: async (key, ownerEpoch) => mortalLog(await store.open(key, ownerEpoch), reaper),
    close: () => store.close(),
  };
}

function mortalLog(log: StoredLog, reaper: Reaper): StoredLog {
  return {
    epoch: log.epoch,
    ownerEpoch: log.ownerEpoch,
    load: () => log.load(),
    append: (batch) => {
      reaper.reach("append");
      return reaper.during("appending", () => log.append(batch));
    },
    compact: (snapshot, keepFrom) => {
      reaper.reach("compact");
      return reaper.during("compacting", () => log.compact(snapshot, keepFrom));
    },
    cut: (from) => log.cut(from),
    get bases() {
      return log.bases;
    },
    readBase: (base) => log.readBase(base),
    readBatches: (range, maxBytes) => log.readBatches(range, maxBytes),
    close: () => log.close(),
  };
}
