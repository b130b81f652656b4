import assert from "node:assert/strict";
import type { BoardOp } from "../../../rooms/whiteboard/rules/board.ts";
import type { PushAck } from "../../../src/client/pending.ts";
import type { PushRefusal } from "../../../src/client/replica-types.ts";
import { frame } from "../../../src/op-lane/messages.ts";
import { type Batch, decodeBatch } from "../../../src/op-log/codec.ts";
import { OP_MESSAGES, type OpReset } from "../../../src/protocol/protocol.ts";
import { ModelClient } from "./client.ts";
import { ModelConnection } from "./connection.ts";
import { type DiskImage, ModelDisk } from "./disk.ts";
import { Edits } from "./edits.ts";
import { History } from "./history.ts";
import { assertBoardRules } from "./rules.ts";
import { type CrashPoint, ModelServer, type Witness } from "./server.ts";
import type { Variant } from "./variant.ts";

const CLIENTS = ["a", "b", "c"] as const;
/** Far beyond what it takes to deliver everything that a run may leave behind. */
const MAX_ROUNDS = 1000;

/**
 * One document, a server and three clients. Nothing happens unless it is told to, everything happens at once, and what must
 * always be true is checked after each step.
 */
export class World {
  readonly variant: Variant;
  readonly disk = new ModelDisk();
  readonly edits = new Edits();
  readonly clients: readonly ModelClient[];
  readonly counts: Map<string, number>;
  /** By epoch: a client that was away knows an old one. */
  readonly #histories = new Map<number, History>();
  /** Whose push it was that was last staged under a client's number. */
  readonly #staged = new Map<string, number>();
  /** Connections that a client has given up and the server has not. */
  #ghosts: ModelConnection[] = [];
  #backup: { readonly image: DiskImage; readonly seq: number };
  #server: ModelServer;
  #connections = 0;

