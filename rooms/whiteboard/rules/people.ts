/** Names of those who worked on a board, for its history: each signs with one. */
import type { OpAuthor, OpStamp, RecordReader, Records } from "../../../src/document/document.ts";

/** Says the author's name. */
export interface SignOp {
  readonly t: "sign";
  readonly name: string;
}

/** Name of a user: the record `$person/<userId>`. */
export interface Person {
  readonly signed: string;
}

/** Users whose names are kept, the oldest first: the record `$people`. */
export interface People {
  readonly people: readonly string[];
}

/** Beyond so many names the oldest is forgotten. */
const MAX_PEOPLE = 1000;
const PEOPLE = "$people";

/** What a signature comes to: nothing where it is known, or nobody's. */
export function applySign(records: RecordReader<object>, op: SignOp, { userId }: OpAuthor): readonly SignOp[] {
  const record = records.get(personId(userId));
  const isKnown = record !== undefined && "signed" in record && record.signed === op.name;
  return userId === "" || isKnown ? [] : [op];
}

/** Carries out what was decided. */
export function evolveSign(records: Records<object>, { name }: SignOp, { userId }: OpStamp): void {
  if (!records.get(personId(userId))) {
    const people = [...peopleOf(records), userId];
    if (people.length > MAX_PEOPLE) records.delete(personId(people.shift() ?? ""));
    records.set(PEOPLE, { people } satisfies People);
  }
  records.set(personId(userId), { signed: name } satisfies Person);
}

function peopleOf(records: RecordReader<object>): readonly string[] {
  const record = records.get(PEOPLE);
  return record && "people" in record ? (record as People).people : []; // the only such record
}

function personId(userId: string): string {
  return `$person/${userId}`;
}
