import assert from "node:assert/strict";
import { applyUpdate, Doc } from "yjs";
import { type BoardRecord, isShape } from "../../rooms/whiteboard/rules/board.ts";
import type { PushingClient } from "./pushing-client.ts";

/** Who was at a board. */
export interface Crowd {
  /** Those who have an answer to every push. */
  readonly present: readonly PushingClient[];
  /** Those who went, with pushes that nobody answered. */
  readonly gone: readonly PushingClient[];
}

/**
 * Checks what a newcomer reads against what was pushed: of each client its first pushes, each once and in order, all that
 * were acknowledged among them; nothing else; and for those who are there exactly what they were told.
 */
export function checkBoard({ records, seq }: PushingClient, { present, gone }: Crowd): void {
  const read = new Map(records.entries());
  const everybody = [...present, ...gone];
  const taken = everybody.map((client) => numbersOf(read.get(client.clientId)));

  for (const [index, client] of everybody.entries()) checkPushes(client, taken[index] ?? []);
  const shapes = everybody.flatMap((client, index) => client.shapes.slice(0, taken[index]?.length).flat());
  assert.deepEqual([...read.keys()].sort(), shapes.sort());
  assert.equal(seq, taken.flat().length, "an entry is a push");
  for (const client of present) checkPresent(client, { read, seq });
}

/** The numbers of the pushes that came to a client's list, in the order in which they were taken. */
function numbersOf(record: BoardRecord | undefined): readonly number[] {
  if (!isShape(record)) return [];
  const text = new Doc();
  for (const update of record.rich ?? []) applyUpdate(text, update);
  return text.getText("text").toString().split(" ").filter(Boolean).map(Number);
}

function checkPushes({ clientId, acked, made }: PushingClient, taken: readonly number[]): void {
  assert.deepEqual(
    taken,
    taken.map((_, index) => index + 1),
    `${clientId}: each push once and in order`,
  );
  assert.ok(taken.length >= acked, `${clientId}: of ${acked} acknowledged pushes ${taken.length} are there`);
  assert.ok(taken.length <= made, `${clientId}: of ${made} pushes ${taken.length} are there`);
}

function checkPresent(client: PushingClient, { read, seq }: { read: Map<string, BoardRecord>; seq: number }): void {
  const { clientId, acked, made, records } = client;
  assert.equal(acked, made, `${clientId} has an answer to every push`);
  assert.equal(client.seq, seq);
  assert.deepEqual(new Map(records.entries()), read, `${clientId} was told what a newcomer reads`);
}
