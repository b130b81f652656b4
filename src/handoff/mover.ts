import type { Clock } from "../clock/clock.ts";
import type { Cluster, NodeRecord, Ownership } from "../cluster/cluster.ts";
import { type ArenaError, toArenaError } from "../errors/errors.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { SOURCE_STEPS, type SourceAction, type SourceEvent, type SourceState, step } from "./move-steps.ts";
import type { MoveOrder, TargetCalls } from "./receiver.ts";

/** A room of this process as it is moved. */
export interface MovingRoom {
  /** Keeps back what clients send, where they are connected; settles when all that was on its way has come. @throws ArenaError */
  hold(): Promise<void>;
  /** Stands still from here on. */
  freeze(): void;
  /** Writes its last checkpoint; every op that was taken is safe by then. @throws ArenaError where it cannot be kept */
  store(): Promise<void>;
  /** Goes on, with what was kept back. */
  resume(): void;
  /** Leads its clients to the new owner; those that cannot be led are told to come back. */
  handOver(target: NodeRecord): void;
  /** Ends here, under nobody's eyes. */
  end(): void;
}

/** What rooms are moved with. */
export interface MoverParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly cluster: Pick<Cluster, "owner" | "forget" | "transfer" | "reclaim" | "identity">;
  readonly calls: TargetCalls;
}

/** How a move ended: the target has the room; it stayed where it was; somebody else has it. */
export type MoveOutcome = "moved" | "stayed" | "lost";

/** A move under way. */
interface Move {
  readonly order: MoveOrder;
  readonly room: MovingRoom;
  readonly target: NodeRecord;
  /** For how long the room stood still before it went on here. */
  frozenMs: number;
  /** Since when it stands still. */
  frozenSinceMs: number | undefined;
  /** Why it did not go on. */
  error: ArenaError | undefined;
}

/** Between two questions to a store that does not answer. */
const DOUBT_MS = 200;

const OUTCOMES: Readonly<Partial<Record<SourceState, MoveOutcome>>> = {
  moved: "moved",
  lost: "lost",
  running: "stayed",
};

/** Moves rooms of this process to other nodes, each as {@link SOURCE_STEPS} says. Keeps OWN1 and OWN4. */
export class Mover {
  readonly #parts: MoverParts;
  readonly #moves = new Map<string, Move>();
  #count = 0;

  constructor(parts: MoverParts) {
    this.#parts = parts;
  }

  /** Whether this very move is under way: whoever has an image of it keeps it. */
  isMoving({ roomId, moveId }: Pick<MoveOrder, "roomId" | "moveId">): boolean {
    return this.#moves.get(roomId)?.order.moveId === moveId;
  }

  /** Moves a room that runs here. At most one move of a room is under way: another one leaves it where it is. */
  async move({ roomId, name, epoch, attempt }: Ownership, room: MovingRoom, target: NodeRecord): Promise<MoveOutcome> {
    if (this.#moves.has(roomId)) return "stayed";
    const { bootId } = this.#parts.cluster.identity;
    const order = { moveId: `${bootId}/${++this.#count}`, roomId, name, source: bootId, epoch, attempt };
    const move: Move = { order, room, target, frozenMs: 0, frozenSinceMs: undefined, error: undefined };
    this.#moves.set(roomId, move);
    try {
      return await this.#run(move);
    } finally {
      this.#moves.delete(roomId);
    }
  }

  async #run(move: Move): Promise<MoveOutcome> {
    const { clock, telemetry } = this.#parts;
    const startMs = clock.nowMs();
    let state: SourceState = "running";
    let events: readonly SourceEvent[] = ["begin"];
    for (let [event] = events; event; [event] = events) {
      const next: ReturnType<typeof sourceStep> = sourceStep(state, event);
      state = next.state;
      events = await this.#actAll(next.actions, move);
    }
    const outcome = OUTCOMES[state] ?? "stayed";
    const { roomId, name } = move.order;
    const [durationMs, frozenMs] = [clock.nowMs() - startMs, this.#frozenMs(move)];
    const to = move.target.nodeId;
    telemetry.emit("room:moved", { roomId, name, to, outcome, durationMs, frozenMs, error: move.error });
    return outcome;
  }

  /** For how long the room has stood still in all. */
  #frozenMs({ frozenMs, frozenSinceMs }: Move): number {
    return frozenMs + (frozenSinceMs === undefined ? 0 : this.#parts.clock.nowMs() - frozenSinceMs);
  }

  /** Does what a row says, in its order; what comes of it is the next event, and none where the move is over. */
  async #actAll(actions: readonly SourceAction[], move: Move): Promise<readonly SourceEvent[]> {
    const events: SourceEvent[] = [];
    for (const action of actions) {
      const event = await this.#act(action, move);
      if (event) events.push(event);
    }
    return events;
  }

  async #act(action: SourceAction, move: Move): Promise<SourceEvent | undefined> {
    const { calls } = this.#parts;
    const { order, room, target } = move;
    switch (action) {
      case "ask":
        return this.#unless(move, () => calls.expect(target, order), "accepted");
      case "hold":
        return this.#unless(move, () => room.hold(), "held");
      case "freeze":
        move.frozenSinceMs = this.#parts.clock.nowMs();
        room.freeze();
        return undefined;
      case "store":
        return this.#unless(move, () => room.store(), "stored");
      case "transfer":
        return this.#transfer(move).catch(() => "uncertain" as const);
      case "secure":
        return this.#secure(move).catch(() => this.#later());
      case "resume":
        room.resume();
        move.frozenMs = this.#frozenMs(move);
        move.frozenSinceMs = undefined;
        return undefined;
      case "call off":
        void calls.callOff(target, order).catch(() => {}); // it asks by itself
        return undefined;
      case "hand over":
        void calls.begin(target, order).catch(() => {}); // it sees by itself whose the room is
        room.handOver(target);
        return undefined;
      case "end":
        room.end();
        return undefined;
      default:
        return action satisfies never;
    }
  }

  async #unless(move: Move, run: () => Promise<void>, event: SourceEvent): Promise<SourceEvent> {
    try {
      await run();
      return event;
    } catch (error) {
      move.error = toArenaError(error);
      return "refused";
    }
  }

  async #transfer({ order, target }: Move): Promise<SourceEvent> {
    const record = await this.#parts.cluster.transfer(order, target.bootId);
    return isOf(record, target, order) ? "transferred" : "uncertain";
  }

  async #secure({ order, target }: Move): Promise<SourceEvent> {
    const { cluster } = this.#parts;
    const { roomId, epoch } = order;
    if (await cluster.reclaim(roomId, epoch)) return "kept";
    cluster.forget(roomId);
    return isOf(await cluster.owner(roomId), target, order) ? "transferred" : "overtaken";
  }

  #later(): Promise<SourceEvent> {
    return new Promise((resolve) => this.#parts.clock.after(DOUBT_MS, () => resolve("uncertain")));
  }
}

const sourceStep = (state: SourceState, event: SourceEvent) => step(SOURCE_STEPS, state, event);

/** Whether the room is the target's by this move: it can have come to it by no other since it was the source's. */
function isOf(record: Ownership | undefined, { bootId }: NodeRecord, { epoch }: MoveOrder): boolean {
  return record?.bootId === bootId && record.epoch > epoch;
}
