import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import { manualClock } from "../../../src/clock/clock.ts";
import { EphemeralLane } from "../../../src/op-lane/ephemeral-lane.ts";
import { Follower } from "../../../src/op-lane/follower.ts";
import { frame, ownerOf } from "../../../src/op-lane/messages.ts";
import { SharedHistory } from "../../../src/op-lane/shared-history.ts";
import type { Batch } from "../../../src/op-log/codec.ts";
import { decode, encode } from "../../../src/op-log/msgpack.ts";
import { OpLog, type OpLogParts } from "../../../src/op-log/op-log.ts";
import { recover } from "../../../src/op-log/recover.ts";
import type { LogLimits, Sequencer } from "../../../src/op-log/sequencer.ts";
import type { StoredLog } from "../../../src/op-log/store.ts";
import { OP_MESSAGES, type OpAck, type OpHello, type OpNack, type OpPush } from "../../../src/protocol/protocol.ts";
import type { ModelConnection } from "./connection.ts";
import type { ModelDisk } from "./disk.ts";
import type { Variant } from "./variant.ts";

export type BoardSequencer = Sequencer<BoardOp, BoardRecord>;

/** Small bounds: a few entries are a tail, and little more is a reason for a snapshot. */
export const LIMITS: LogLimits = {
  tail: { minEntries: 4, minAgeMs: 0, maxBytes: 1_000_000 },
  marks: { maxAgeMs: Number.POSITIVE_INFINITY, minClients: 0, maxClients: 1000 },
  maxDocumentBytes: 100_000_000,
  maxStagedBytes: 10_000_000,
  maxEntriesWithoutSnapshot: 6,
};

/** What the disk was told to do and has not done. */
interface DiskTask {
  readonly batch: Batch | undefined;
  /** Brings it to the disk. */
  write(): void;
  /** It is on the disk, or never will be. */
  done(isWritten: boolean): void;
}

/** What the checks are told. */
export interface Witness {
  /** A push was staged that had this number. */
  staged(clientId: string, n: number, edit: number): void;
  /** A batch is on the disk. */
  written(batch: Batch): void;
  /** Something happened that should happen often. */
  count(what: string): void;
}

/** How an attempt to write ends. */
export type CrashPoint = "before" | "torn" | "after";

/**
 * A server of one document, from what is on its disk: the product's sequencer, codec, recovery and followers, driven as the
 * op lane drives them, with nothing happening by itself.
 */
