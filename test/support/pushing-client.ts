import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { ColyseusSDK, type Room as SdkRoom } from "@colyseus/sdk";
import { Doc, encodeStateAsUpdate, encodeStateVector } from "yjs";
import { type BoardOp, type BoardRecord, board } from "../../rooms/whiteboard/rules/board.ts";
import { MapRecords } from "../../src/document/document.ts";
import type { OpAck, OpBatch, OpNack, OpPush, OpReset, OpSnap, OpWelcome } from "../../src/protocol/protocol.ts";

/** One life of a node, as its clients saw it. */
export interface Life {
  readonly port: number;
  /** Resolves when the node is gone. */
  readonly ended: Promise<unknown>;
  /** Pushes whose ack was lost with it, and that a later welcome said were safe. */
  foundPushes: number;
}

/** Who it is and how it pushes. */
export interface PushingClientOptions {
  readonly clientId: string;
  readonly boardId: string;
  readonly random: () => number;
  /** Between two pushes. */
  readonly maxPauseMs: number;
  /** Of the text of a shape; it is what most of a push is. */
  readonly maxTextLength: number;
  /** Whether the history may begin a new epoch, though with all that was acknowledged. Default: false. */
  readonly mayFork?: boolean;
}

/** Pushes that wait for their ack at a time. */
const WINDOW = 4;
/** After this share of the pushes it says hello again, while they wait. */
const AGAIN_SHARE = 0.1;
/** As long as a server asks for, and no longer: here nobody else is waiting. */
const RETRY_MS = 50;
const RETRIED: ReadonlySet<OpNack["code"]> = new Set(["UNAVAILABLE", "RATE_LIMITED", "GAP", "HELLO"]);
/** A document that cannot be opened now, or is just being opened for somebody else. */
const ASK_AGAIN = /LOG_UNAVAILABLE|LOG_IN_USE/;
const MAX_DYING_MS = 5000;

/** How much of what was said a fault tells. */
const TRAIL = 40;
const TRAIL_CHARS = 160;

/**
 * A client of a whiteboard, on the stock SDK, that pushes on and on, keeps what is not acknowledged, and comes back with it.
 * Each push adds its number to the rich text of one shape, where one that is missing or out of turn would show; every other
 * makes a shape, too. It follows the board from its first hello on, and throws on whatever a server must never say.
 */
export class PushingClient {
  readonly clientId: string;
  /** The board as it was told. */
  records = new MapRecords<BoardRecord>();
  /** The last entry that it was told of. */
  seq = 0;
  /** Numbers of its last push, and of the last that was acknowledged. */
  made = 0;
  acked = 0;
  /** The last entry of its own that was acknowledged. */
  ackedSeq = 0;
  /** Ids of the shapes that each push makes. */
  readonly shapes: string[][] = [];
  isPushing = true;
  /** Pushes that were refused until later. */
  refusals = 0;
  readonly #options: PushingClientOptions;
  readonly #pending: OpPush<BoardOp>[] = [];
  /** Of the records; undefined while nothing is known. */
  #epoch: number | undefined;
  #welcomeEpoch: number | undefined;
  /** A document that is not whole yet. */
  #parts: MapRecords<BoardRecord> | undefined;
  #room: SdkRoom | undefined;
  #life: Life | undefined;
  #lastHello: Life | undefined;
  #isRetrying = false;
  readonly #text = new Doc();
  readonly #trail: string[] = [];
  #changed = Promise.withResolvers<void>();

  constructor(options: PushingClientOptions) {
    this.clientId = options.clientId;
    this.#options = options;
  }

