/** What the history panel asks of the rest of the page. */
import type { BoardOp, BoardRecord } from "../../../../rooms/whiteboard/rules/board.ts";
import type { History, RecordReader } from "../../../../src/client/client.ts";

/** One step of the board, as it stands in the log. */
export interface Step {
  readonly seq: number;
  /** When the server took it, in ms since 1970. */
  readonly ts: number;
  readonly userId: string;
  readonly effects: readonly BoardOp[];
}

/** What a board was, as far as that is kept and has been asked for. */
export type BoardHistory = Pick<
  History<BoardOp, BoardRecord>,
  "entries" | "firstSeq" | "hasOlder" | "recordsAt" | "loadOlder" | "onEntries" | "onReset" | "close"
>;

/** Where a board is shown as it was. */
export interface Past {
  /** Shows these records in the place of the board as it is, which nobody can change here meanwhile; undefined ends that. */
  show(records: RecordReader<BoardRecord> | undefined): void;
  /** Marks shapes, as far as they are to be seen; none ends that. */
  mark(ids: readonly string[]): void;
}