  constructor(variant: Variant, counts = new Map<string, number>()) {
    this.variant = variant;
    this.counts = counts;
    this.#histories.set(this.disk.epoch, new History());
    this.#backup = { image: this.disk.backup(), seq: 0 };
    this.#server = this.#startServer();
    this.clients = CLIENTS.map((name) => new ModelClient(name, variant, this.#clientWitness()));
    for (const client of this.clients) this.#meet(client);
  }

  get server(): ModelServer {
    return this.#server;
  }

  /** What was written in the present epoch, and before it in those that it came from. */
  get history(): History {
    const history = this.#histories.get(this.disk.epoch);
    assert.ok(history);
    return history;
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  client(who: number): ModelClient {
    const client = this.clients[who];
    assert.ok(client);
    return client;
  }

  edit(who: number, ops: readonly BoardOp[]): number {
    const edit = this.edits.make(who, "edit");
    this.client(who).edit(edit, ops, edit);
    this.count("edit");
    return edit;
  }

  /** Returns whether there was anything to undo, or to do again. */
  turn(who: number, direction: "undo" | "redo"): boolean {
    const hasTurned = this.client(who).turn(direction, () => this.edits.make(who, direction), this.edits.size);
    if (hasTurned) this.count(direction);
    return hasTurned;
  }

  /** The next message of a client reaches the server. */
  deliverUp(who: number): boolean {
    const { connection } = this.client(who);
    return connection !== undefined && this.#arrive(connection);
  }

  /** The next message of the server reaches a client. */
  deliverDown(who: number): boolean {
    return this.client(who).receive();
  }

  /** A client loses its connection, with all that is on its way to it; the server may not notice at once. */
  drop(who: number, options = { isNoticed: true }): void {
    const connection = this.client(who).disconnect();
    if (!connection) return;
    connection.isOpen = false;
    connection.down.length = 0;
    this.count("drop");
    if (options.isNoticed) this.#server.leave(connection);
    else this.#ghosts.push(connection);
  }

  connect(who: number): boolean {
    const client = this.client(who);
    if (client.connection) return false;
    this.#connections++;
    client.connect(new ModelConnection(`session-${this.#connections}`));
    return true;
  }

  /** A client loses its connection and has another at once, on which it is welcomed. */
  comeBack(who: number): void {
    this.drop(who);
    this.connect(who);
    this.deliverUp(who);
    while (this.deliverDown(who));
  }

  /** The server reads on from a connection that is gone, or notices that it is. */
  hearGhost(): boolean {
    const [ghost] = this.#ghosts;
    if (!ghost) return false;
    if (this.#arrive(ghost)) return true;
    this.#ghosts.shift();
    this.#server.leave(ghost);
    return true;
  }

  /** The server dies and is started again from its disk. */
  crash(point: CrashPoint = "before", share = 0): void {
    this.#server.crash(point, share);
    this.count("crash");
    this.#restart();
  }

  /** Nobody can tell whether a write succeeded: the log is opened anew, and connections stay. */
  reopen(point: CrashPoint): void {
    this.#server.crash(point, 0);
    const { followed } = this.#server;
    this.#server = this.#startServer();
    const reset: OpReset = { reason: "REOPENED", epoch: this.disk.epoch };
    for (const connection of followed) connection.raw(frame(OP_MESSAGES.RESET, reset));
  }

  reload(who: number, kept: number): void {
    this.drop(who);
    this.client(who).reload(kept);
    this.count("reload");
  }

  backup(): void {
    this.#backup = { image: this.disk.backup(), seq: this.history.seq };
  }

  /** The server is stopped, and goes on from the last backup. */
  restore(): void {
    const { image, seq } = this.#backup;
    const history = this.history.upTo(seq);
    this.disk.restore(image, { isNewEpoch: this.variant.beginsEpochOnRestore });
    this.#histories.set(this.disk.epoch, history);
    this.edits.forfeitAllBut(history);
    this.count("restore");
    this.#restart();
  }

  /** Delivers everything until nothing moves. */
  settle(): void {
    for (let round = 0; this.#move(); round++) {
      assert.ok(round < MAX_ROUNDS, "the world comes to rest");
    }
  }

  /** A client has what the log has, as far as the client has come. */
  assertPrefix(client: ModelClient): void {
    const history = this.#histories.get(client.epoch);
    if (client.epoch === 0) return;
    assert.ok(
      history?.isAt(client.replica.seq, client.replica.confirmed),
      `[LOG4] ${client.name} has a prefix of the log`,
    );
  }

  #restart(): void {
    for (const who of this.clients.keys()) this.drop(who);
    this.#ghosts = [];
    this.#server = this.#startServer();
  }

  #startServer(): ModelServer {
    return new ModelServer(this.disk, this.variant, this.#serverWitness());
  }

  #meet(client: ModelClient): void {
    const who = this.clients.indexOf(client);
    this.comeBack(who);
    while (client.keep());
  }

  #arrive(connection: ModelConnection): boolean {
    const next = connection.up.shift();
    if (!next) return false;
    if (next.kind === "hello") this.#server.hello(connection, next.message);
    else this.#server.push(connection, next.message, next.edit);
    return true;
  }

  /** Does whatever can be done once, everywhere. */
  #move(): boolean {
    let hasMoved = false;
    while (this.hearGhost()) hasMoved = true;
    while (this.#server.takeBatch() || this.#server.fsync()) hasMoved = true;
    this.#server.feed();
    for (const who of this.clients.keys()) if (this.#moveClient(who)) hasMoved = true;
    return hasMoved;
  }

  #moveClient(who: number): boolean {
    const client = this.client(who);
    let hasMoved = this.connect(who) || client.isWaiting;
    client.retry();
    if (client.connection) client.connection.credit = Number.POSITIVE_INFINITY;
    while (client.keep() || this.deliverUp(who) || this.deliverDown(who)) hasMoved = true;
    return hasMoved;
  }

  #serverWitness(): Witness {
    return {
      count: (what) => this.count(what),
      staged: (clientId, n, edit) => this.#staged.set(`${clientId}/${n}`, edit),
      written: (batch) => this.#written(batch),
    };
  }

  #written({ bytes }: Batch): void {
    for (const entry of decodeBatch<BoardOp>(bytes).entries) {
      const edit = this.#staged.get(`${entry.clientId}/${entry.n}`) ?? -1;
      this.history.add({ entry, edit });
      if (entry.effects.length === 0) this.count("discarded");
      else this.count("taken");
      if (this.variant.checks === "always") assertBoardRules(this.history, this.edits.isTurn(edit));
    }
  }

  #clientWitness(): ConstructorParameters<typeof ModelClient>[2] {
    return {
      settled: (edit: number, ack: PushAck) => {
        this.edits.settled(edit);
        if (this.variant.checks === "always") this.#assertSafe(edit, ack);
      },
      refused: (edit: number, { code }: PushRefusal) => {
        this.edits.refused(edit);
        this.count(`refused ${code}`);
      },
      lost: (edit: number) => {
        this.edits.lost(edit);
        this.count("lost before it was kept");
      },
      askedForIdentity: (problem) => {
        assert.equal(this.variant.checks, "at rest", `a client was told to take another id: ${problem}`);
      },
    };
  }

  #assertSafe(edit: number, { seq, outcome }: PushAck): void {
    const places = this.history.placesOf(edit);
    assert.equal(places.length, 1, `[LOG2] edit ${edit} is acknowledged and in the log once`);
    const [place = 0] = places;
    assert.ok(
      outcome === "unknown" ? place <= seq : place === seq,
      `edit ${edit} is entry ${place}, its ack says ${seq}`,
    );
  }
}
