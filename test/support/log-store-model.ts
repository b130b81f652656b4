import assert from "node:assert/strict";
import { hash } from "node:crypto";
import fc from "fast-check";
import type { LogStore, StoredBatch, StoredLog, StoredSnapshot } from "../../src/op-log/store.ts";
import { batch, snapshot } from "./log-bytes.ts";
import { contentOf, pastOf } from "./log-content.ts";

/** What may happen to a log. */
type Command =
  | { readonly do: "append"; readonly entries: number; readonly length: number; readonly fill: number }
  | { readonly do: "repeat" | "reopen" | "take over" }
  | { readonly do: "compact" | "cut"; readonly at: number; readonly horizon: number };

/** Anything that may happen. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("append" as const),
      entries: fc.integer({ min: 1, max: 5 }),
      length: fc.integer({ min: 0, max: 5000 }),
      fill: fc.nat(255),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("repeat", "reopen", "take over") }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom("compact", "cut"),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      horizon: fc.nat(8),
    }),
  },
);

/** One log beside the plain lists that say what it must hold. */
export class ModelRun {
  readonly #stores: readonly [LogStore, LogStore];
  readonly #key: string;
  #owner: 0 | 1 = 0;
  #log: StoredLog;
  #fenced: StoredLog | undefined;
  #snapshot: StoredSnapshot | undefined;
  #batches: StoredBatch[] = [];
  /** Every batch that was not cut off. */
  #past: StoredBatch[] = [];

  constructor(stores: readonly [LogStore, LogStore], key: string, log: StoredLog) {
    this.#stores = stores;
    this.#key = key;
    this.#log = log;
  }

  static async begin(stores: readonly [LogStore, LogStore], key: string): Promise<ModelRun> {
    return new ModelRun(stores, key, await stores[0].open(key));
  }

  async do(one: Command): Promise<void> {
    switch (one.do) {
      case "append":
        return this.#append({
          from: this.#last + 1,
          to: this.#last + one.entries,
          bytes: new Uint8Array(one.length).fill(one.fill),
        });
      case "repeat": {
        const last = this.#batches.at(-1);
        return last && this.#log.append(last);
      }
      case "reopen":
        await this.#log.close();
        this.#log = await this.#stores[this.#owner].open(this.#key);
        return this.check();
      case "take over":
        return this.#takeOver();
      case "compact":
        return this.#compact(one.at, one.horizon);
      case "cut":
        return this.#cut(one.at);
    }
  }

  async check(): Promise<void> {
    const { snapshot: bytes, batches: loaded } = await contentOf(this.#log);
    assert.deepEqual([digest(bytes), ...loaded.map(told)], [digest(this.#snapshot?.bytes), ...this.#batches.map(told)]);
    const { bases, snapshots, batches } = await pastOf(this.#log, this.#last);
    const isPast = ({ to }: StoredBatch): boolean => to > (bases[0] ?? 0);
    assert.deepEqual(batches.filter(isPast).map(told), this.#past.filter(isPast).map(told));
    assert.deepEqual(
      snapshots.map(digest),
      bases.filter((base) => base > 0).map((base) => digest(snapshot(base).bytes)),
    );
    assert.equal(bases.at(-1), this.#snapshot?.seq ?? 0);
  }

  async end(): Promise<void> {
    await this.#log.close();
    await this.#fenced?.close();
  }

  get #last(): number {
    return Math.max(this.#batches.at(-1)?.to ?? 0, this.#snapshot?.seq ?? 0);
  }

  async #append(next: StoredBatch): Promise<void> {
    await this.#log.append(next);
    this.#batches.push(next);
    this.#past.push(next);
  }

  async #takeOver(): Promise<void> {
    await this.#fenced?.close();
    this.#fenced = this.#log;
    this.#owner = this.#owner === 0 ? 1 : 0;
    this.#log = await this.#stores[this.#owner].open(this.#key);
    await assert.rejects(this.#fenced.append(batch(this.#last + 1)), { code: "LOG_FENCED" });
    await this.check();
  }

  async #compact(at: number, horizon: number): Promise<void> {
    const seq = Math.round(at * this.#last);
    if (seq < (this.#snapshot?.seq ?? 1)) return;
    const keepFrom = Math.max(1, seq + 1 - horizon);
    await this.#log.compact(snapshot(seq), keepFrom);
    this.#snapshot = snapshot(seq);
    this.#batches = this.#batches.filter(({ to }) => to >= keepFrom);
  }

  async #cut(at: number): Promise<void> {
    const cut = this.#batches[Math.floor(at * this.#batches.length)];
    if (!cut || cut.from <= (this.#snapshot?.seq ?? 0)) return;
    await this.#log.cut(cut.from);
    this.#batches = this.#batches.filter((one) => one.from < cut.from);
    this.#past = this.#past.filter((one) => one.from < cut.from);
  }
}

/** A batch in a few words, so that what differs can be read. */
function told({ from, to, bytes }: StoredBatch): string {
  return `${from} to ${to}: ${digest(bytes)}`;
}

function digest(bytes: Uint8Array | undefined): string {
  return bytes ? `${bytes.byteLength} bytes ${hash("md5", bytes)}` : "none";
}
