import assert from "node:assert/strict";
import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import { type History, openHistory } from "../../../src/client/history.ts";
import { OP_MESSAGES, type OpEntry, type OpHistory, type OpPast } from "../../../src/protocol/protocol.ts";
import { createOp, entry } from "./client-fixtures.ts";
import { FakeLine } from "./fake-line.ts";
import { settled } from "./link-fixtures.ts";

/** Entries that each make a shape, named by their seq. */
function made(from: number, to: number): OpEntry<BoardOp>[] {
  return Array.from({ length: to - from + 1 }, (_, index) =>
    entry(from + index, "you", 1, createOp(`s${from + index}`)),
  );
}

/** A server that knows a document of stretches, and answers when the test says. */
class HistoryBench {
  readonly line = new FakeLine();
  readonly resets: number[] = [];
  readonly told: number[] = [];
  history!: History<BoardOp, BoardRecord>;
  loaded!: Promise<void>;
  epoch = 1;

  open(): void {
    const { history, loaded } = openHistory<BoardOp, BoardRecord>({
      line: this.line,
      document: board,
      onClosed: () => {},
    });
    [this.history, this.loaded] = [history, loaded];
    history.onReset(() => void this.resets.push(history.entries.length));
    history.onEntries((entries) => void this.told.push(...entries.map(({ seq }) => seq)));
  }

  async opened(base = 0, to = 3, hasOlder = false): Promise<void> {
    this.line.become("online");
    this.open();
    await settled();
    this.answer(base, to, { hasOlder });
    await this.loaded;
  }

  get asked(): readonly (number | undefined)[] {
    const { HISTORY } = OP_MESSAGES;
    return this.line.sent.filter(({ type }) => type === HISTORY).map(({ message }) => (message as OpHistory).before);
  }

  /** A stretch as it was asked for: a record for each entry up to `base`, then the entries. */
  answer(base: number, to: number, more: Partial<OpPast<BoardOp, BoardRecord>> = {}): void {
    const about = { base, to, hasOlder: false, epoch: this.epoch, ...more };
    const records = made(1, base).map(({ seq, ts }): [string, BoardRecord] => {
      return [`s${seq}`, { type: "rect", g: {}, rev: {}, by: "", at: ts }];
    });
    const entries = made(base + 1, to);
    this.#hear({ ...about, part: 0, records });
    this.#hear({ ...about, part: 1, batches: [{ from: base + 1, to, entries }] });
    this.#hear({ ...about, part: 2, end: true });
  }

  hears(from: number, to: number): void {
    this.line.hears(OP_MESSAGES.BATCH, { from, to, entries: made(from, to) });
  }

  #hear(past: OpPast<BoardOp, BoardRecord>): void {
    const { isDamaged: _, ...part } = past;
    this.line.hears(OP_MESSAGES.PAST, past.end ? past : part);
  }

  get seqs(): string {
    const { entries } = this.history;
    return `${entries[0]?.seq}-${entries.at(-1)?.seq} (${entries.length})`;
  }

  count(seq: number): number {
    return [...this.history.recordsAt(seq).entries()].length;
  }
}

