import { afterAwake, type Clock, type Stop } from "../clock/clock.ts";
import type { Cluster, NodeRecord, Ownership } from "../cluster/cluster.ts";
import { ArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { step, TARGET_STEPS, type TargetEvent, type TargetState } from "./move-steps.ts";

/** A move, as both sides know it. */
export interface MoveOrder {
  /** Of this move and no other. */
  readonly moveId: string;
  readonly roomId: string;
  /** Type of the room. */
  readonly name: string;
  /** Boot of the process that has the room. */
  readonly source: string;
  /** The record that is transferred, and no other. */
  readonly epoch: number;
  readonly attempt: number;
}

/** What a source asks of a target. Each throws where it was not done, or that is not known. */
export interface TargetCalls {
  expect(target: NodeRecord, order: MoveOrder): Promise<void>;
  begin(target: NodeRecord, order: MoveOrder): Promise<void>;
  callOff(target: NodeRecord, order: MoveOrder): Promise<void>;
}

/** What rooms are received with. */
export interface ReceiverParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Pick<Cluster, "owner" | "forget" | "identity" | "node">;
  /** Makes the room of its last checkpoint: it is this node's now, under this epoch. */
  readonly restore: (order: MoveOrder, epoch: number) => Promise<void>;
  /** Asks a source whether a move is under way. @throws ArenaError where it does not answer */
  readonly isMoving: (source: NodeRecord, order: MoveOrder) => Promise<boolean>;
  /** Why this node takes no rooms; undefined where it does. */
  readonly whyNot: () => ArenaError | undefined;
}

/** A room on its way here. */
interface Arrival {
  readonly order: MoveOrder;
  /** Settles when the room is here, or is not to come. */
  readonly settled: PromiseWithResolvers<void>;
  state: TargetState;
  stopLooking: Stop;
  /** Since when the source is not among those who live. */
  goneSinceMs: number | undefined;
}

/** Rooms that may be on their way here together: each stands still for a while. */
const MAX_ARRIVALS = 2;
const LOOK_EVERY_MS = 250;
/** A source that has been gone for so long transfers nothing any more; what should come all the same is found where it is recorded. */
const SOURCE_GONE_MS = 5000;

/** Takes rooms that other nodes give up, each as {@link TARGET_STEPS} says. Keeps OWN1 and OWN4. */
export class Receiver {
  readonly #parts: ReceiverParts;
  readonly #arrivals = new Map<string, Arrival>();
  /** Also of those whose rooms are being made. */
  readonly #unsettled = new Map<string, Promise<void>>();

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  /** Rooms on their way here. */
  get count(): number {
    return this.#arrivals.size;
  }

  /** While a room may be on its way here: settles when it has come, or will not. */
  settled(roomId: string): Promise<void> | undefined {
    return this.#unsettled.get(roomId);
  }

  /** Makes room for it. @throws ArenaError where this node takes none now */
  expect(order: MoveOrder): void {
    const before = this.#arrivals.get(order.roomId);
    const refusal = this.#parts.whyNot();
    if (refusal) throw refusal;
    if (!before && this.#arrivals.size >= MAX_ARRIVALS)
      throw new ArenaError("MOVE_REFUSED", "Others are on their way.");
    before?.stopLooking();
    before?.settled.resolve();
    const settled = Promise.withResolvers<void>();
    const arrival: Arrival = { order, settled, state: "idle", stopLooking: () => {}, goneSinceMs: undefined };
    this.#arrivals.set(order.roomId, arrival);
    this.#unsettled.set(order.roomId, settled.promise);
    void settled.promise.then(() => {
      if (this.#unsettled.get(order.roomId) === settled.promise) this.#unsettled.delete(order.roomId);
    });
    this.#tell(arrival, "asked");
    this.#lookSoon(arrival);
  }

  /** The source says that the record is this node's. */
  async begin(order: MoveOrder): Promise<void> {
    const arrival = this.#find(order);
    if (arrival) await this.#judge(arrival, { isOver: false });
  }

  callOff(order: MoveOrder): void {
    const arrival = this.#find(order);
    if (arrival) this.#tell(arrival, "called off");
  }

  #find({ roomId, moveId }: MoveOrder): Arrival | undefined {
    const arrival = this.#arrivals.get(roomId);
    return arrival?.order.moveId === moveId ? arrival : undefined;
  }

  #lookSoon(arrival: Arrival): void {
    arrival.stopLooking = afterAwake(this.#parts.clock, LOOK_EVERY_MS, () => {
      void this.#look(arrival).then(() => {
        if (this.#find(arrival.order) === arrival) this.#lookSoon(arrival);
      });
    });
  }

  /** The source is asked before the record is read: a move that is over then has ended as the record says, for good. */
  async #look(arrival: Arrival): Promise<void> {
    const { clock, cluster, isMoving } = this.#parts;
    const source = cluster.node(arrival.order.source);
    if (source) arrival.goneSinceMs = undefined;
    else arrival.goneSinceMs ??= clock.nowMs();
    const isGone = clock.nowMs() - (arrival.goneSinceMs ?? clock.nowMs()) >= SOURCE_GONE_MS;
    const isMovingStill = source ? await isMoving(source, arrival.order).catch(() => true) : !isGone; // the record will tell
    await this.#judge(arrival, { isOver: !isMovingStill });
  }

  async #judge(arrival: Arrival, { isOver }: { readonly isOver: boolean }): Promise<void> {
    const { cluster } = this.#parts;
    const { order } = arrival;
    cluster.forget(order.roomId);
    const record = await cluster.owner(order.roomId).catch(() => "unknown" as const); // it is looked at again
    if (record === "unknown" || this.#find(order) !== arrival) return;
    if (record?.bootId === cluster.identity.bootId && record.epoch > order.epoch)
      this.#tell(arrival, "owned", record.epoch);
    else if (!isAsOrdered(record, order)) this.#tell(arrival, "overtaken");
    else if (isOver) this.#tell(arrival, "called off");
  }

  #tell(arrival: Arrival, event: TargetEvent, epoch = 0): void {
    const { state, actions } = step(TARGET_STEPS, arrival.state, event);
    arrival.state = state;
    if (state === "expecting") return;
    arrival.stopLooking();
    this.#arrivals.delete(arrival.order.roomId);
    if (!actions.includes("restore")) {
      arrival.settled.resolve();
      return;
    }
    const { roomId, name } = arrival.order;
    const onFailed = (error: unknown): void => this.#parts.telemetry.emit("room:notRestored", { roomId, name, error });
    void this.#parts.restore(arrival.order, epoch).catch(onFailed).finally(arrival.settled.resolve);
  }
}

function isAsOrdered(record: Ownership | undefined, { source, epoch, attempt }: MoveOrder): boolean {
  return record?.bootId === source && record.epoch === epoch && record.attempt === attempt;
}
