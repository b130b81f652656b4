import type { OpEntry, OpOutcome } from "../protocol/protocol.ts";
import type { Batch } from "./codec.ts";

/** A push that was taken and is not safe yet. */
export interface Staged<Op> {
  readonly entry: OpEntry<Op>;
  readonly outcome: OpOutcome;
  readonly owner: string;
  /** The entry as MessagePack. */
  readonly encoded: Uint8Array;
  /** By how many bytes it makes the document larger. */
  readonly growth: number;
}

/** What waits for the disk, in order: a batch that is on its way, and what was pushed since. */
export class Staging<Op> {
  #inFlight: { readonly staged: readonly Staged<Op>[]; readonly batch: Batch } | undefined;
  #gathered: Staged<Op>[] = [];
  #bytes = 0;
  #growth = 0;
  /** The last of each client. */
  readonly #last = new Map<string, Staged<Op>>();

  /** How many pushes. */
  get count(): number {
    return (this.#inFlight?.staged.length ?? 0) + this.#gathered.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** By how many bytes all of it makes the document larger. */
  get growth(): number {
    return this.#growth;
  }

  /** Whether something waits and may be taken now. */
  get hasBatch(): boolean {
    return this.#gathered.length > 0 && !this.#inFlight;
  }

  /** The last push of a client. */
  lastOf(clientId: string): Staged<Op> | undefined {
    return this.#last.get(clientId);
  }

  add(staged: Staged<Op>): void {
    this.#gathered.push(staged);
    this.#last.set(staged.entry.clientId, staged);
    this.#bytes += staged.encoded.byteLength;
    this.#growth += staged.growth;
  }

  /** What was gathered goes on its way, as the batch that `encode` makes of it. */
  take(encode: (staged: readonly Staged<Op>[]) => Batch): Batch {
    const staged = this.#gathered;
    this.#gathered = [];
    const batch = encode(staged);
    this.#inFlight = { staged, batch };
    return batch;
  }

  /** The batch that was on its way is safe. */
  committed(): { readonly staged: readonly Staged<Op>[]; readonly batch: Batch } {
    if (!this.#inFlight) throw new Error("Nothing is on its way to the disk."); // a mistake of the caller
    const done = this.#inFlight;
    this.#inFlight = undefined;
    for (const one of done.staged) {
      this.#bytes -= one.encoded.byteLength;
      this.#growth -= one.growth;
      if (this.#last.get(one.entry.clientId) === one) this.#last.delete(one.entry.clientId);
    }
    return done;
  }

  /** Nothing of it will be safe: gives it all back. */
  failed(): readonly Staged<Op>[] {
    const staged = [...(this.#inFlight?.staged ?? []), ...this.#gathered];
    this.#inFlight = undefined;
    this.#gathered = [];
    this.#bytes = 0;
    this.#growth = 0;
    this.#last.clear();
    return staged;
  }
}