  /** Follows and pushes until the node is gone. Rejects with what a server must not do. */
  async live(life: Life): Promise<void> {
    this.#life = life;
    const fault = Promise.withResolvers<never>();
    const room = await Promise.race([this.#join(life), life.ended.then(() => undefined)]);
    if (!room) return;
    room.reconnection.enabled = false;
    const left = new Promise((resolve) => room.onLeave((code) => resolve(assertGone(life, code))));
    this.#listen(room, fault.reject);
    this.#room = room;
    this.#hello();
    await Promise.race([left, fault.promise]);
    this.#room = undefined;
  }

  /** Resolves when the node that lives now has welcomed it. It then pushes at once. */
  async greeted(): Promise<void> {
    while (this.#lastHello !== this.#life) await this.#changed.promise;
  }

  /** Resolves when nothing waits for an ack and it has come as far as `seq`. */
  async settled(seq = 0): Promise<void> {
    while (this.#pending.length > 0 || this.seq < seq) await this.#changed.promise;
  }

  /** Resolves when so many more of its pushes were refused until later. */
  async refused(count: number): Promise<void> {
    const enough = this.refusals + count;
    while (this.refusals < enough) await this.#changed.promise;
  }

  /** A node that is being killed refuses in many ways; only one that stays has to let everybody in. */
  async #join(life: Life): Promise<SdkRoom | undefined> {
    const { boardId: id } = this.#options;
    const sdk = new ColyseusSDK(`http://127.0.0.1:${life.port}`);
    for (;;) {
      try {
        return await sdk.joinOrCreate("whiteboard", { id });
      } catch (cause) {
        if (!ASK_AGAIN.test(String(cause))) return assertGone(life, cause);
        await delay(RETRY_MS);
      }
    }
  }

  #listen(room: SdkRoom, fail: (error: unknown) => void): void {
    const on = <P>(type: string, take: (payload: P) => void): void => {
      room.onMessage(type, (payload: P) => {
        this.#note(`${this.#room === room ? "" : "(stale) "}${type} ${JSON.stringify(payload).slice(0, TRAIL_CHARS)}`);
        try {
          if (this.#room === room) take(payload);
        } catch (cause) {
          fail(
            new Error(`${this.#options.boardId}, ${this.clientId}: ${type} is wrong after\n${this.#trail.join("\n")}`, {
              cause,
            }),
          );
        }
        this.#changed.resolve();
        this.#changed = Promise.withResolvers();
      });
    };
    on("op:welcome", (welcome: OpWelcome) => this.#welcomed(room, welcome));
    on("op:snap", (snap: OpSnap<BoardRecord>) => this.#take(snap));
    on("op:batch", (batch: OpBatch<BoardOp>) => this.#follow(batch));
    on("op:ack", (ack: OpAck) => this.#acked(ack));
    on("op:nack", (nack: OpNack) => this.#refused(nack));
    on("op:reset", (reset: OpReset) => this.#reset(reset));
    room.onMessage("*", () => {});
  }

  #reset({ reason }: OpReset): void {
    if (reason === "REOPENED") {
      this.#hello();
      return;
    }
    assert.ok(reason === "EPOCH" && this.#options.mayFork);
    this.#epoch = undefined;
  }

  #hello(): void {
    const { clientId, seq } = this;
    const known = this.#epoch === undefined ? {} : { epoch: this.#epoch, lastSeq: seq };
    this.#note(`up: op:hello ${JSON.stringify(known)}`);
    this.#room?.send("op:hello", { clientId, ...known });
  }

  /** Remembers the last that was said, to tell of it where something is wrong. */
  #note(said: string): void {
    this.#trail.push(said);
    if (this.#trail.length > TRAIL) this.#trail.shift();
  }

  #welcomed(room: SdkRoom, { epoch, mode, seq, yourLast }: OpWelcome): void {
    assert.ok(yourLast >= this.acked, `${this.acked} was acknowledged`);
    assert.ok(yourLast <= this.made, `${this.made} is the last that was made`);
    assert.ok(seq >= this.seq, `${this.seq} was shown`);
    if (epoch !== this.#epoch) this.#forked(mode);
    if (this.#lastHello) this.#lastHello.foundPushes += yourLast - this.acked;
    const isFirst = this.#lastHello !== this.#life;
    this.#lastHello = this.#life;
    this.#welcomeEpoch = epoch;
    this.#parts = undefined;
    this.#drop(yourLast);
    this.#sendPending();
    if (isFirst) void this.#pushOn(room);
  }

  /** A hello that named no epoch may be answered after the history began a new one. */
  #forked(mode: OpWelcome["mode"]): void {
    assert.equal(mode, "snapshot");
    assert.ok(this.#epoch === undefined || this.#options.mayFork);
    this.#epoch = undefined;
  }

  /** Until a document is whole, what is known is what was known before: a hello meanwhile must not claim more. */
  #take({ seq, part, of, data }: OpSnap<BoardRecord>): void {
    if (part === 0) this.#parts = new MapRecords();
    for (const [id, record] of data) this.#parts?.set(id, record);
    if (part < of - 1 || !this.#parts) return;
    this.records = this.#parts;
    this.#parts = undefined;
    this.seq = seq;
    this.#epoch = this.#welcomeEpoch;
  }

  /** What came while a hello was on its way comes again. */
  #follow({ from, to, entries }: OpBatch<BoardOp>): void {
    assert.ok(from <= this.seq + 1, `${this.seq + 1} is due`);
    assert.deepEqual(
      entries.map(({ seq }) => seq),
      entries.map((_, index) => from + index),
    );
    for (const { effects, ...stamp } of entries.filter(({ seq }) => seq > this.seq)) {
      for (const effect of effects) board.evolve(this.records, effect, stamp);
    }
    this.seq = Math.max(this.seq, to);
  }

  #acked({ n, seq, outcome }: OpAck): void {
    assert.ok(n <= this.acked + 1, `${this.acked + 1} is due`);
    assert.ok(outcome === "commit" || outcome === "unknown"); // each is taken as it is, or was long ago
    this.ackedSeq = Math.max(this.ackedSeq, seq);
    this.#drop(n);
  }

  #refused({ n, code, retryAfterMs = RETRY_MS }: OpNack): void {
    assert.ok(RETRIED.has(code));
    if (code === "UNAVAILABLE") this.refusals++;
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    setTimeout(() => {
      this.#isRetrying = false;
      if (code === "HELLO" || n === 0) this.#hello();
      else this.#sendPending();
    }, retryAfterMs);
  }

  /** Everything up to `n` is safe. */
  #drop(n: number): void {
    this.acked = Math.max(this.acked, n);
    while (this.#pending[0] && this.#pending[0].n <= n) this.#pending.shift();
  }

  #sendPending(): void {
    for (const push of this.#pending) this.#room?.send("op:push", push);
  }

  async #pushOn(room: SdkRoom): Promise<void> {
    const { random, maxPauseMs } = this.#options;
    while (this.isPushing && this.#room === room) {
      if (this.#pending.length < WINDOW) this.#push();
      if (random() < AGAIN_SHARE) this.#hello();
      await delay(random() * maxPauseMs);
    }
  }

  #push(): void {
    this.made++;
    const push = { n: this.made, ops: this.#opsOf(this.made) };
    this.shapes.push(push.ops.flatMap((op) => (op.t === "create" ? [op.id] : [])));
    this.#pending.push(push);
    this.#room?.send("op:push", push);
  }

  /** Adds a number to the text that this client writes. */
  #noteOf(n: number): Uint8Array<ArrayBuffer> {
    const known = encodeStateVector(this.#text);
    const words = this.#text.getText("text");
    words.insert(words.length, `${n} `);
    return new Uint8Array(encodeStateAsUpdate(this.#text, known));
  }

  #opsOf(n: number): BoardOp[] {
    const { clientId: id, random, maxTextLength } = this.#options;
    const note: BoardOp = { t: "y", id, u: this.#noteOf(n) };
    const text = "x".repeat(random() * maxTextLength);
    if (n === 1) return [{ t: "create", id, type: "list", g: {} }, note];
    return random() < 0.5 ? [note] : [note, { t: "create", id: `${id}:${n}`, type: "mark", g: { text } }];
  }
}

/** Rejects with what happened where a node that lives made it happen. */
async function assertGone({ ended }: Life, cause: unknown): Promise<undefined> {
  const isGone = await Promise.race([ended.then(() => true), delay(MAX_DYING_MS, false, { ref: false })]);
  if (!isGone) throw new Error("The node lives and let nobody in.", { cause });
}
