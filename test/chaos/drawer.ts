import { type BoardOp, type BoardRecord, board, isShape } from "../../rooms/whiteboard/rules/board.ts";
import { type Connection, connect, openDocument, PushRefused, type SharedDocument } from "../../src/client/client.ts";
import type { OpBatch } from "../../src/protocol/protocol.ts";
import type { BoardBook } from "./board-book.ts";
import { noteBatch, PUSH_MS, WINDOW, writeOf } from "./pen.ts";
import { tokenOf, type World } from "./world.ts";

/** Somebody who pushes to a board by the client library. */
export class Drawer {
  readonly author: string;
  isPushing = true;
  readonly #world: World;
  readonly #book: BoardBook;
  readonly #connection: Connection;
  readonly #document: SharedDocument<BoardOp, BoardRecord>;
  readonly #timer: NodeJS.Timeout;
  #lostMs: number | undefined;

  private constructor(
    author: string,
    book: BoardBook,
    world: World,
    opened: { connection: Connection; document: SharedDocument<BoardOp, BoardRecord> },
  ) {
    this.author = author;
    this.#book = book;
    this.#world = world;
    this.#connection = opened.connection;
    this.#document = opened.document;
    this.#timer = setInterval(() => this.#turn(), PUSH_MS);
    opened.connection.onMessage<OpBatch>("op:batch", ({ entries }) => noteBatch(book, entries));
    opened.connection.onMoved(() => world.chronicle.led());
    opened.connection.onStatus((status, { reason }) => this.#judge(status, `${reason?.code} ${reason?.detail}`));
  }

  static async open(world: World, author: string, via: string, id: string): Promise<Drawer> {
    const options = { id, name: author };
    const connection = connect({
      url: world.stage.url(via),
      room: "whiteboard",
      options,
      token: () => tokenOf(author),
    });
    const document = await openDocument<BoardOp, BoardRecord>(connection, { document: board });
    return new Drawer(author, world.board(id), world, { connection, document });
  }

  get boardId(): string {
    return this.#book.id;
  }

  /** The last entry that it has. */
  get seq(): number {
    return this.#document.seq;
  }

  get isFollowing(): boolean {
    return this.#document.isLive && this.#connection.status === "online";
  }

  /** Texts by shape. */
  get texts(): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const [id, record] of this.#document.entries()) {
      if (isShape(record) && typeof record.g.text === "string") texts.set(id, record.g.text);
    }
    return texts;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.close();
  }

  #turn(): void {
    if (!this.isPushing || this.#document.unsaved >= WINDOW) return;
    const n = this.#book.make(this.author);
    this.#document.push([writeOf(this.author, n)]).then(
      ({ seq, outcome }) => this.#book.acked(this.author, n, outcome === "unknown" ? undefined : seq),
      (error) => error instanceof PushRefused && this.#wrong(`push ${n} is refused: ${error.code} ${error.message}`),
    );
  }

  #judge(status: Connection["status"], reason: string): void {
    const { chronicle, isOver } = this.#world;
    if (isOver) return;
    if (status === "refused") this.#wrong(`is refused: ${reason}`);
    if (status === "reconnecting" && this.#lostMs === undefined) {
      this.#lostMs = performance.now();
      chronicle.dropped();
    }
    if (status === "online" && this.#lostMs !== undefined) {
      chronicle.resumed(performance.now() - this.#lostMs);
      this.#lostMs = undefined;
    }
  }

  #wrong(words: string): void {
    this.#world.chronicle.wrong(`${this.#book.id}: ${this.author} ${words}`);
  }
}
