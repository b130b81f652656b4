import { MapRecords, Overlay, type RecordReader, sizeOf } from "../document/document.ts";

/** The records of a log in three layers: what is safe, what is on its way to the disk, and what was pushed since. */
export class Layers<R extends object> {
  readonly safe = new MapRecords<R>();
  readonly #flight = new Overlay<R>(this.safe);
  readonly #gathering = new Overlay<R>(this.#flight);

  /** All three as one. */
  get latest(): RecordReader<R> {
    return this.#gathering;
  }

  /** A fourth layer for one push, to be kept or forgotten. */
  trial(): Overlay<R> {
    return new Overlay(this.#gathering);
  }

  /** The push is taken. */
  keep(trial: Overlay<R>): void {
    trial.settle(this.#gathering);
  }

  /** By how many bytes a push would make the document larger. */
  growthOf(trial: Overlay<R>): number {
    let bytes = 0;
    for (const [id, record] of trial.changes) bytes += weigh(id, record) - weigh(id, this.#gathering.get(id));
    return bytes;
  }

  /** What was pushed goes to the disk. Nothing else may be on its way. */
  take(): void {
    this.#gathering.settle(this.#flight);
  }

  /** What was on its way is safe. */
  settle(): void {
    this.#flight.settle(this.safe);
  }

  /** Only what is safe remains. */
  drop(): void {
    this.#flight.drop();
    this.#gathering.drop();
  }
}

function weigh(id: string, record: object | undefined): number {
  return record ? id.length + sizeOf(record) : 0;
}
