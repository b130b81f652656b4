import { type BoardOp, type BoardRecord, board, isShape } from "../../../rooms/whiteboard/rules/board.ts";
import type { OpDocument } from "../../../src/document/document.ts";
import { decodeSnapshot, encodeSnapshot, type Snapshot } from "../../../src/op-log/codec.ts";
import { decode } from "../../../src/op-log/msgpack.ts";
import { RecordParts } from "../../../src/op-log/record-parts.ts";
import { type PushRequest, type PushVerdict, type Refused, Sequencer } from "../../../src/op-log/sequencer.ts";
import type { StoredSnapshot } from "../../../src/op-log/store.ts";
import { PRODUCT, type Variant } from "./variant.ts";

/** The product with one thing wrong, judged by what is left in the end. */
function mutant(wrong: Partial<Variant>): Variant {
  return { ...PRODUCT, checks: "at rest", ...wrong };
}

/** What was not acknowledged is sent again as something new. */
export const WITHOUT_DEDUPE = mutant({ renewsIdentity: true });

/** Pushes are acknowledged and shown when they are on their way to the disk. */
export const ACK_BEFORE_FSYNC = mutant({ acknowledgesBeforeFsync: true });

/** A snapshot forgets which pushes are part of it. */
export const WITHOUT_MARKS = mutant({
  stored: (stored) => changed(stored, (whole) => ({ ...whole, marks: new Map() })),
});

/** A snapshot forgets what was deleted, and clients ask again whether an effect is right. */
export const WITHOUT_TOMBSTONES = mutant({
  comparesTombstones: false,
  clientDocument: revalidating(board),
  stored: (stored) => changed(stored, withoutTombstones),
});

/** A welcome tells of pushes that are not on the disk yet. */
export const WELCOME_OF_APPLIED = mutant({ sequencer: (...parts) => new RashSequencer(...parts) });

/** A restored backup goes on in the epoch of the history that it was taken from. */
export const WITHOUT_EPOCH = mutant({ beginsEpochOnRestore: false });

function changed({ seq, bytes }: StoredSnapshot, change: (whole: Snapshot) => Snapshot): StoredSnapshot {
  return { seq, bytes: encodeSnapshot(change(decodeSnapshot(bytes))) };
}

function withoutTombstones(whole: Snapshot): Snapshot {
  const records = [...whole.parts].flatMap((part) => decode(part) as (readonly [string, BoardRecord])[]); // as it was encoded
  return { ...whole, parts: new RecordParts(records.filter(([, record]) => isShape(record))) };
}

function revalidating(document: OpDocument<BoardOp, BoardRecord>): OpDocument<BoardOp, BoardRecord> {
  return {
    ...document,
    evolve: (records, effect, stamp) => {
      if (effect.t !== "create" || !records.get(effect.id)) document.evolve(records, effect, stamp);
    },
  };
}

class RashSequencer extends Sequencer<BoardOp, BoardRecord> {
  readonly #applied = new Map<string, number>();

  override push(request: PushRequest<BoardOp>): PushVerdict<BoardOp> {
    const verdict = super.push(request);
    if (verdict.kind === "staged") this.#applied.set(request.clientId, request.n);
    return verdict;
  }

  override failed(): readonly Refused[] {
    this.#applied.clear();
    return super.failed();
  }

  override lastOf(clientId: string): number {
    return this.#applied.get(clientId) ?? super.lastOf(clientId);
  }
}
