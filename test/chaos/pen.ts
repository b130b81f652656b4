import type { OpAck, OpBatch, OpNack, OpReset, OpSnap, OpWelcome } from "../../src/protocol/protocol.ts";
import { authorOf, type BoardBook, SLOTS, shapeOf } from "./board-book.ts";
import { type StockSeat, takeSeat, type Visit } from "./stock-seat.ts";
import type { World } from "./world.ts";

/** An operation that writes a number to a shape: the first that does so makes it. */
export type WriteOp =
  | { readonly t: "create"; readonly id: string; readonly type: "mark"; readonly g: { readonly text: string } }
  | { readonly t: "set"; readonly id: string; readonly g: "text"; readonly v: string };

export const PUSH_MS = 150;
/** Pushes that wait for their ack at a time. */
export const WINDOW = 4;
/** What is not answered for so long is said again. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 200;
const RETRIED: ReadonlySet<OpNack["code"]> = new Set(["UNAVAILABLE", "RATE_LIMITED", "GAP", "HELLO"]);

/** What the `n`-th push of an author does. */
export function writeOf(author: string, n: number): WriteOp {
  const id = shapeOf(author, n);
  return n <= SLOTS ? { t: "create", id, type: "mark", g: { text: `${n}` } } : { t: "set", id, g: "text", v: `${n}` };
}

/** Shape and text that an effect, or a record, says. */
function writtenBy(effect: unknown): { readonly id: string; readonly text: string } | undefined {
  const { t, id, g, v }: { t?: unknown; id?: unknown; g?: unknown; v?: unknown } = Object(effect);
  const text = t === "create" ? (Object(g) as { text?: unknown }).text : v;
  return typeof id === "string" && typeof text === "string" ? { id, text } : undefined;
}

/** Tells a book of entries as they are passed on. */
export function noteBatch(book: BoardBook, entries: OpBatch["entries"]): void {
  for (const { seq, effects } of entries) {
    const written = writtenBy(effects[0]);
    const push = written && authorOf(written.id, written.text);
    if (push) book.seen({ seq, ...push });
  }
}

/**
 * Somebody who pushes to a board by the stock SDK and the messages of the op lane alone: keeps what is not acknowledged, says it again
 * after a lost connection, and follows the board by what it is told.
 */
export class Pen {
  readonly author: string;
  readonly seat: StockSeat;
  readonly #world: World;
  readonly #book: BoardBook;
  #texts = new Map<string, string>();
  #parts: Map<string, string> | undefined;
  #seq = 0;
  #epoch: number | undefined;
  #welcomeEpoch: number | undefined;
  readonly #pending: { readonly n: number; readonly ops: readonly WriteOp[] }[] = [];
  #acked = 0;
  #heardMs = performance.now();
  #isRetrying = false;
  #isWelcome = false;
  isPushing = true;
  readonly #timer: NodeJS.Timeout;

