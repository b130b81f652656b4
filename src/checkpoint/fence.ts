import type { CheckpointOwner, StoredCheckpoint } from "./store.ts";

/** What is kept of a room: its last checkpoint under its present owner, or of an ended room only the owner. */
export interface KeptRecord extends CheckpointOwner {
  readonly checkpoint: Omit<StoredCheckpoint, keyof CheckpointOwner> | undefined;
}

/** The record after a checkpoint was brought; undefined where a later epoch has the room. */
export function written(
  record: KeptRecord | undefined,
  { epoch, bootId, ...rest }: StoredCheckpoint,
): KeptRecord | undefined {
  return isOutdone(record, epoch) ? undefined : { epoch, bootId, checkpoint: rest };
}

/** The record after an owner took the room; undefined where a later epoch has it. */
export function taken(record: KeptRecord | undefined, { epoch, bootId }: CheckpointOwner): KeptRecord | undefined {
  return isOutdone(record, epoch) ? undefined : { epoch, bootId, checkpoint: record?.checkpoint };
}

/** The record after the room has ended; undefined where a later epoch has it. */
export function ended(record: KeptRecord | undefined, epoch: number): KeptRecord | undefined {
  return isOutdone(record, epoch) ? undefined : { epoch, bootId: record?.bootId ?? "", checkpoint: undefined };
}

/** The checkpoint that a record holds, with its owner. */
export function checkpointOf(record: KeptRecord | undefined): StoredCheckpoint | undefined {
  if (!record?.checkpoint) return undefined;
  return { ...record.checkpoint, epoch: record.epoch, bootId: record.bootId };
}

function isOutdone(record: KeptRecord | undefined, epoch: number): boolean {
  return record !== undefined && record.epoch > epoch;
}
