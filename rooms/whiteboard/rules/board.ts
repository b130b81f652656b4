/**
 * What operations on a board come to. Shapes, who may do what with them, and the chat beside them are one document, so that they
 * have one order. Pure; the same on the server and in clients.
 */
import type { OpAuthor, OpDocument, OpStamp, Records, SortableReader } from "../../../src/document/document.ts";
import { applySay, type ChatRecord, evolveSay, type SayOp } from "../../chat/rules/chat.ts";
import type { Delete, DeleteCount } from "./gone.ts";
import { applySign, evolveSign, type People, type Person, type SignOp } from "./people.ts";
import { applyToSettings, assertAllowed, evolveSettings, roleOf, type Settings, type SettingsOp } from "./rights.ts";
import type { Gone, Shape, ShapeOp } from "./shape.ts";
import { invertShape } from "./shape-undo.ts";
import { applyToShape, evolveShape } from "./shapes.ts";

export type { SayOp } from "../../chat/rules/chat.ts";
export type { Person, SignOp } from "./people.ts";
export { revert } from "./revert.ts";
export { countBrims } from "./rich-text.ts";
export { type Everyone, type Role, SETTINGS, type Settings, settingsOf } from "./rights.ts";
export {
  type BoardGroup,
  type BoardGroups,
  type CreateOp,
  type Gone,
  isGone,
  isShape,
  type Revs,
  type SetOp,
  type Shape,
  type ShapeOp,
} from "./shape.ts";

/** An operation on a board, and what it comes to. */
export type BoardOp = ShapeOp | SettingsOp | SignOp | SayOp;

/** A record of a board. */
export type BoardRecord = Shape | Gone | Delete | DeleteCount | Settings | Person | People | ChatRecord;

/** What adds to shapes; all else is bounded as a whole, and goes on where they have filled the board. */
const GROWING: ReadonlySet<string> = new Set(["create", "set", "y", "restore"]);

/** A board as a document. Only what is done to shapes can be undone. */
export const board: OpDocument<BoardOp, BoardRecord> = {
  apply,
  evolve,
  isVital: ({ t }) => !GROWING.has(t),
  invert: invertShape,
};

/** @throws OpRefused as each kind of op says, and FORBIDDEN where the author may not */
function apply(records: SortableReader<BoardRecord>, op: BoardOp, author: OpAuthor): readonly BoardOp[] {
  const role = roleOf(records, author);
  assertAllowed(op, role);
  switch (op.t) {
    case "own":
    case "share":
    case "withdraw":
      return applyToSettings(records, op, author);
    case "sign":
      return applySign(records, op, author);
    case "say":
      return applySay(records, op);
    default:
      return applyToShape(records, op, role);
  }
}

function evolve(records: Records<BoardRecord>, effect: BoardOp, stamp: OpStamp): void {
  switch (effect.t) {
    case "own":
    case "share":
    case "withdraw":
      evolveSettings(records, effect, stamp);
      break;
    case "sign":
      evolveSign(records, effect, stamp);
      break;
    case "say":
      evolveSay(records, effect, stamp);
      break;
    default:
      evolveShape(records, effect, stamp);
  }
}