describe("a document's history", () => {
  it("[HIS1] is asked for when there is a connection, and begins with the newest stretch", async () => {
    const bench = new HistoryBench();
    bench.open();
    await settled();
    const before = bench.asked.length;

    bench.line.become("online");
    bench.answer(10, 20, { hasOlder: true });
    await bench.loaded;

    assert.deepEqual([before, bench.asked, bench.seqs], [0, [undefined], "11-20 (10)"]);
    assert.deepEqual([bench.history.firstSeq, bench.history.hasOlder], [11, true]);
    assert.deepEqual(
      [10, 11, 20].map((seq) => bench.count(seq)),
      [10, 11, 20],
    );
  });

  it("[HIS1] gets older stretches when it is asked to, up to the first", async () => {
    const bench = new HistoryBench();
    await bench.opened(10, 20, true);

    const older = bench.history.loadOlder();
    await settled();
    bench.answer(0, 10);
    await older;

    assert.deepEqual([bench.asked, bench.seqs, bench.history.hasOlder], [[undefined, 11], "1-20 (20)", false]);
    assert.deepEqual(
      [0, 5, 10, 15].map((seq) => bench.count(seq)),
      [0, 5, 10, 15],
    );
  });

  it("[HIS1] loses no entry that is confirmed while it is on its way, and takes none twice", async () => {
    const bench = new HistoryBench();
    bench.line.become("online");
    bench.open();
    await settled();
    bench.hears(3, 4);
    bench.hears(5, 5);

    bench.answer(0, 3);
    await bench.loaded;
    bench.hears(6, 6);

    assert.deepEqual([bench.seqs, bench.count(6)], ["1-6 (6)", 6]);
  });

  it("tells of what is confirmed while it is open, of each entry once", async () => {
    const bench = new HistoryBench();
    await bench.opened();

    bench.hears(2, 4);
    bench.hears(5, 6);

    assert.deepEqual(bench.told, [4, 5, 6]);
  });

  it("is loaded anew where entries were missed", async () => {
    const bench = new HistoryBench();
    await bench.opened();

    bench.hears(8, 9);
    await settled();
    bench.answer(5, 9);
    await settled();

    assert.deepEqual([bench.seqs, bench.resets], ["6-9 (4)", [4]]);
  });

  it("is loaded anew where the document was sent as a whole, from later than it knows", async () => {
    const bench = new HistoryBench();
    await bench.opened();

    bench.line.hears(OP_MESSAGES.SNAP, { seq: 9, part: 0, of: 1, data: [] });
    await settled();
    bench.answer(5, 9);
    await settled();

    assert.deepEqual(bench.resets, [4]);
  });

  it("is loaded anew where the server's history is another", async () => {
    const bench = new HistoryBench();
    await bench.opened();
    bench.epoch = 2;

    bench.line.hears(OP_MESSAGES.WELCOME, { epoch: 2, mode: "snapshot", seq: 2, yourLast: 0, ephHz: 1 });
    await settled();
    bench.answer(0, 2);
    await settled();

    assert.deepEqual([bench.seqs, bench.resets], ["1-2 (2)", [2]]);
  });

  it("asks again for a stretch of which the connection was lost between two parts", async () => {
    const bench = new HistoryBench();
    bench.line.become("online");
    bench.open();
    await settled();
    bench.line.hears(OP_MESSAGES.PAST, { epoch: 1, base: 0, to: 3, hasOlder: false, part: 0, batches: [] });

    bench.line.become("reconnecting");
    bench.line.become("online");
    bench.answer(0, 3);
    await bench.loaded;

    assert.deepEqual([bench.asked.length, bench.seqs], [2, "1-3 (3)"]);
  });

  it("asks again when the server says so, and as late", async () => {
    const bench = new HistoryBench();
    bench.line.become("online");
    bench.open();
    await settled();

    bench.line.hears(OP_MESSAGES.PAST, { code: "RATE_LIMITED", detail: "", retryAfterMs: 500 });
    bench.line.clock.advance(499);
    const before = bench.asked.length;
    bench.line.clock.advance(251);

    assert.deepEqual([before, bench.asked.length], [1, 2]);
  });

  it("asks again where it hears nothing, or was too fast to be heard", async () => {
    const bench = new HistoryBench();
    bench.line.become("online");
    bench.open();
    await settled();

    bench.line.clock.advance(15_000);
    bench.line.errors.tell(4636, "Too fast.");
    bench.line.clock.advance(1000);

    assert.equal(bench.asked.length, 3);
  });

  it("passes over a stretch that the server has lost, and tells the states around it", async () => {
    const bench = new HistoryBench();
    await bench.opened(20, 22, true);

    const older = bench.history.loadOlder();
    await settled();
    bench.answer(10, 20, { hasOlder: true, isDamaged: true });
    await settled();
    bench.answer(0, 10);
    await older;

    assert.deepEqual(bench.asked, [undefined, 21, 11]);
    assert.deepEqual(
      [10, 15, 20, 22].map((seq) => bench.count(seq)),
      [10, 10, 20, 22],
    );
    assert.equal(bench.history.entries.length, 12);
  });

  for (const [what, refuse, message] of [
    [
      "a room that knows none",
      (line: FakeLine) => line.errors.tell(4631, 'The room knows no message of that type. Type: "op:history".'),
      /no history/,
    ],
    [
      "a room that does not give it",
      (line: FakeLine) => line.hears(OP_MESSAGES.PAST, { code: "FORBIDDEN", detail: "Not yours." }),
      /FORBIDDEN: Not yours/,
    ],
    ["a server that refuses this client", (line: FakeLine) => line.become("refused", "TOKEN_REVOKED"), /TOKEN_REVOKED/],
  ] as const) {
    it(`[CLI7] fails at ${what}, and says why`, async () => {
      const bench = new HistoryBench();
      bench.line.become("online");
      bench.open();
      await settled();

      refuse(bench.line);

      await assert.rejects(bench.loaded, { name: "HistoryRefused", message });
    });
  }

  it("[CLI7] fails when it is closed before it is there, and stops all timers", async () => {
    const bench = new HistoryBench();
    bench.open();
    await settled();

    bench.history.close();

    await assert.rejects(bench.loaded, { name: "DocumentClosed" });
    assert.equal(bench.line.clock.pendingTimers, 0);
  });
});
