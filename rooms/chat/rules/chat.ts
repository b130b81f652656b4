/**
 * Messages, in the order of the server. A ring of records: the newest ones are kept, each where the oldest was. Pure; used by a
 * document of its own and as a part of others.
 */
import type { OpDocument, OpStamp, RecordReader, Records } from "../../../src/document/document.ts";

/** Says something. */
export interface SayOp {
  readonly t: "say";
  /** The message's own: a message that comes twice is taken once. */
  readonly id: string;
  readonly text: string;
  /** How the author is called. */
  readonly name: string;
}

/** An operation on a chat, and what it comes to. */
export type ChatOp = SayOp;

/** What was said: the records `$chat/0` to `$chat/499`. */
export interface Message {
  readonly said: string;
  readonly id: string;
  /** User who said it, empty for somebody without a token. */
  readonly by: string;
  readonly name: string;
  /** In ms since 1970. */
  readonly at: number;
  /** Its number among all that were ever said here, from 0. */
  readonly n: number;
}

/** How many messages were ever said: the record `$chat`. */
export interface MessageCount {
  readonly count: number;
}

/** A record of a chat. */
export type ChatRecord = Message | MessageCount;

/** Messages that are kept. */
export const MAX_MESSAGES = 500;

const COUNT = "$chat";

/** A chat as a document. What was said cannot be undone. */
export const chat: OpDocument<ChatOp, ChatRecord> = { apply: applySay, evolve: evolveSay };

/** What a message comes to: nothing where it is there already. */
export function applySay(records: RecordReader<object>, op: SayOp): readonly SayOp[] {
  return messagesOf(records).some(({ id }) => id === op.id) ? [] : [op];
}

/** Carries out what was decided. */
export function evolveSay(records: Records<object>, { id, text, name }: SayOp, { userId, ts }: OpStamp): void {
  const n = countOf(records);
  records.set(recordIdOf(n), { said: text, id, by: userId, name, at: ts, n } satisfies Message);
  records.set(COUNT, { count: n + 1 } satisfies MessageCount);
}

/** The messages that are kept, in order. */
export function messagesOf(records: RecordReader<object>): readonly Message[] {
  const count = countOf(records);
  const messages: Message[] = [];
  for (let n = Math.max(0, count - MAX_MESSAGES); n < count; n++) {
    const record = records.get(recordIdOf(n));
    if (isMessage(record)) messages.push(record);
  }
  return messages;
}

/** Whether a record is a message. */
function isMessage(record: object | undefined): record is Message {
  return record !== undefined && "said" in record;
}

function countOf(records: RecordReader<object>): number {
  const record = records.get(COUNT);
  return record && "count" in record ? (record as MessageCount).count : 0; // the only such record
}

function recordIdOf(n: number): string {
  return `${COUNT}/${n % MAX_MESSAGES}`;
}
