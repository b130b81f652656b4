import assert from "node:assert/strict";
import fc from "fast-check";
import { Doc } from "yjs";
import { addUpdates, deltaOf, plainText, textOf } from "../../../../client-sample/src/board/text/delta.ts";
import { RichSync } from "../../../../client-sample/src/board/text/rich-sync.ts";
import { type BoardOp, type BoardRecord, board, isShape } from "../../../../rooms/whiteboard/rules/board.ts";
import { MapRecords } from "../../../../src/document/document.ts";

/** A document whose pushes are told at once to everybody; those of who is away wait. */
class Board {
  readonly records = new MapRecords<BoardRecord>();
  readonly listeners = new Set<(ids: readonly string[]) => void>();
  #seq = 0;

  take(ops: readonly BoardOp[]): void {
    const author = { clientId: "c", userId: "", n: 1, role: "editor" as const };
    for (const op of ops) {
      for (const effect of board.apply(this.records, op, author)) {
        board.evolve(this.records, effect, { ...author, seq: ++this.#seq, ts: 0 });
      }
    }
    for (const listener of this.listeners) listener(["n"]);
  }
}

class Writer {
  readonly waiting: BoardOp[][] = [];
  readonly #answers: PromiseWithResolvers<never>[] = [];
  isGone = false;
  readonly refused: unknown[] = [];
  isAway = false;
  readonly sync: RichSync;
  readonly #board: Board;

  constructor(on: Board) {
    this.#board = on;
    const shape = on.records.get("n");
    assert.ok(isShape(shape));
    const push = (ops: readonly BoardOp[]): Promise<never> => {
      if (this.isAway) this.waiting.push([...ops]);
      else on.take(ops);
      const answer = Promise.withResolvers<never>();
      this.#answers.push(answer);
      return answer.promise;
    };
    const document = {
      get: (id: string) => on.records.get(id),
      push: push as never, // nobody looks at what it comes to
      onChange: (listener: (ids: readonly string[]) => void) => {
        on.listeners.add(listener);
        return () => on.listeners.delete(listener);
      },
    };
    const parts = { document, id: "n", withWords: () => [], onChange: () => {}, onGone: () => this.#gone() };
    this.sync = new RichSync({ ...parts, onRefused: (error) => this.#refuse(error) }, shape);
  }

  get words(): string {
    return plainText(deltaOf(this.sync.doc));
  }

  write(at: number, text: string): void {
    const own = textOf(this.sync.doc);
    own.insert(Math.min(at, own.length - 1), text);
  }

  /** Two characters, where there are so many. */
  remove(at: number): void {
    const own = textOf(this.sync.doc);
    const start = Math.min(at, own.length - 1);
    own.delete(start, Math.min(2, own.length - 1 - start));
  }

  flush(): void {
    this.sync.flush();
  }

  leave(): void {
    this.isAway = true;
  }

  comeBack(): void {
    this.isAway = false;
    for (const ops of this.waiting.splice(0)) this.#board.take(ops);
  }

  /** The server refuses everything that was pushed. */
  async refuseAll(error: Error): Promise<void> {
    for (const { reject } of this.#answers) reject(error);
    await new Promise(setImmediate);
  }

  #gone(): void {
    this.isGone = true;
  }

  #refuse(error: unknown): void {
    this.refused.push(error);
  }
}

function boardWith(text: string): Board {
  const made = new Board();
  made.take([{ t: "create", id: "n", type: "note", g: { text } }]);
  return made;
}

/** What somebody reads who comes later. */
function wordsOn({ records }: Board): string {
  const shape = records.get("n");
  const doc = new Doc();
  addUpdates(doc, (isShape(shape) && shape.rich) || []);
  return plainText(deltaOf(doc));
}

describe("a text that several write in", () => {
  it("turns a plain text into a rich one with the first words, once", () => {
    const on = boardWith("Hello");
    const [one, other] = [new Writer(on), new Writer(on)];

    one.write(0, "A ");
    other.write(5, " B");
    one.sync.close();
    other.sync.close();

    assert.equal(wordsOn(on), "A Hello B\n");
  });

  it("pushes nothing where nobody has written", () => {
    const on = boardWith("Hello");

    new Writer(on).sync.close();

    assert.equal(wordsOn(on), "");
  });

  it("puts what is written in a row into one update", () => {
    const on = boardWith("");
    const writer = new Writer(on);

    for (const letter of "words") writer.write(1000, letter);
    writer.sync.close();

    const shape = on.records.get("n");
    assert.equal(isShape(shape) && shape.rich?.length, 1);
  });

  it("tells when the shape is deleted, and pushes nothing any more", () => {
    const on = boardWith("");
    const writer = new Writer(on);
    writer.write(0, "lost");

    on.take([{ t: "del", id: "n" }]);
    writer.sync.close();

    assert.deepEqual([writer.isGone, writer.words, on.records.get("n")], [true, "lost\n", { gone: 2 }]);
  });

  it("tells once of what was refused, also when the writing is over", async () => {
    const writer = new Writer(boardWith(""));
    writer.write(0, "one");
    writer.flush();
    writer.write(0, "two");
    writer.sync.close();
    const error = new Error("It was locked.");

    await writer.refuseAll(error);

    assert.deepEqual(writer.refused, [error]);
  });

  it("is the same for all at the end, and nothing of it is lost or doubled", () => {
    const step = fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      what: fc.constantFrom<WriterStep["what"][]>("write", "write", "remove", "flush", "leave", "comeBack"),
      at: fc.nat(30),
      word: fc.constantFrom("a", "bc", "漢", "😀"),
    });
    fc.assert(
      fc.property(fc.array(step, { size: "max", maxLength: 120 }), (steps) => {
        const { written, kept } = writtenTogether(steps);

        assert.deepEqual(written, [kept, kept, kept]);
      }),
    );
  });
});

interface WriterStep {
  readonly who: number;
  readonly what: "write" | "remove" | "flush" | "leave" | "comeBack";
  readonly at: number;
  readonly word: string;
}

/** What three read who write at once, when all is pushed, and what is on the board then. */
function writtenTogether(steps: readonly WriterStep[]) {
  const on = boardWith("seed");
  const writers = [new Writer(on), new Writer(on), new Writer(on)];
  for (const { who, what, at, word } of steps) writers[who]?.[what](at, word);
  for (const writer of writers) writer.flush();
  for (const writer of writers) writer.comeBack();
  const written = writers.map(({ words }) => words);
  for (const { sync } of writers) sync.close();
  return { written, kept: wordsOn(on) || "seed\n" };
}