  constructor(seat: StockSeat, book: BoardBook, world: World) {
    this.seat = seat;
    this.author = seat.visit.userId;
    this.#book = book;
    this.#world = world;
    this.#listen();
    this.#hello();
    this.#timer = setInterval(() => this.#turn(), PUSH_MS);
    seat.room.onLeave(() => {
      clearInterval(this.#timer);
      if (seat.isForgotten) book.gone(this.author);
    });
  }

  static async open(world: World, visit: Omit<Visit, "room" | "options">, board: string): Promise<Pen | undefined> {
    const seat = await takeSeat(world, { ...visit, room: "whiteboard", options: { id: board, name: visit.userId } });
    return seat && new Pen(seat, world.board(board), world);
  }

  /** The last entry that it has. */
  get seq(): number {
    return this.#seq;
  }

  get boardId(): string {
    return this.#book.id;
  }

  /** Texts by shape, as it was told. */
  get texts(): ReadonlyMap<string, string> {
    return this.#texts;
  }

  get isFollowing(): boolean {
    return this.seat.isForgotten || (this.#isWelcome && this.#epoch !== undefined && this.seat.isThere);
  }

  close(): void {
    clearInterval(this.#timer);
    this.seat.close();
  }

  #listen(): void {
    const { room } = this.seat;
    const on = <P>(type: string, take: (payload: P) => void): void => {
      room.onMessage(type, (payload: P) => {
        this.#heardMs = performance.now();
        this.seat.hear();
        take(payload);
      });
    };
    on("op:welcome", (welcome: OpWelcome) => this.#welcomed(welcome));
    on("op:snap", (snap: OpSnap) => this.#take(snap));
    on("op:batch", (batch: OpBatch) => this.#follow(batch));
    on("op:ack", (ack: OpAck) => this.#done(ack));
    on("op:nack", (nack: OpNack) => this.#refused(nack));
    on("op:reset", ({ reason }: OpReset) => this.#reset(reason));
    room.onMessage("*", () => {});
    room.onDrop(() => {
      this.#isWelcome = false;
    });
    room.onReconnect(() => queueMicrotask(() => this.#hello()));
  }

  #turn(): void {
    if (!this.seat.isThere) return;
    if (!this.#isWelcome || this.#pending.length > 0) {
      if (performance.now() - this.#heardMs > PATIENCE_MS) this.#hello();
    }
    if (!this.isPushing || !this.isFollowing || this.#pending.length >= WINDOW) return;
    const n = this.#book.make(this.author);
    const push = { n, ops: [writeOf(this.author, n)] };
    this.#pending.push(push);
    this.seat.room.send("op:push", push);
  }

  #hello(): void {
    if (!this.seat.isThere) return;
    this.#heardMs = performance.now();
    this.#isWelcome = false;
    const known = this.#epoch === undefined ? {} : { epoch: this.#epoch, lastSeq: this.#seq };
    this.seat.room.send("op:hello", { clientId: this.author, ...known });
  }

  #welcomed({ epoch, mode, seq, yourLast }: OpWelcome): void {
    if (yourLast < this.#acked)
      this.#wrong(`was told ${yourLast} is its last push, and ${this.#acked} was acknowledged`);
    if (seq < this.#seq) this.#wrong(`was told ${seq} is the last entry, and has ${this.#seq}`);
    if (epoch !== this.#epoch && mode !== "snapshot") this.#wrong(`is led on from epoch ${this.#epoch} to ${epoch}`);
    if (epoch !== this.#epoch) this.#epoch = undefined;
    this.#welcomeEpoch = epoch;
    this.#parts = undefined;
    this.#isWelcome = true;
    this.#drop(yourLast);
    for (const push of this.#pending) this.seat.room.send("op:push", push);
  }

  #take({ seq, part, of, data }: OpSnap): void {
    if (part === 0) this.#parts = new Map();
    for (const [id, record] of data) {
      const { g }: { g?: unknown } = Object(record);
      const { text }: { text?: unknown } = Object(g);
      if (typeof text === "string") this.#parts?.set(id, text);
    }
    if (part < of - 1 || !this.#parts) return;
    this.#texts = this.#parts;
    this.#parts = undefined;
    this.#seq = seq;
    this.#epoch = this.#welcomeEpoch;
  }

  #follow({ from, to, entries }: OpBatch): void {
    if (from > this.#seq + 1) this.#wrong(`was told of entry ${from}, and has ${this.#seq}`);
    noteBatch(this.#book, entries);
    for (const { effects } of entries.filter(({ seq }) => seq > this.#seq)) {
      for (const effect of effects) {
        const written = writtenBy(effect);
        if (written) this.#texts.set(written.id, written.text);
      }
    }
    this.#seq = Math.max(this.#seq, to);
  }

  #done({ n, seq, outcome }: OpAck): void {
    if (n > this.#acked + 1) this.#wrong(`push ${n} is acknowledged, and ${this.#acked + 1} is due`);
    if (outcome === "discard" || outcome === "adjusted") this.#wrong(`push ${n} came to ${outcome}`);
    this.#book.acked(this.author, n, outcome === "unknown" ? undefined : seq);
    this.#drop(n);
  }

  #refused({ n, code, detail, retryAfterMs = RETRY_MS }: OpNack): void {
    if (!RETRIED.has(code)) this.#wrong(`push ${n} is refused: ${code} ${detail ?? ""}`);
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    setTimeout(() => {
      this.#isRetrying = false;
      this.#hello();
    }, retryAfterMs);
  }

  #reset(reason: OpReset["reason"]): void {
    if (reason === "REOPENED") this.#hello();
    else this.#epoch = undefined;
  }

  /** Everything up to `n` is safe. */
  #drop(n: number): void {
    this.#acked = Math.max(this.#acked, n);
    this.#book.acked(this.author, this.#acked);
    while (this.#pending[0] && this.#pending[0].n <= n) this.#pending.shift();
  }

  #wrong(words: string): void {
    this.#world.chronicle.wrong(`${this.#book.id}: ${this.author} ${words}`);
  }
}
