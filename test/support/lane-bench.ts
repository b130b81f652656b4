import { type ManualClock, manualClock } from "../../src/clock/clock.ts";
import type { ArenaError } from "../../src/errors/errors.ts";
import { OpLane, type Refusal } from "../../src/op-lane/lane.ts";
import { type LogLimits, type LogStore, logLimits } from "../../src/op-log/op-log.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import { HeldStore } from "./held-store.ts";
import { LaneClient } from "./lane-client.ts";
import { add, type Tally, type TallyOp, tallyDocument } from "./tally-document.ts";

/** Least time between two batches of the lane. */
const TICK_MS = 50;

/** A lane of counters over a store of the test's, with a clock that stands still. */
export class LaneBench<S extends LogStore = HeldStore> {
  readonly store: S;
  readonly clock: ManualClock = manualClock();
  readonly lane: OpLane<TallyOp, Tally>;
  /** Why the room does not take what is pushed. */
  refusal: Refusal | undefined;
  role: string | undefined;
  /** How often the room was asked. */
  asked = 0;
  readonly faults: unknown[] = [];
  readonly ends: ArenaError[] = [];

  /** @param limits bounds of the log that are not the usual ones */
  constructor(store: S, limits: Partial<LogLimits> = {}) {
    this.store = store;
    this.lane = new OpLane<TallyOp, Tally>({
      store,
      key: "tally/a",
      ownerEpoch: undefined,
      document: tallyDocument,
      limits: { ...logLimits(10_000_000), ...limits },
      clock: this.clock,
      telemetry: createTelemetry(),
      tickMs: TICK_MS,
      maxPushBytes: 256 * 1024,
      roleOf: () => this.role,
      gate: () => {
        this.asked++;
        return this.refusal;
      },
      onFault: (error) => void this.faults.push(error),
      onEnd: (error) => void this.ends.push(error),
    });
  }

  /** Counts by id, as they are safe. */
  get counts(): Record<string, number> {
    return Object.fromEntries([...(this.lane.records?.entries() ?? [])].map(([id, { count }]) => [id, count]));
  }

  /** A client that says hello. */
  join(sessionId: string, clientId = sessionId, more: { epoch?: number; lastSeq?: number } = {}): LaneClient {
    const client = new LaneClient(sessionId);
    this.lane.hello(client, { clientId, ...more });
    return client;
  }

  /** Pushes, and lets a tick pass. */
  async pushed(client: LaneClient, n: number, ...ops: TallyOp[]): Promise<void> {
    this.lane.push(client, { n, ops: ops.length > 0 ? ops : [add("a")] });
    await this.pass();
  }

  /** Lets what is due within `ms` happen, and what comes of it at once. */
  async pass(ms = TICK_MS): Promise<void> {
    this.clock.advance(ms);
    await settled();
    this.clock.advance(0);
    await settled();
  }
}

/** Opens a lane over a store whose writes end when the test says. */
export async function openLane(limits: Partial<LogLimits> = {}): Promise<LaneBench> {
  const bench = new LaneBench(new HeldStore(), limits);
  await bench.lane.open();
  return bench;
}

/** Resolves when what was promised by now is done. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
