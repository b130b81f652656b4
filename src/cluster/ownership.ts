import { type NodeIdentity, OFFER_MS, type Offer, type Ownership } from "./types.ts";

/** A record of a room, as it is kept; it outlives neither its owner's release nor {@link OFFER_MS} of an offer. */
export interface OwnershipRow extends Ownership {
  /** When it was offered, by the clock of the store. */
  readonly offeredMs: number;
}

/** Whether a room may be offered: nobody has it, an offer was left lying, or the record is the one that was expected. */
export function isFree(row: OwnershipRow | undefined, expect: Offer["expect"], nowMs: number): boolean {
  if (!row) return true;
  if (row.state === "offered" && nowMs >= row.offeredMs + OFFER_MS) return true;
  return expect?.epoch === row.epoch && expect.attempt === row.attempt;
}

/** The record of a room that is offered to `target`. */
export function offered(
  { roomId, name, target, nowMs }: { roomId: string; name: string; target: NodeIdentity; nowMs: number },
  before: OwnershipRow | undefined,
): OwnershipRow {
  const { bootId, nodeId, internalAddress, publicAddress } = target;
  const [epoch, attempt] = [before?.epoch ?? 0, (before?.attempt ?? 0) + 1];
  return {
    roomId,
    name,
    bootId,
    nodeId,
    internalAddress,
    publicAddress,
    epoch,
    attempt,
    state: "offered",
    offeredMs: nowMs,
  };
}

/** The record as the node has it that took the offer up. Epochs go with the clock, so that one that was forgotten stays outdone. */
export function started(row: OwnershipRow, nowMs: number): OwnershipRow {
  return { ...row, epoch: Math.max(row.epoch + 1, Math.floor(nowMs)), state: "starting" };
}
