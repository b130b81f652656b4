/** What is left of deleted shapes. The last of them are remembered, so that no number of deletes fills a board. */
import type { RecordReader, Records } from "../../../src/document/document.ts";
import { isGone } from "./shape.ts";

/** How many shapes were ever deleted: the record `$gone`. */
export interface DeleteCount {
  readonly deletes: number;
}

/** Which delete it was: the records `$gone/0` to `$gone/9999`, a ring. */
export interface Delete {
  readonly was: string;
  /** Its seq. */
  readonly at: number;
}

/** Beyond so many the oldest is forgotten: its id counts as never used. */
const MAX_GONE = 10_000;
const COUNT = "$gone";

/** A shape is deleted. */
export function forget(records: Records<object>, id: string, seq: number): void {
  const deletes = countOf(records);
  const place = `${COUNT}/${deletes % MAX_GONE}`;
  const oldest = records.get(place);
  if (isDelete(oldest)) {
    const left = records.get(oldest.was);
    if (isGone(left) && left.gone === oldest.at) records.delete(oldest.was); // else it was brought back since
  }
  records.set(place, { was: id, at: seq } satisfies Delete);
  records.set(COUNT, { deletes: deletes + 1 } satisfies DeleteCount);
  records.set(id, { gone: seq });
}

function countOf(records: RecordReader<object>): number {
  const record = records.get(COUNT);
  return record && "deletes" in record ? (record as DeleteCount).deletes : 0; // the only such record
}

function isDelete(record: object | undefined): record is Delete {
  return record !== undefined && "was" in record;
}
