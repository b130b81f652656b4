import assert from "node:assert/strict";
import fc from "fast-check";
import { MapRecords } from "../../../src/document/document.ts";
import type { OpBatch, OpHello, OpReset, OpSnap, OpWelcome } from "../../../src/protocol/protocol.ts";
import { type LaneBench, openLane, settled } from "../../support/lane-bench.ts";
import { LaneClient } from "../../support/lane-client.ts";
import { add, set, type Tally, type TallyOp, tallyDocument } from "../../support/tally-document.ts";

/** A note that is a part of a snapshot by itself, and fills a line. */
const LARGE = "x".repeat(70_000);
/** What a line holds where nothing more is sent on it. */
const FULL_BYTES = 1_000_000;

/** A client that does what docs/PROTOCOL.md says, and whose line takes its time in both directions. */
class Reader {
  readonly line = new LaneClient("reader");
  records = new MapRecords<Tally>();
  lastSeq: number | undefined;
  readonly #bench: LaneBench;
  readonly #up: OpHello[] = [];
  #epoch: number | undefined;
  #read = 0;

  constructor(bench: LaneBench) {
    this.#bench = bench;
    this.line.pause();
  }

  get isSilent(): boolean {
    return this.#up.length === 0 && this.#read === this.line.told.length;
  }

  hello(): void {
    this.#up.push({ clientId: "reader", epoch: this.#epoch, lastSeq: this.lastSeq });
  }

  /** Its next hello comes to the server. */
  arrive(): void {
    const hello = this.#up.shift();
    if (hello) this.#bench.lane.hello(this.line, hello);
  }

  /** Reads the next message. */
  read(): void {
    const told = this.line.told[this.#read];
    if (!told) return;
    this.#read++;
    if (told.type === "op:welcome") this.#welcomed(told.payload as OpWelcome);
    if (told.type === "op:snap") this.#take(told.payload as OpSnap<Tally>);
    if (told.type === "op:batch") this.#follow(told.payload as OpBatch<TallyOp>);
    if (told.type === "op:reset" && (told.payload as OpReset).reason === "REOPENED") this.hello();
  }

  #welcomed({ epoch, mode }: OpWelcome): void {
    if (mode === "snapshot") this.#forget();
    else assert.deepEqual([epoch, this.lastSeq !== undefined], [this.#epoch, true], "only a whole document is led on");
    this.#epoch = epoch;
  }

  #take({ seq, part, of, data }: OpSnap<Tally>): void {
    if (part === 0) this.#forget();
    for (const [id, record] of data) this.records.set(id, record);
    if (part === of - 1) this.lastSeq = seq;
  }

  #follow({ from, to, entries }: OpBatch<TallyOp>): void {
    const last = this.lastSeq ?? Number.NaN;
    assert.ok(from <= last + 1, `after ${last} came ${from} to ${to}`);
    for (const { effects, ...stamp } of entries.filter(({ seq }) => seq > last)) {
      for (const effect of effects) tallyDocument.evolve(this.records, effect, stamp);
    }
    this.lastSeq = Math.max(last, to);
  }

  #forget(): void {
    this.records = new MapRecords();
    this.lastSeq = undefined;
  }
}

/** A lane, who writes to it, and who reads. */
class Play {
  readonly bench: LaneBench;
  readonly reader: Reader;
  readonly #writer = new LaneClient("writer");

  constructor(bench: LaneBench) {
    this.bench = bench;
    this.reader = new Reader(bench);
  }

  /** The reader has everything, and says hello again. */
  async begin(): Promise<void> {
    for (const id of ["a", "b"]) await this.#push(set(id, 0, { note: LARGE }));
    await this.end();
    this.reader.line.pause();
  }

  readonly steps = {
    hello: () => this.reader.hello(),
    arrive: () => this.reader.arrive(),
    read: () => this.reader.read(),
    write: () => this.#push(add("a")),
    fill: () => this.#fill(FULL_BYTES),
    drain: () => this.#fill(0),
    reopen: () => this.#reopen(),
    /** The history goes on elsewhere, under another epoch, as after a restore. */
    fork: async () => {
      const { store } = this.bench;
      Object.assign(store, { epoch: store.epoch + 1 });
      if ((store.batches.at(-1)?.from ?? 0) > (store.snapshot?.seq ?? 0)) store.batches.pop();
      await this.#reopen();
    },
  };

  /** Everything that is on its way comes, and what follows from that. */
  async end(): Promise<void> {
    this.reader.line.resume();
    this.reader.hello();
    await this.bench.pass();
    while (!this.reader.isSilent) {
      this.reader.arrive();
      this.reader.read();
      if (this.reader.isSilent) await this.bench.pass();
    }
  }

  async #push(op: TallyOp): Promise<void> {
    this.bench.lane.hello(this.#writer, { clientId: "writer" });
    const n = (this.#writer.of("op:welcome").at(-1)?.yourLast ?? 0) + 1;
    await this.bench.pushed(this.#writer, n, op);
  }

  async #fill(bytes: number): Promise<void> {
    this.reader.line.waitingBytes = bytes;
    await this.bench.pass();
  }

  async #reopen(): Promise<void> {
    this.bench.store.failWith = "LOG_UNCERTAIN";
    await this.#push(add("b"));
    this.bench.store.failWith = undefined;
    await settled();
    await this.bench.pass(5000);
  }
}

describe("hellos at any time", function () {
  this.timeout(60_000);

  it("[OPL1] [OPL4] lead on without a hole, whatever else is on its way", async () => {
    const step = fc.constantFrom(
      ...(["hello", "hello", "arrive", "arrive", "read", "read", "read", "write", "fill", "drain"] as const),
      ...(["drain", "reopen", "fork"] as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), async (steps) => {
        const play = new Play(await openLane({ tail: { minEntries: 4, minAgeMs: 0, maxBytes: 1_000_000 } }));
        await play.begin();

        for (const one of steps) await play.steps[one]();
        await play.end();

        const { bench, reader } = play;
        const counts = Object.fromEntries([...reader.records.entries()].map(([id, { count }]) => [id, count]));
        assert.deepEqual(counts, bench.counts);
        assert.deepEqual([bench.faults, bench.ends], [[], []]);
      }),
      { numRuns: 100 },
    );
  });
});
