import type { LogContent, StoredBatch, StoredSnapshot } from "../../../src/op-log/store.ts";

/** What is on the disk: bytes, and the epoch of the history that they tell. */
export interface DiskImage {
  readonly epoch: number;
  readonly snapshot: StoredSnapshot | undefined;
  readonly batches: readonly StoredBatch[];
}

/** The disk of a modelled server. What was written stays; everything else is gone when the server crashes. */
export class ModelDisk {
  #image: DiskImage = { epoch: 1, snapshot: undefined, batches: [] };
  #highestEpoch = 1;

  get epoch(): number {
    return this.#image.epoch;
  }

  load(): LogContent {
    return { snapshot: this.#image.snapshot?.bytes, batches: this.#image.batches };
  }

  append(batch: StoredBatch): void {
    this.#image = { ...this.#image, batches: [...this.#image.batches, batch] };
  }

  /** Writes only the first bytes of a batch, as a crash in the middle of it does. */
  tear({ from, to, bytes }: StoredBatch, share: number): void {
    this.append({ from, to, bytes: bytes.subarray(0, Math.floor(share * bytes.byteLength)) });
  }

  cut(from: number): void {
    this.#image = { ...this.#image, batches: this.#image.batches.filter((batch) => batch.from < from) };
  }

  compact(snapshot: StoredSnapshot, keepFrom: number): void {
    const batches = this.#image.batches.filter(({ to }) => to >= keepFrom);
    this.#image = { ...this.#image, snapshot, batches };
  }

  backup(): DiskImage {
    return this.#image;
  }

  /** Puts a backup in the place of everything. A restore begins a new epoch, unless somebody forgot to say that it is one. */
  restore(image: DiskImage, { isNewEpoch }: { readonly isNewEpoch: boolean }): void {
    if (isNewEpoch) this.#highestEpoch++;
    this.#image = isNewEpoch ? { ...image, epoch: this.#highestEpoch } : image;
  }
}
