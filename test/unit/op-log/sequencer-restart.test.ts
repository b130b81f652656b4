import assert from "node:assert/strict";
import fc from "fast-check";
import { MapRecords, type RecordReader } from "../../../src/document/document.ts";
import { decode } from "../../../src/op-log/msgpack.ts";
import { recover } from "../../../src/op-log/recover.ts";
import { type Compaction, type LogLimits, Sequencer } from "../../../src/op-log/sequencer.ts";
import type { StoredBatch } from "../../../src/op-log/store.ts";
import type { OpBatch, OpEntry } from "../../../src/protocol/protocol.ts";
import { add, del, set, type Tally, type TallyOp, tallyDocument } from "../../support/tally-document.ts";

const EPOCH = 7;
const CLIENTS: readonly string[] = ["c0", "c1", "c2", "c3"];
/** Small enough for snapshots to fall due and the tail to be short in a run of some dozens of steps. */
const LIMITS: LogLimits = {
  tail: { minEntries: 6, minAgeMs: 5, maxBytes: 60_000 },
  marks: { maxAgeMs: 1_000_000, minClients: 0, maxClients: 100 },
  maxDocumentBytes: 200_000,
  maxStagedBytes: 100_000,
  maxEntriesWithoutSnapshot: 12,
};

describe("the sequencer across restarts", () => {
  it("[LOG3] takes every push once, and after a restart is what it was, whatever happened before", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: "max" }), (steps) => {
        const run = new Run();
        for (const one of steps) run.do(one);
        run.restart();
      }),
      { numRuns: 300 },
    );
  });
});

type Step =
  | { readonly do: "push"; readonly client: number; readonly ahead: number; readonly op: TallyOp }
  | { readonly do: "take" | "commit" | "fail" | "compact" | "compact at last" | "compacted" | "restart" };

const id = fc.constantFrom("a", "b", "c", "locked");
const op: fc.Arbitrary<TallyOp> = fc.oneof(
  fc.tuple(id, fc.integer({ min: 1, max: 20 })).map(([of, by]) => add(of, by)),
  fc
    .tuple(id, fc.constantFrom(1, 100, 30_000), fc.option(fc.nat(20), { nil: undefined }))
    .map(([of, length, ifRev]) => set(of, 0, { note: "x".repeat(length), ...(ifRev === undefined ? {} : { ifRev }) })),
  id.map(del),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("push" as const),
      client: fc.nat(CLIENTS.length - 1),
      ahead: fc.constantFrom(0, 0, 0, 0, -1, -2, 1),
      op,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("take", "commit") }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("compact", "compacted") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("fail", "restart", "compact at last") }) },
);

/** A sequencer and its store, beside the count of what each client has in it. Every push also adds one to its client's record. */
class Run {
  #sequencer = new Sequencer(tallyDocument, LIMITS);
  #snapshot: Uint8Array | undefined;
  #batches: StoredBatch[] = [];
  #inFlight: StoredBatch | undefined;
  #compaction: Compaction | undefined;
  /** Last push that is safe, and last that is staged, by client. */
  #safe: number[] = CLIENTS.map(() => 0);
  #staged: number[] = CLIENTS.map(() => 0);
  #ts = 0;

  do(one: Step): void {
    switch (one.do) {
      case "push":
        this.#push(one.client, one.ahead, one.op);
        break;
      case "take":
        this.#inFlight ??= this.#sequencer.takeBatch();
        break;
      case "commit":
        this.#commit();
        break;
      case "fail":
        this.#fail();
        break;
      case "compact":
      case "compact at last":
        this.#compaction ??= this.#sequencer.compaction(this.#ts, one.do === "compact at last");
        break;
      case "compacted":
        this.#compacted();
        break;
      case "restart":
        this.restart();
        break;
    }
    this.#check();
  }