export class ModelServer {
  readonly sequencer: BoardSequencer;
  readonly epoch: number;
  readonly #history: SharedHistory<BoardOp, BoardRecord>;
  readonly #disk: ModelDisk;
  readonly #variant: Variant;
  readonly #witness: Witness;
  readonly #clock = manualClock();
  readonly #followers = new Map<ModelConnection, Follower>();
  readonly #speakers = new Map<string, Follower>();
  readonly #ephemeral = new EphemeralLane(
    this.#clock,
    () => this.#followers.keys(),
    () => this.#followers.size,
  );
  readonly #tasks: DiskTask[] = [];

  constructor(disk: ModelDisk, variant: Variant, witness: Witness) {
    this.#disk = disk;
    this.#variant = variant;
    this.#witness = witness;
    this.epoch = disk.epoch;
    const recovered = recover<BoardOp>(disk.load());
    if (recovered.tornFrom !== undefined) {
      disk.cut(recovered.tornFrom);
      this.#witness.count("torn");
    }
    this.sequencer = variant.sequencer(board, LIMITS);
    this.sequencer.restore(recovered);
    this.#history = historyOf(this.epoch, this.sequencer);
  }

  get seq(): number {
    return this.sequencer.seq;
  }

  /** Connections of all who said hello. */
  get followed(): Iterable<ModelConnection> {
    return this.#followers.keys();
  }

  hello(connection: ModelConnection, { clientId, key, epoch, lastSeq }: OpHello): void {
    const owner = ownerOf(undefined, key);
    if (!this.sequencer.maySpeak(clientId, owner)) {
      send(connection, OP_MESSAGES.NACK, { n: 0, code: "FORBIDDEN" } satisfies OpNack);
      return;
    }
    this.#forgetSpeaker(connection);
    const follower = new Follower(connection, clientId, owner);
    this.#followers.set(connection, follower);
    this.#speakers.set(clientId, follower);
    const plan = this.sequencer.plan(clientId, this.epoch, { epoch, lastSeq });
    this.#witness.count(plan.reset ?? plan.mode);
    if (plan.reset) send(connection, OP_MESSAGES.RESET, { reason: plan.reset, epoch: this.epoch });
    if (plan.mode === "snapshot" && this.#history.snapshot().parts.length > 1) this.#witness.count("several parts");
    follower.welcome(this.#history, plan, lastSeq);
    follower.feed(this.#history);
  }

  push(connection: ModelConnection, { n, ops }: OpPush<BoardOp>, edit: number): void {
    const follower = this.#followers.get(connection);
    if (!follower || this.#speakers.get(follower.clientId) !== follower) {
      send(connection, OP_MESSAGES.NACK, { n, code: "HELLO" } satisfies OpNack);
      return;
    }
    follower.pushed(n);
    const { clientId, owner } = follower;
    const read = decode(encode(ops)) as BoardOp[]; // as they come from the wire: nobody else holds them
    const verdict = this.sequencer.push({ clientId, owner, userId: "", n, ops: read, ts: 0 });
    this.#witness.count(verdict.kind === "nack" ? `nack ${verdict.nack.code}` : verdict.kind);
    if (verdict.kind === "staged") this.#witness.staged(clientId, n, edit);
    else if (verdict.kind === "ack") send(connection, OP_MESSAGES.ACK, verdict.ack);
    else if (verdict.kind === "nack") send(connection, OP_MESSAGES.NACK, verdict.nack);
  }

  /** Passes on a value that is worth nothing once there is a newer one. */
  ephemeral(connection: ModelConnection, key: string, value: number): void {
    if (!this.#followers.has(connection)) return;
    this.#ephemeral.set(connection.sessionId, { k: key, v: value });
    this.#clock.advance(1000);
    this.#ephemeral.flush();
    this.#witness.count("ephemeral");
  }

  /** The server has noticed that a connection is gone. */
  leave(connection: ModelConnection): void {
    this.#forgetSpeaker(connection);
    this.#followers.delete(connection);
  }

  /** Brings what was pushed on its way to the disk. */
  takeBatch(): boolean {
    const batch = this.sequencer.takeBatch();
    if (!batch) return false;
    const done = (isWritten: boolean): void => (isWritten ? this.#committed() : this.#failed());
    const write = (): void => {
      this.#disk.append(batch);
      this.#witness.written(batch);
    };
    const isEarly = this.#variant.acknowledgesBeforeFsync;
    this.#tasks.push({ batch, write, done: isEarly ? () => {} : done });
    if (isEarly) this.#committed();
    return true;
  }

  /** Brings a snapshot on its way to the disk. One that is not due is taken all the same where it says anything new. */
  compact(): boolean {
    if (this.#tasks.some(({ batch }) => !batch)) return false;
    const compaction = this.sequencer.compaction(0, true);
    if (!compaction) return false;
    const { keepFrom, done } = compaction;
    const snapshot = this.#variant.stored(compaction.snapshot);
    this.#tasks.push({
      batch: undefined,
      write: () => {
        this.#disk.compact(snapshot, keepFrom);
        this.#witness.count("compacted");
      },
      done: (isWritten) => isWritten && done(),
    });
    return true;
  }

  /** The disk does the first thing that it was told to. */
  fsync(): boolean {
    const task = this.#tasks.shift();
    task?.write();
    task?.done(true);
    return task !== undefined;
  }

  /** The disk refuses the first thing that it was told to do. */
  refuseWrite(): void {
    const task = this.#tasks.shift();
    task?.done(false);
    if (task?.batch) this.#witness.count("write refused");
  }

  /** The server ends here: what it was writing is on the disk, or not, or in part. */
  crash(point: CrashPoint, share: number): void {
    const task = this.#tasks[0];
    if (this.#tasks.length > 0 || this.sequencer.hasBatch) this.#witness.count("crash with staged pushes");
    if (task && point === "after") task.write();
    else if (task?.batch && point === "torn") this.#disk.tear(task.batch, share);
  }

  /** Sends those who are behind what they miss. */
  feed(): void {
    for (const follower of this.#followers.values()) follower.feed(this.#history);
  }

  #committed(): void {
    const { acks } = this.sequencer.committed();
    for (const follower of this.#followers.values()) {
      if (!follower.feed(this.#history)) this.#witness.count("left behind");
    }
    for (const { clientId, ack } of acks) this.#answer(clientId, OP_MESSAGES.ACK, ack);
  }

  #failed(): void {
    for (const { clientId, nack } of this.sequencer.failed()) this.#answer(clientId, OP_MESSAGES.NACK, nack);
  }

  /** An answer goes to where its push came from, whoever speaks for the client by now. */
  #answer(clientId: string, type: typeof OP_MESSAGES.ACK | typeof OP_MESSAGES.NACK, answer: OpAck | OpNack): void {
    for (const follower of this.#followers.values()) {
      if (follower.clientId === clientId && follower.hasPushed(answer.n)) follower.client.raw(frame(type, answer));
    }
  }

  #forgetSpeaker(connection: ModelConnection): void {
    const old = this.#followers.get(connection);
    if (old && this.#speakers.get(old.clientId) === old) this.#speakers.delete(old.clientId);
  }
}

/** The lane's own frames. Only the lane's reading half of a log is used: what writes and waits is modelled here. */
function historyOf(epoch: number, sequencer: BoardSequencer): SharedHistory<BoardOp, BoardRecord> {
  const log = new OpLog({} as OpLogParts<BoardOp, BoardRecord>, { epoch } as StoredLog, sequencer);
  return new SharedHistory(log, {
    clock: manualClock(),
    hz: () => 20,
    limits: { maxPushBytes: 256 * 1024, maxOps: 256 },
  });
}

function send(
  connection: ModelConnection,
  type: (typeof OP_MESSAGES)[keyof typeof OP_MESSAGES],
  message: object,
): void {
  connection.raw(frame(type, message));
}
