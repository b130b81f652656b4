import type { BoardOp, BoardRecord } from "../../../rooms/whiteboard/rules/board.ts";
import { emptyOutbox, type OutboxChange, type StoredOutbox, type StoredPush } from "../../../src/client/outbox.ts";
import { OutboxFull, type PushAck } from "../../../src/client/pending.ts";
import { Replica } from "../../../src/client/replica.ts";
import type { IdentityProblem, PushRefusal, ReplicaOutput } from "../../../src/client/replica-types.ts";
import { OP_MESSAGES } from "../../../src/protocol/protocol.ts";
import { isOfDocument, type ModelConnection } from "./connection.ts";
import type { Variant } from "./variant.ts";

/** What a client learns about its edits. */
export interface ClientWitness {
  settled(edit: number, ack: PushAck): void;
  refused(edit: number, refusal: PushRefusal): void;
  /** A reload lost an edit that was never kept, and therefore never sent. */
  lost(edit: number): void;
  askedForIdentity(problem: IdentityProblem): void;
}

/** A tab: the product's replica, a disk that keeps its outbox in its own time, and maybe a connection. */
export class ModelClient {
  readonly name: string;
  readonly #variant: Variant;
  readonly #witness: ClientWitness;
  #identities = 0;
  /** What is kept, by serial. */
  #kept: { header: StoredOutbox["header"]; pushes: ReadonlyMap<number, StoredPush<BoardOp>> };
  #changes: OutboxChange<BoardOp>[] = [];
  /** Which edit a push carries, by serial. */
  #edits = new Map<number, number>();
  #replica: Replica<BoardOp, BoardRecord>;
  #connection: ModelConnection | undefined;
  /** The epoch of the last welcome, and that of the records that are confirmed. */
  #welcomedEpoch = 0;
  #epoch = 0;
  #records: unknown;
  isWaiting = false;

  constructor(name: string, variant: Variant, witness: ClientWitness) {
    this.name = name;
    this.#variant = variant;
    this.#witness = witness;
    this.#kept = { header: emptyOutbox(this.#nextIdentity()).header, pushes: new Map() };
    this.#replica = this.#load();
    this.#records = this.#replica.confirmed;
  }

  get replica(): Replica<BoardOp, BoardRecord> {
    return this.#replica;
  }

  get connection(): ModelConnection | undefined {
    return this.#connection;
  }

  /** The epoch of the confirmed records; 0 where there are none yet. */
  get epoch(): number {
    return this.#epoch;
  }

  /** How many changes of the outbox are not on the client's disk. */
  get unkept(): number {
    return this.#changes.length;
  }

  /** Which edits wait for the server. */
  get pendingEdits(): readonly (number | undefined)[] {
    return this.#replica.pending.map(({ serial }) => this.#edits.get(serial));
  }

  edit(edit: number, ops: readonly BoardOp[], ts: number): void {
    this.#edits.set(this.#replica.edit(ops, ts), edit);
    this.#act();
  }

  /** Returns whether there was anything to undo or to do again. */
  turn(direction: "undo" | "redo", makeEdit: () => number, ts: number): boolean {
    const serials = this.#turned(direction, ts);
    for (const serial of serials) this.#edits.set(serial, makeEdit());
    this.#act();
    return serials.length > 0;
  }

  connect(connection: ModelConnection): void {
    this.#connection = connection;
    if (this.#variant.renewsIdentity) this.#replica.renew(this.#nextIdentity(), "resubmit");
    this.#replica.connected();
    this.#act();
  }

  disconnect(): ModelConnection | undefined {
    const connection = this.#connection;
    this.#connection = undefined;
    this.isWaiting = false;
    this.#replica.disconnected();
    this.#act();
    return connection;
  }

  /** Takes in the next message, and what is worth nothing before it. */
  receive(): boolean {
    for (let next = this.#connection?.down.shift(); next; next = this.#connection?.down.shift()) {
      if (!isOfDocument(next)) continue;
      if (next.type === OP_MESSAGES.WELCOME) this.#welcomedEpoch = next.message.epoch;
      this.#replica.receive(next);
      this.#act();
      return true;
    }
    return false;
  }

  /** The client's disk has the next change of the outbox. */
  keep(): boolean {
    const change = this.#changes.shift();
    if (!change) return false;
    this.#apply(change);
    this.#replica.stored(change.ticket);
    this.#act();
    return true;
  }

  retry(): void {
    if (!this.isWaiting) return;
    this.isWaiting = false;
    this.#replica.retry();
    this.#act();
  }

  /** Begins anew from what the disk has: of the changes on their way, the first so many made it. */
  reload(changes: number): void {
    for (const change of this.#changes.splice(0, changes)) this.#apply(change);
    const made = this.#replica.pending.map(({ serial }) => serial);
    for (const serial of made) {
      const edit = this.#edits.get(serial);
      if (edit !== undefined && !this.#kept.pushes.has(serial)) this.#witness.lost(edit);
    }
    this.#changes = [];
    this.isWaiting = false;
    this.#epoch = 0;
    this.#replica = this.#load();
    this.#records = this.#replica.confirmed;
    this.#act();
  }

  /** To bring back a big shape may be more than a push takes. */
  #turned(direction: "undo" | "redo", ts: number): readonly number[] {
    try {
      return this.#replica.turn(direction, ts);
    } catch (error) {
      if (error instanceof OutboxFull) return [];
      throw error;
    }
  }

  #load(): Replica<BoardOp, BoardRecord> {
    const pushes = [...this.#kept.pushes.values()].sort((a, b) => a.serial - b.serial);
    const outbox = { header: this.#kept.header, pushes };
    return new Replica({ document: this.#variant.clientDocument, outbox, limits: { maxInFlight: 8 } });
  }

  #apply({ header, put, remove }: OutboxChange<BoardOp>): void {
    const pushes = new Map(this.#kept.pushes);
    for (const push of put) pushes.set(push.serial, push);
    for (const serial of remove) pushes.delete(serial);
    this.#kept = { header, pushes };
  }

  #act(): void {
    for (let outputs = this.#replica.take(); outputs.length > 0; outputs = this.#replica.take()) {
      for (const output of outputs) this.#do(output);
    }
    if (this.#records === this.#replica.confirmed) return;
    this.#records = this.#replica.confirmed;
    this.#epoch = this.#welcomedEpoch;
  }

  #do(output: ReplicaOutput<BoardOp>): void {
    switch (output.kind) {
      case "hello":
        this.#connection?.up.push({ kind: "hello", message: output.message });
        break;
      case "push":
        this.#connection?.up.push({ kind: "push", message: output.message, edit: this.#editOf(output.serial) });
        break;
      case "store":
        this.#changes.push(output.change);
        break;
      case "wait":
        this.isWaiting = true;
        break;
      case "identity":
        this.#witness.askedForIdentity(output.problem);
        this.#replica.renew(this.#nextIdentity(), "resubmit");
        break;
      case "settled":
        this.#witness.settled(this.#editOf(output.serial), output.ack);
        break;
      case "refused":
        this.#witness.refused(this.#editOf(output.serial), output.refusal);
        break;
      default:
        output satisfies never;
    }
  }

  #editOf(serial: number): number {
    return this.#edits.get(serial) ?? -1;
  }

  #nextIdentity(): { readonly clientId: string; readonly key: string } {
    this.#identities++;
    return { clientId: `${this.name}${this.#identities}`, key: `key-of-${this.name}-0123456789` };
  }
}
