import type { BoardOp, BoardRecord } from "../../../rooms/whiteboard/rules/board.ts";
import { board } from "../../../rooms/whiteboard/rules/board.ts";
import { emptyOutbox, type StoredOutbox } from "../../../src/client/outbox.ts";
import { Replica } from "../../../src/client/replica.ts";
import type { ReplicaLimits, ReplicaOutput } from "../../../src/client/replica-types.ts";
import { OP_MESSAGES, type OpEntry, type OpNack, type OpWelcome } from "../../../src/protocol/protocol.ts";

const IDENTITY = { clientId: "me", key: "0123456789abcdef" };

/** A replica of a board with a server's voice and a disk that a test drives by hand. */
export class BoardReplica {
  readonly replica: Replica<BoardOp, BoardRecord>;
  /** What the replica asked for, all of it. */
  readonly output: ReplicaOutput<BoardOp>[] = [];

  constructor(outbox: StoredOutbox<BoardOp> = emptyOutbox(IDENTITY), limits: Partial<ReplicaLimits> = {}) {
    this.replica = new Replica({ document: board, outbox, limits });
  }

  /** Tells the replica something, then collects what it asks for. */
  tell(what: (replica: Replica<BoardOp, BoardRecord>) => void): readonly ReplicaOutput<BoardOp>[] {
    what(this.replica);
    const output = this.replica.take();
    this.output.push(...output);
    return output;
  }

  /** Edits, and keeps what was edited. */
  edit(...ops: BoardOp[]): readonly ReplicaOutput<BoardOp>[] {
    return [...this.tell((replica) => replica.edit(ops, 1000)), ...this.store()];
  }

  /** Keeps all that was to be kept. */
  store(): readonly ReplicaOutput<BoardOp>[] {
    const last = this.output.findLast((one) => one.kind === "store");
    return last ? this.tell((replica) => replica.stored(last.change.ticket)) : [];
  }

  /** Connects and is welcomed, by default to an empty document. */
  join(welcome: Partial<OpWelcome> = {}, entries: readonly OpEntry<BoardOp>[] = []): readonly ReplicaOutput<BoardOp>[] {
    this.tell((replica) => replica.connected());
    const full = { epoch: 1, mode: "snapshot", seq: 0, yourLast: 0, ephHz: 10, ...welcome } as const;
    return [
      ...this.tell((replica) => replica.receive({ type: OP_MESSAGES.WELCOME, message: full })),
      ...(full.mode === "snapshot" ? this.snap(full.seq, []) : []),
      ...(entries.length > 0 ? this.batch(...entries) : []),
    ];
  }

  snap(
    seq: number,
    data: readonly (readonly [string, BoardRecord])[],
    part = 0,
    of = 1,
  ): readonly ReplicaOutput<BoardOp>[] {
    return this.tell((replica) => replica.receive({ type: OP_MESSAGES.SNAP, message: { seq, part, of, data } }));
  }

  batch(...entries: OpEntry<BoardOp>[]): readonly ReplicaOutput<BoardOp>[] {
    const message = { from: entries[0]?.seq ?? 0, to: entries.at(-1)?.seq ?? 0, entries };
    return this.tell((replica) => replica.receive({ type: OP_MESSAGES.BATCH, message }));
  }

  nack(message: OpNack): readonly ReplicaOutput<BoardOp>[] {
    return this.tell((replica) => replica.receive({ type: OP_MESSAGES.NACK, message }));
  }

  /** The pushes in an output, as "number:id of its first op". */
  static pushesIn(output: readonly ReplicaOutput<BoardOp>[]): readonly string[] {
    return output.flatMap((one) => (one.kind === "push" ? [`${one.message.n}:${idOf(one.message.ops[0])}`] : []));
  }
}

/** The shape that an op is about. */
export function idOf(op: BoardOp | undefined): string | undefined {
  return op && "id" in op ? op.id : undefined;
}

export function createOp(id: string, x = 0): BoardOp {
  return { t: "create", id, type: "rect", g: { pos: { x, y: 0, r: 0 }, size: { w: 1, h: 1 } } };
}

export function moveOp(id: string, x: number, ifRev?: number): BoardOp {
  return { t: "set", id, g: "pos", v: { x, y: 0, r: 0 }, ...(ifRev !== undefined && { ifRev }) };
}

export function entry(seq: number, clientId: string, n: number, ...effects: BoardOp[]): OpEntry<BoardOp> {
  return { seq, clientId, n, userId: "", ts: 2000, effects };
}

/** Where a shape is, or undefined where it is not. */
export function xOf(record: BoardRecord | undefined): number | undefined {
  return record && "g" in record ? record.g.pos?.x : undefined;
}
