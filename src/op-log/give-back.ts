import type { Recovered } from "./recover.ts";
import type { Sequencer } from "./sequencer.ts";
import type { StoredBatch, StoredLog } from "./store.ts";

/** What was safe when the store last had all of it. */
export type Held = Pick<Sequencer<object, object>, "seq" | "batchesAfter" | "snapshot" | "compactionOf">;

/**
 * Gives a store that has lost its last entries, or all, what this process has of them: what was acknowledged is there again, under the
 * same seqs. Does nothing where the store has as much, or where what it has is not the beginning of the same history. Gives how many
 * entries it gave.
 *
 * @throws ArenaError as a write of the log does; asked again, it goes on where it was
 */
export async function giveBack(
  held: Held,
  stored: StoredLog,
  recovered: Recovered<object>,
  wallMs: number,
): Promise<number> {
  const last = recovered.batches.at(-1)?.batch;
  const seq = Math.max(last?.to ?? 0, recovered.snapshot?.seq ?? 0);
  if (recovered.tornFrom !== undefined || seq >= held.seq || !isSame(held, last, seq)) return 0;
  const missing = held.batchesAfter(seq);
  if (missing?.[0]?.from === seq + 1) {
    for (const { from, to, bytes } of missing) await stored.append({ from, to, bytes });
    return held.seq - seq;
  }
  if (seq > 0) return 0;
  const { snapshot } = held.compactionOf(held.snapshot(wallMs));
  await stored.compact(snapshot, snapshot.seq + 1);
  for (const { from, to, bytes } of held.batchesAfter(snapshot.seq) ?? []) await stored.append({ from, to, bytes });
  return held.seq;
}

/** Another may have had the log meanwhile, and gone on from less. */
function isSame(held: Held, last: StoredBatch | undefined, seq: number): boolean {
  if (seq === 0) return true;
  if (!last || last.to !== seq) return false;
  const own = held.batchesAfter(last.from - 1)?.[0];
  return own?.from === last.from && own.to === last.to && Buffer.compare(own.bytes, last.bytes) === 0;
}
