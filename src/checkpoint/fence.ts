import type { CheckpointOwner, StoredCheckpoint } from "./store.ts";

/** What is kept of a room: its last checkpoint under its present owner, or of an ended room only the owner. */
export interface KeptRecord extends CheckpointOwner {
  /** Of the owner's last write; 0 before its first. */
  readonly number: number;
  readonly checkpoint: Omit<StoredCheckpoint, keyof CheckpointOwner | "number"> | undefined;
}

/** The record after a checkpoint was brought, which changes nothing where a newer one was; undefined where a later epoch has the room. */
export function written(
  record: KeptRecord | undefined,
  { epoch, bootId, number, ...rest }: StoredCheckpoint,
): KeptRecord | undefined {
  if (isOutdone(record, epoch)) return undefined;
  return record && numberIn(record, epoch) > number ? record : { epoch, bootId, number, checkpoint: rest };
}

/** The record after an owner took the room; undefined where a later epoch has it. */
export function taken(record: KeptRecord | undefined, { epoch, bootId }: CheckpointOwner): KeptRecord | undefined {
  if (isOutdone(record, epoch)) return undefined;
  return { epoch, bootId, number: numberIn(record, epoch), checkpoint: record?.checkpoint };
}

/** The record after the room has ended, unchanged where something newer was brought; undefined where a later epoch has it. */
export function ended(record: KeptRecord | undefined, epoch: number, number?: number): KeptRecord | undefined {
  if (isOutdone(record, epoch)) return undefined;
  const last = numberIn(record, epoch);
  if (record && number !== undefined && last > number) return record;
  return { epoch, bootId: record?.bootId ?? "", number: number ?? last, checkpoint: undefined };
}

/** The checkpoint that a record holds, with its owner. */
export function checkpointOf(record: KeptRecord | undefined): StoredCheckpoint | undefined {
  if (!record?.checkpoint) return undefined;
  const { epoch, bootId, number, checkpoint } = record;
  return { ...checkpoint, epoch, bootId, number };
}

function numberIn(record: KeptRecord | undefined, epoch: number): number {
  return record?.epoch === epoch ? record.number : 0;
}

function isOutdone(record: KeptRecord | undefined, epoch: number): boolean {
  return record !== undefined && record.epoch > epoch;
}
