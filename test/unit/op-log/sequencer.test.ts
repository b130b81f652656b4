import assert from "node:assert/strict";
import { decodeBatch } from "../../../src/op-log/codec.ts";
import { decode } from "../../../src/op-log/msgpack.ts";
import { recover } from "../../../src/op-log/recover.ts";
import { type LogLimits, type PushVerdict, Sequencer } from "../../../src/op-log/sequencer.ts";
import type { StoredBatch } from "../../../src/op-log/store.ts";
import { add, del, MAX_STEP, set, type Tally, type TallyOp, tallyDocument } from "../../support/tally-document.ts";

const EPOCH = 7;
const NOW_MS = 1_700_000_000_000;
const LIMITS: LogLimits = {
  tail: { minEntries: 1000, minAgeMs: 60_000, maxBytes: 1_000_000 },
  marks: { maxAgeMs: 60_000, minClients: 0, maxClients: 100 },
  maxDocumentBytes: 1_000_000,
  maxStagedBytes: 100_000,
  maxEntriesWithoutSnapshot: 5000,
};

describe("the sequencer", () => {
  let sequencer: Sequencer<TallyOp, Tally>;
  /** What a store would hold. */
  let stored: StoredBatch[];
  beforeEach(() => begin());

  function begin(limits: Partial<LogLimits> = {}): void {
    sequencer = new Sequencer(tallyDocument, { ...LIMITS, ...limits });
    stored = [];
  }

  function push(clientId: string, n: number, ...ops: TallyOp[]): PushVerdict<TallyOp> {
    return sequencer.push({ clientId, userId: `u-${clientId}`, owner: `o-${clientId}`, n, ops, ts: NOW_MS });
  }

  function pushAs(owner: string, clientId: string, n: number): PushVerdict<TallyOp> {
    return sequencer.push({ clientId, userId: "", owner, n, ops: [add("a")], ts: NOW_MS });
  }

  function commit() {
    const batch = sequencer.takeBatch();
    assert.ok(batch);
    stored.push(batch);
    return sequencer.committed();
  }

  function safe(): Record<string, number> {
    return Object.fromEntries([...sequencer.records.entries()].map(([id, { count }]) => [id, count]));
  }

  describe("on a push", () => {
    it("[LOG2] stages it and shows nothing before it is safe", () => {
      assert.deepEqual(push("c", 1, add("a")), { kind: "staged" });

      assert.deepEqual([safe(), sequencer.seq, sequencer.sizeBytes], [{}, 0, 0]);
    });

    it("[LOG2] acknowledges it when it is safe, and shows it then", () => {
      push("c", 1, add("a"));

      const { acks } = commit();

      assert.deepEqual(acks, [{ clientId: "c", ack: { n: 1, seq: 1, outcome: "commit" } }]);
      assert.deepEqual([safe(), sequencer.seq], [{ a: 1 }, 1]);
    });

    it("[LOG1] gives every push the next seq, in the order in which they came", () => {
      push("c", 1, add("a"));
      push("d", 1, add("a"), add("a"));
      commit();
      push("c", 2, add("a"));
      commit();

      const entries = stored.flatMap(({ bytes }) => decodeBatch<TallyOp>(bytes).entries);
      assert.deepEqual(
        entries.map(({ seq, clientId, n }) => [seq, clientId, n]),
        [
          [1, "c", 1],
          [2, "d", 1],
          [3, "c", 2],
        ],
      );
    });

    it("[LOG3] waits with the answer to one that is staged already, and takes it once", () => {
      push("c", 1, add("a"));
      push("c", 2, add("a"));

      assert.deepEqual([push("c", 1, add("a")), push("c", 2, add("a"))], [{ kind: "waiting" }, { kind: "waiting" }]);
      commit();
      assert.deepEqual(safe(), { a: 2 });
    });

    it("[LOG3] waits with the answer to one that is on its way to the disk, and takes it once", () => {
      push("c", 1, add("a"));
      sequencer.takeBatch();

      assert.deepEqual(push("c", 1, add("a")), { kind: "waiting" });
      sequencer.committed();
      assert.deepEqual([safe(), sequencer.hasBatch], [{ a: 1 }, false]);
    });

    it("[LOG3] acknowledges one that is safe again, with the same outcome, and does not take it again", () => {
      push("c", 1, add("a"));
      commit();
      push("c", 2, del("none"));
      commit();

      assert.deepEqual(push("c", 2, del("none")), { kind: "ack", ack: { n: 2, seq: 2, outcome: "discard" } });
      assert.deepEqual([safe(), sequencer.hasBatch], [{ a: 1 }, false]);
    });

    it("[LOG3] acknowledges also those before the last as safe", () => {
      for (const n of [1, 2, 3]) push("c", n, add("a"));
      commit();

      assert.deepEqual(push("c", 1, add("a")), { kind: "ack", ack: { n: 1, seq: 1, outcome: "commit" } });
    });

    it("[LOG3] acknowledges those of long ago as safe, and does not guess what became of them", () => {
      for (let n = 1; n <= 300; n++) push("c", n, add("a"));
      commit();

      assert.deepEqual(push("c", 1, add("a")), { kind: "ack", ack: { n: 1, seq: 300, outcome: "unknown" } });
    });

    it("[LOG3] acknowledges a safe one again while newer ones of the client wait", () => {
      push("c", 1, add("a"));
      commit();
      push("c", 2, add("a"));

      assert.equal(push("c", 1, add("a")).kind, "ack");
    });

    it("[LOG3] refuses a number that leaves a hole and says which is due", () => {
      const first = push("c", 2, add("a"));
      push("c", 1, add("a"));
      const staged = push("c", 3, add("a"));
      commit();
      const safeOnes = push("c", 5, add("a"));

      assert.deepEqual([first, staged, safeOnes].map(nackOf), [
        { n: 2, code: "GAP", detail: "Push 1 is due.", expected: 1 },
        { n: 3, code: "GAP", detail: "Push 2 is due.", expected: 2 },
        { n: 5, code: "GAP", detail: "Push 2 is due.", expected: 2 },
      ]);
    });

    it("[LOG3] counts for each client by itself", () => {
      push("c", 1, add("a"));
      push("c", 2, add("a"));

      assert.deepEqual(push("d", 1, add("a")), { kind: "staged" });
    });

    it("refuses who is not the owner of the client's id, while its first push waits, flies and is safe", () => {
      pushAs("owner", "c", 1);
      const gathered = pushAs("thief", "c", 1);
      sequencer.takeBatch();
      const inFlight = pushAs("thief", "c", 2);
      sequencer.committed();
      const safeOne = pushAs("thief", "c", 1);

      assert.deepEqual(
        [gathered, inFlight, safeOne].map((verdict) => nackOf(verdict)?.code),
        ["FORBIDDEN", "FORBIDDEN", "FORBIDDEN"],
      );
      assert.deepEqual(pushAs("owner", "c", 2), { kind: "staged" });
    });

    it("gives a client's id to another where its first push came to nothing", () => {
      pushAs("owner", "c", 1);
      sequencer.takeBatch();
      sequencer.failed();

      assert.deepEqual([sequencer.maySpeak("c", "other"), pushAs("other", "c", 1).kind], [true, "staged"]);
    });

    it("lets the owner speak, and anybody for an id that is new", () => {
      pushAs("owner", "c", 1);

      assert.deepEqual(
        [sequencer.maySpeak("c", "owner"), sequencer.maySpeak("c", "x"), sequencer.maySpeak("d", "x")],
        [true, false, true],
      );
    });

    it("says in the acknowledgement what an adjusted push came to", () => {
      push("c", 1, add("a", MAX_STEP + 1), add("b"));

      const { acks } = commit();

      const effects = [add("a", MAX_STEP), add("b")];
      assert.deepEqual(acks, [{ clientId: "c", ack: { n: 1, seq: 1, outcome: "adjusted", effects } }]);
      assert.deepEqual(safe(), { a: MAX_STEP, b: 1 });
    });

    it("calls a push adjusted of which a part came too late", () => {
      push("c", 1, add("a"), del("none"));

      assert.deepEqual(commit().acks[0]?.ack, { n: 1, seq: 1, outcome: "adjusted", effects: [add("a")] });
    });

    it("calls a push discarded of which all came too late, and gives it a place in the log all the same", () => {
      push("c", 1, del("none"), set("a", 5, { ifRev: 99 }));

      assert.deepEqual(commit().acks[0]?.ack, { n: 1, seq: 1, outcome: "discard" });
      assert.deepEqual([safe(), sequencer.seq], [{}, 1]);
    });

    it("lets each op of a push see what those before it did", () => {
      push("c", 1, add("a"), set("a", 5, { ifRev: 1 }), del("a"), add("a"));
      commit();

      assert.deepEqual(safe(), { a: 1 });
    });

    it("lets it see what is staged and what is on its way to the disk", () => {
      push("c", 1, add("a"));
      sequencer.takeBatch();
      push("d", 1, set("a", 10, { ifRev: 1 }));
      push("c", 2, add("a"));
      sequencer.committed();
      const inBetween = safe();
      commit();

      assert.deepEqual([inBetween, safe()], [{ a: 1 }, { a: 11 }]);
    });
  });

  describe("on a push that is not taken", () => {
    for (const [code, op] of [
      ["INVALID", add("a", 0.5)],
      ["FORBIDDEN", add("locked")],
    ] as const) {
      it(`rolls it back as a whole where a later op is ${code}, and leaves its number free`, () => {
        push("c", 1, add("a"));
        const refused = push("c", 2, add("a"), del("a"), add("b"), op);
        push("c", 2, add("a"));
        commit();

        assert.equal(nackOf(refused)?.code, code);
        assert.deepEqual([safe(), sequencer.seq], [{ a: 2 }, 2]);
      });
    }

    it("tells its author why", () => {
      assert.deepEqual(nackOf(push("c", 1, add("locked"))), {
        n: 1,
        code: "FORBIDDEN",
        detail: "locked is locked",
      });
    });

    it("tells the room where the document itself failed, and its author no more than that", () => {
      const verdict = push("c", 1, add("a"), add("broken"));

      assert.ok(verdict.kind === "nack" && verdict.fault instanceof Error);
      assert.deepEqual(verdict.nack, { n: 1, code: "INVALID", detail: "The room failed on this push." });
      assert.deepEqual([sequencer.hasBatch, push("c", 1, add("a")).kind], [false, "staged"]);
    });

    it("rolls it back where what it comes to cannot be written down", () => {
      const endless: TallyOp & { self?: unknown } = { ...add("a") };
      endless.self = 2n ** 70n; // MessagePack has no form for it
      const verdict = push("c", 1, endless);

      assert.ok(verdict.kind === "nack" && verdict.fault instanceof Error);
      assert.deepEqual([sequencer.hasBatch, push("c", 1, add("a")).kind], [false, "staged"]);
    });

    it("rolls it back where the document fails on carrying it out", () => {
      const failing = {
        ...tallyDocument,
        evolve: (...[records, effect, stamp]: Parameters<typeof tallyDocument.evolve>) => {
          tallyDocument.evolve(records, effect, stamp);
          if (effect.id === "late") throw new Error("too late to refuse");
        },
      };
      sequencer = new Sequencer(failing, LIMITS);

      const verdict = push("c", 1, add("a"), add("late"));
      push("c", 1, add("b"));
      commit();

      assert.ok(verdict.kind === "nack" && verdict.fault);
      assert.deepEqual(safe(), { b: 1 });
    });
  });

  describe("at its bounds", () => {
    const big = (bytes: number) => set("big", 1, { note: "x".repeat(bytes) });

    it("[LOG8] refuses for a while what comes when too much waits for the disk, and takes it when that is safe", () => {
      push("c", 1, big(60_000));
      const tooMuch = push("d", 1, big(60_000));
      commit();

      assert.deepEqual(nackOf(tooMuch), {
        n: 1,
        code: "RATE_LIMITED",
        detail: "Too much waits for the disk.",
        retryAfterMs: 250,
      });
      assert.equal(push("d", 1, big(60_000)).kind, "staged");
    });

    it("[LOG8] counts what is on its way to the disk among what waits", () => {
      push("c", 1, big(60_000));
      sequencer.takeBatch();

      assert.equal(nackOf(push("c", 2, big(60_000)))?.code, "RATE_LIMITED");
    });

    it("[LOG8] counts nothing of what failed among what waits", () => {
      push("c", 1, big(60_000));
      sequencer.takeBatch();
      push("c", 2, big(30_000));
      sequencer.failed();

      assert.equal(push("c", 1, big(90_000)).kind, "staged");
    });

    it("[LOG8] does not let many pushes of nearly nothing wait without bound", () => {
      let taken = 0;
      while (taken < 10_000 && push("c", taken + 1, del("none")).kind === "staged") taken++;

      const bytes = sequencer.takeBatch()?.bytes.byteLength ?? 0;
      assert.ok(taken > 100 && bytes <= LIMITS.maxStagedBytes * 1.5, `${taken} pushes, ${bytes} bytes`);
    });

    it("[LOG8] refuses for good a push that could never wait for the disk", () => {
      const nack = nackOf(push("c", 1, big(LIMITS.maxStagedBytes)));

      assert.deepEqual([nack?.code, nack?.retryAfterMs], ["TOO_LARGE", undefined]);
    });

    describe("of the document", () => {
      beforeEach(() => {
        begin({ maxDocumentBytes: 50_000 });
        push("c", 1, set("a", 1, { note: "x".repeat(20_000) }));
        push("c", 2, set("b", 1, { note: "x".repeat(20_000) }));
        commit();
      });

      it("[LOG8] refuses what would make it larger, until somebody makes room", () => {
        const full = push("c", 3, set("d", 1, { note: "x".repeat(20_000) }));
        push("c", 3, del("a"));
        commit();

        assert.deepEqual([nackOf(full)?.code, nackOf(full)?.retryAfterMs], ["FULL", undefined]);
        assert.equal(push("c", 4, set("d", 1, { note: "x".repeat(20_000) })).kind, "staged");
      });

      it("[LOG8] takes what makes it smaller or leaves it as large, and what comes to nothing", () => {
        const verdicts = [
          push("c", 3, set("a", 2, { note: "y".repeat(20_000) })),
          push("c", 4, set("a", 2, { note: "y".repeat(19_000) })),
          push("c", 5, del("none")),
          push("c", 6, del("a"), set("d", 1, { note: "x".repeat(18_000) })),
          push("c", 7, del("b")),
        ];

        assert.deepEqual(new Set(verdicts.map(({ kind }) => kind)), new Set(["staged"]));
        commit();
        assert.deepEqual(Object.keys(safe()), ["d"]);
      });

      it("[LOG8] counts what is staged and in flight", () => {
        push("c", 3, set("d", 1, { note: "x".repeat(5000) }));
        sequencer.takeBatch();
        push("c", 4, set("e", 1, { note: "x".repeat(3000) }));

        assert.equal(nackOf(push("c", 5, set("f", 1, { note: "x".repeat(3000) })))?.code, "FULL");
      });

      it("[LOG8] counts nothing of what failed", () => {
        push("c", 3, set("d", 1, { note: "x".repeat(8000) }));
        sequencer.failed();

        assert.equal(push("c", 3, set("d", 1, { note: "x".repeat(8000) })).kind, "staged");
      });

      it("[LOG8] takes what leaves it as large where it is larger than it may be, since it once might be", () => {
        begin({ maxDocumentBytes: 50_000 });
        push("c", 1, set("a", 1, { note: "x".repeat(20_000) }));
        commit();
        sequencer = new Sequencer(tallyDocument, { ...LIMITS, maxDocumentBytes: 1000 });
        sequencer.restore(recover<TallyOp>({ snapshot: undefined, batches: stored }));

        const verdicts = [add("b"), set("a", 2, { note: "y".repeat(20_000) }), del("a")].map((op) => {
          const n = sequencer.plan("c", EPOCH, {}).yourLast + 1;
          const verdict = push("c", n, op);
          if (verdict.kind === "staged") commit();
          return nackOf(verdict)?.code ?? verdict.kind;
        });

        assert.deepEqual(verdicts, ["FULL", "staged", "staged"]);
      });

      it("[LOG8] changes nothing by a push that it refuses", () => {
        push("c", 3, del("a"), set("d", 1, { note: "x".repeat(45_000) }));
        push("c", 3, add("a"));
        commit();

        assert.deepEqual(safe(), { a: 2, b: 1 });
      });
    });

    it("[LOG8] keeps a part free for what is vital, which no other op takes", () => {
      const document = { ...tallyDocument, isVital: ({ t }: TallyOp) => t === "add" };
      sequencer = new Sequencer(document, { ...LIMITS, maxDocumentBytes: 10_000 });
      const verdictOf = (n: number, ...ops: TallyOp[]): string => {
        const verdict = push("c", n, ...ops);
        return nackOf(verdict)?.code ?? verdict.kind;
      };

      assert.equal(verdictOf(1, set("a", 1, { note: "x".repeat(7400) })), "staged");
      assert.equal(verdictOf(2, set("b", 1, { note: "x".repeat(200) })), "FULL");
      assert.equal(verdictOf(2, add("b"), set("b", 1, { note: "x".repeat(200) })), "FULL");
      for (let n = 2; n < 60; n++) assert.equal(verdictOf(n, add(`c${n}`)), "staged");
    });

    it("[LOG8] counts what effects come to, not how small they are", () => {
      const copying = {
        ...tallyDocument,
        evolve: (...[records, effect, stamp]: Parameters<typeof tallyDocument.evolve>) => {
          for (let copy = 0; copy < 1000; copy++) {
            tallyDocument.evolve(records, { ...effect, id: `${effect.id}${copy}` }, stamp);
          }
        },
      };
      sequencer = new Sequencer(copying, { ...LIMITS, maxDocumentBytes: 1000 });

      assert.equal(nackOf(push("c", 1, add("a")))?.code, "FULL");
    });

    it("[LOG8] forgets in memory, too, the clients that a snapshot forgets", () => {
      begin({ marks: { maxAgeMs: 60_000, minClients: 0, maxClients: 3 } });
      for (let client = 0; client < 50; client++) push(`c${client}`, 1, add("a"));
      commit();

      sequencer.compaction(NOW_MS, true)?.done();

      const known = Array.from({ length: 50 }, (_, client) => sequencer.plan(`c${client}`, EPOCH, {}).yourLast);
      assert.equal(known.filter((last) => last > 0).length, 3);
    });
  });

  describe("when a batch fails", () => {
    beforeEach(() => {
      push("c", 1, add("a"));
      commit();
      push("c", 2, add("a"), add("b"));
      sequencer.takeBatch();
      push("c", 3, add("a"));
      push("d", 1, del("b"));
    });

    it("[LOG2] refuses what was in it and all that came after, in their order, to be tried again", () => {
      const refused = sequencer.failed();

      assert.deepEqual(
        refused.map(({ clientId, nack: { n, code, retryAfterMs } }) => [clientId, n, code, retryAfterMs]),
        [
          ["c", 2, "UNAVAILABLE", 1000],
          ["c", 3, "UNAVAILABLE", 1000],
          ["d", 1, "UNAVAILABLE", 1000],
        ],
      );
    });

    it("[LOG1] is as if they had never come: the same numbers and seqs are taken again", () => {
      sequencer.failed();

      assert.deepEqual([safe(), sequencer.seq, sequencer.hasBatch], [{ a: 1 }, 1, false]);
      assert.equal(nackOf(push("c", 3, add("a")))?.expected, 2);
      push("c", 2, add("a"));
      assert.deepEqual([commit().acks[0]?.ack.seq, safe()], [2, { a: 2 }]);
    });

    it("lets nothing of them be seen by later pushes", () => {
      sequencer.failed();

      push("d", 1, set("a", 5, { ifRev: 1 }), set("b", 5, { ifRev: 0 }));

      assert.equal(commit().acks[0]?.ack.outcome, "commit");
    });

    it("[LOG3] still acknowledges again what was safe before", () => {
      sequencer.failed();

      assert.deepEqual(push("c", 1, add("a")), { kind: "ack", ack: { n: 1, seq: 1, outcome: "commit" } });
    });
  });

  describe("between the room and the store", () => {
    it("has nothing to take where nothing was pushed", () => {
      assert.deepEqual([sequencer.hasBatch, sequencer.takeBatch()], [false, undefined]);
    });

    it("gives one batch at a time", () => {
      push("c", 1, add("a"));
      sequencer.takeBatch();
      push("c", 2, add("a"));

      assert.deepEqual([sequencer.hasBatch, sequencer.takeBatch()], [false, undefined]);
      sequencer.committed();
      assert.deepEqual(sequencer.takeBatch()?.from, 2);
    });

    it("takes no word about a batch that it did not give", () => {
      assert.throws(() => sequencer.committed(), /on its way/);
    });

    it("gives the whole of an entry that is larger than 64 kB", () => {
      begin({ maxStagedBytes: 1_000_000 });
      const note = "x".repeat(300_000);
      push("c", 1, set("a", 1, { note }));
      commit();

      const read = decodeBatch<TallyOp>(stored[0]?.bytes ?? new Uint8Array());
      assert.deepEqual(read.entries[0]?.effects, [set("a", 1, { note })]);
    });
  });

  describe("asked how to lead a client on", () => {
    const plan = (known: Parameters<typeof sequencer.plan>[2]) => sequencer.plan("c", EPOCH, known);
    const fill = (batches: number, noteBytes: number): void => {
      for (let n = 1; n <= batches; n++) {
        push("c", n, set("a", n, { note: "x".repeat(noteBytes) }));
        commit();
      }
    };

    it("[LOG4] gives who knows nothing a snapshot, without a reset", () => {
      fill(2, 10);

      for (const known of [{}, { epoch: EPOCH }, { lastSeq: 2 }]) {
        assert.deepEqual(plan(known), { reset: undefined, mode: "snapshot", yourLast: 2 });
      }
    });

    it("[LOG4] gives who knows some of it the rest", () => {
      fill(3, 10);

      for (const lastSeq of [0, 1, 3]) {
        assert.deepEqual(plan({ epoch: EPOCH, lastSeq }), { reset: undefined, mode: "delta", yourLast: 3 });
      }
      assert.deepEqual(
        sequencer.after(1)?.map(({ from }) => from),
        [2, 3],
      );
      assert.deepEqual(sequencer.after(3), []);
    });

    it("[LOG4] gives a snapshot where the rest is larger than that", () => {
      fill(3, 40_000);

      assert.deepEqual(
        [0, 1, 2].map((lastSeq) => plan({ epoch: EPOCH, lastSeq }).mode),
        ["snapshot", "snapshot", "delta"],
      );
    });

    it("[LOG4] gives a snapshot where some of the rest is no longer kept", () => {
      begin({ tail: { minEntries: 1, minAgeMs: 0, maxBytes: 1_000_000 } });
      fill(5, 10);

      const modes = [2, 3, 4, 5].map((lastSeq) => plan({ epoch: EPOCH, lastSeq }));

      assert.deepEqual(
        modes.map(({ mode, reset }) => [mode, reset]),
        [
          ["snapshot", undefined],
          ["snapshot", undefined],
          ["delta", undefined],
          ["delta", undefined],
        ],
      );
    });

    it("[LOG4] resets who comes from a future that there is not", () => {
      fill(2, 10);

      assert.deepEqual(plan({ epoch: EPOCH, lastSeq: 3 }), { reset: "FUTURE", mode: "snapshot", yourLast: 2 });
    });

    it("[LOG4] resets who comes from another history, wherever in it", () => {
      fill(2, 10);

      for (const lastSeq of [0, 2, 99]) {
        assert.deepEqual(plan({ epoch: EPOCH - 1, lastSeq }), { reset: "EPOCH", mode: "snapshot", yourLast: 2 });
      }
    });

    it("[LOG3] counts only pushes that are safe", () => {
      push("c", 1, add("a"));
      const before = plan({}).yourLast;
      sequencer.takeBatch();
      const inFlight = plan({}).yourLast;
      sequencer.committed();

      assert.deepEqual([before, inFlight, plan({}).yourLast], [0, 0, 1]);
    });

    it("[LOG2] knows the future of what is not safe yet as little as any other", () => {
      push("c", 1, add("a"));
      sequencer.takeBatch();

      assert.equal(plan({ epoch: EPOCH, lastSeq: 1 }).reset, "FUTURE");
    });
  });

  describe("asked for a snapshot", () => {
    it("[LOG2] gives what is safe and nothing else", () => {
      push("c", 1, add("a"));
      commit();
      push("c", 2, add("b"));
      sequencer.takeBatch();
      push("c", 3, add("d"));

      const { seq, parts } = sequencer.snapshot(NOW_MS);

      assert.deepEqual([seq, [...parts].flatMap((part) => decode(part))], [1, [["a", { count: 1, rev: 1 }]]]);
    });

    it("holds 20,000 records in parts", () => {
      begin({ maxDocumentBytes: 100_000_000, maxStagedBytes: 100_000_000 });
      for (let n = 1; n <= 200; n++) push("c", n, ...Array.from({ length: 100 }, (_, item) => add(`r${n}-${item}`)));
      commit();

      const { parts } = sequencer.snapshot(NOW_MS);

      assert.ok(parts.length > 5 && [...parts].every(({ byteLength }) => byteLength < 66_000));
      assert.equal(
        new Set([...parts].flatMap((part) => (decode(part) as [string, object][]).map(([id]) => id))).size,
        20_000,
      );
    });

    it("[LOG4] never leaves a hole behind it where storing it takes long", () => {
      begin({ tail: { minEntries: 1, minAgeMs: 0, maxBytes: 1_000_000 }, maxEntriesWithoutSnapshot: 1 });
      push("c", 1, add("a"));
      commit();
      const compaction = sequencer.compaction(NOW_MS);
      for (let n = 2; n < 10; n++) {
        push("c", n, add("a"));
        commit();
      }

      compaction?.done();

      const { seq } = sequencer.snapshot(NOW_MS);
      assert.ok(compaction && sequencer.after(seq), `nothing leads on from ${seq}`);
    });

    describe("says what is to be read at an opening:", () => {
      const keepFromOf = (spacingMs: number): number => {
        begin({ tail: { minEntries: 1000, minAgeMs: 60_000, maxBytes: 10_000_000 }, maxStagedBytes: 1_000_000 });
        const ops = [set("a", 1, { note: "x".repeat(10_000) })];
        for (let n = 1; n <= 30; n++) {
          sequencer.push({ clientId: "c", userId: "", owner: "", n, ops, ts: NOW_MS + n * spacingMs });
          commit();
        }
        return sequencer.compaction(NOW_MS)?.keepFrom ?? 0;
      };

      it("[LOG8] nothing that would never be sent, as it is more than the whole document", () => {
        const keepFrom = keepFromOf(60_000);

        const modes = [keepFrom - 1, keepFrom - 2].map(
          (lastSeq) => sequencer.plan("c", EPOCH, { epoch: EPOCH, lastSeq }).mode,
        );
        assert.deepEqual(modes, ["delta", "snapshot"]);
      });

      it("[LOG10] all of the last 10 s, which a store may lose", () => {
        assert.equal(keepFromOf(1000), 20);
      });
    });

    it("stores none where the stored one says the same", () => {
      push("c", 1, add("a"));
      commit();
      sequencer.compaction(NOW_MS, true)?.done();

      assert.equal(sequencer.compaction(NOW_MS, true), undefined);
    });

    it("stores none of nothing", () => {
      assert.deepEqual([sequencer.compaction(NOW_MS), sequencer.compaction(NOW_MS, true)], [undefined, undefined]);
    });

    it("stores one after so many entries, though few of the records changed", () => {
      begin({ maxEntriesWithoutSnapshot: 20 });
      push("c", 1, set("big", 1, { note: "x".repeat(80_000) }));
      commit();
      sequencer.compaction(NOW_MS, true)?.done();
      for (let n = 2; n <= 21; n++) {
        push("c", n, add("a"));
        commit();
      }

      assert.equal(sequencer.compaction(NOW_MS)?.snapshot.seq, 21);
    });
  });

  it("[LOG6] replays what was recorded, and asks the document about nothing", () => {
    push("c", 1, add("a", MAX_STEP + 5), set("b", 3));
    commit();
    const refusing = {
      ...tallyDocument,
      apply: () => assert.fail("asked"),
    };
    const restored = new Sequencer<TallyOp, Tally>(refusing, LIMITS);

    restored.restore(recover<TallyOp>({ snapshot: undefined, batches: stored }));

    assert.deepEqual([...restored.records.entries()], [...sequencer.records.entries()]);
  });

  it("[LOG3] knows after a restart what was discarded, adjusted and whose it was, from the log and from a snapshot", () => {
    push("c", 1, del("none"));
    push("d", 1, add("a", MAX_STEP + 5));
    commit();
    const snapshot = sequencer.compaction(NOW_MS, true)?.snapshot.bytes;
    const contents = [
      { snapshot: undefined, batches: stored },
      { snapshot, batches: [] },
    ];

    for (const content of contents) {
      sequencer = new Sequencer(tallyDocument, LIMITS);
      sequencer.restore(recover<TallyOp>(content));
      assert.deepEqual(
        [push("c", 1, add("a")), push("d", 1, add("a"))],
        [
          { kind: "ack", ack: { n: 1, seq: 1, outcome: "discard" } },
          { kind: "ack", ack: { n: 1, seq: 2, outcome: "adjusted" } },
        ],
      );
      assert.equal(nackOf(pushAs("thief", "c", 2))?.code, "FORBIDDEN");
    }
  });

  it("[LOG4] holds after a restart from a snapshot alone that what came before it is gone", () => {
    for (let n = 1; n <= 5; n++) push("c", n, add("a"));
    commit();
    const snapshot = sequencer.compaction(NOW_MS, true)?.snapshot.bytes;
    sequencer = new Sequencer(tallyDocument, LIMITS);

    sequencer.restore(recover<TallyOp>({ snapshot, batches: [] }));

    assert.deepEqual(
      [2, 5].map((lastSeq) => sequencer.plan("c", EPOCH, { epoch: EPOCH, lastSeq }).mode),
      ["snapshot", "delta"],
    );
    assert.deepEqual([sequencer.after(2), sequencer.after(5)], [undefined, []]);
  });
});

function nackOf(verdict: PushVerdict<TallyOp>) {
  return verdict.kind === "nack" ? verdict.nack : undefined;
}