  /** The process ends and another begins, which finds what is stored; also what the first did not know to be. */
  restart(): void {
    isSame(this.#restored(), this.#sequencer);
    if (this.#inFlight) this.#batches.push(this.#inFlight);
    this.#sequencer = this.#restored();
    this.#inFlight = undefined;
    this.#compaction = undefined;
    this.#safe = CLIENTS.map((clientId) => this.#sequencer.plan(clientId, EPOCH, {}).yourLast);
    this.#staged = [...this.#safe];
    this.#check();
  }

  #restored(): Sequencer<TallyOp, Tally> {
    const sequencer = new Sequencer(tallyDocument, LIMITS);
    sequencer.restore(recover<TallyOp>({ snapshot: this.#snapshot, batches: this.#batches }));
    return sequencer;
  }

  #push(client: number, ahead: number, what: TallyOp): void {
    const clientId = clientAt(client);
    const [safe = 0, staged = 0] = [this.#safe[client], this.#staged[client]];
    const n = staged + 1 + ahead;
    if (n < 1) return;
    const ops = [add(clientId), what];
    const verdict = this.#sequencer.push({ clientId, userId: "", owner: clientId, n, ops, ts: ++this.#ts });
    if (n <= safe) assert.equal(verdict.kind, "ack");
    else if (n <= staged) assert.equal(verdict.kind, "waiting");
    else if (verdict.kind === "staged") this.#staged[client] = n;
    else assert.match(verdict.kind === "nack" ? verdict.nack.code : verdict.kind, refusalOf(ahead, what));
  }

  #commit(): void {
    if (!this.#inFlight) return;
    this.#batches.push(this.#inFlight);
    this.#inFlight = undefined;
    for (const { clientId, ack } of this.#sequencer.committed().acks) {
      const client = CLIENTS.indexOf(clientId);
      assert.equal(ack.n, (this.#safe[client] ?? 0) + 1, "acknowledged in order, each once");
      this.#safe[client] = ack.n;
    }
  }

  #fail(): void {
    if (!this.#inFlight) return;
    this.#inFlight = undefined;
    this.#sequencer.failed();
    this.#staged = [...this.#safe];
  }

  #compacted(): void {
    if (!this.#compaction) return;
    const { snapshot, keepFrom, done } = this.#compaction;
    this.#compaction = undefined;
    this.#snapshot = snapshot.bytes;
    this.#batches = this.#batches.filter(({ to }) => to >= keepFrom);
    done();
  }

  #check(): void {
    for (const [client, clientId] of CLIENTS.entries()) {
      assert.equal(this.#sequencer.records.get(clientId)?.count ?? 0, this.#safe[client], "each taken once");
      assert.equal(this.#sequencer.plan(clientId, EPOCH, {}).yourLast, this.#safe[client]);
    }
    assert.ok(this.#sequencer.sizeBytes <= LIMITS.maxDocumentBytes, `${this.#sequencer.sizeBytes} bytes`);
    leadsOn(this.#sequencer);
  }
}

/** From wherever a client comes, and from the snapshot, what follows leads to the present without a hole. */
function leadsOn(sequencer: Sequencer<TallyOp, Tally>): void {
  const snapshot = sequencer.snapshot(0);
  const records = new MapRecords<Tally>();
  for (const [key, record] of [...snapshot.parts].flatMap((part) => decode(part) as [string, Tally][])) {
    records.set(key, record);
  }
  for (const { effects, ...stamp } of entriesAfter(sequencer, snapshot.seq)) {
    for (const effect of effects) tallyDocument.evolve(records, effect, stamp);
  }
  assert.deepEqual(sorted(records), sorted(sequencer.records));
  for (let lastSeq = 0; lastSeq <= sequencer.seq; lastSeq++) {
    const { mode, reset } = sequencer.plan("c0", EPOCH, { epoch: EPOCH, lastSeq });
    assert.equal(reset, undefined);
    if (mode === "delta") entriesAfter(sequencer, lastSeq);
  }
}

function entriesAfter(sequencer: Sequencer<TallyOp, Tally>, seq: number): readonly OpEntry<TallyOp>[] {
  const batches = sequencer.after(seq);
  assert.ok(batches, `nothing leads on from ${seq}`);
  const entries = batches.flatMap(({ wire }) => (decode(wire) as OpBatch<TallyOp>).entries);
  const missed = entries.filter((entry) => entry.seq > seq);
  assert.deepEqual(
    missed.map((entry) => entry.seq),
    Array.from({ length: sequencer.seq - seq }, (_, index) => seq + 1 + index),
  );
  return missed;
}

/** Two sequencers hold the same and would answer the same. */
function isSame(one: Sequencer<TallyOp, Tally>, other: Sequencer<TallyOp, Tally>): void {
  assert.equal(one.seq, other.seq);
  assert.equal(one.sizeBytes, other.sizeBytes);
  assert.deepEqual(sorted(one.records), sorted(other.records));
  for (const clientId of CLIENTS) {
    for (let lastSeq = 0; lastSeq <= one.seq + 1; lastSeq++) {
      const known = { epoch: EPOCH, lastSeq };
      assert.deepEqual(one.plan(clientId, EPOCH, known), other.plan(clientId, EPOCH, known));
    }
    const { yourLast: n } = one.plan(clientId, EPOCH, {});
    const again = { clientId, userId: "", owner: clientId, n, ops: [], ts: 0 };
    if (n > 0) assert.deepEqual(one.push(again), other.push(again));
    assert.equal(one.maySpeak(clientId, "thief"), n === 0);
  }
}

function sorted(records: RecordReader<Tally>): readonly (readonly [string, Tally])[] {
  return [...records.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
}

function refusalOf(ahead: number, { id: of }: TallyOp): RegExp {
  if (ahead > 0) return /^GAP$/;
  return of === "locked" ? /^(FORBIDDEN|RATE_LIMITED)$/ : /^(FULL|RATE_LIMITED)$/;
}

function clientAt(index: number): string {
  const clientId = CLIENTS[index];
  assert.ok(clientId);
  return clientId;
}
