/** Who may do what on a board: viewers look and chat, editors draw, owners say who may come. */
import {
  type OpAuthor,
  OpRefused,
  type OpStamp,
  type RecordReader,
  type Records,
} from "../../../src/document/document.ts";

/** What somebody may do on a board. */
export type Role = "owner" | "editor" | "viewer";

/** What everybody may do whom nobody has invited. */
export type Everyone = "editor" | "viewer" | "none";

/** Whose board it is, and what others may do on it: the record {@link SETTINGS}. */
export interface Settings {
  /** A user; empty where the board is nobody's. */
  readonly owner: string;
  readonly everyone: Everyone;
  /** How often invitations were withdrawn; those of before are worth nothing. */
  readonly epoch?: number;
}

/** Makes a board that nobody owns the author's. */
export interface OwnOp {
  readonly t: "own";
}

/** Says what everybody may do; for owners. */
export interface ShareOp {
  readonly t: "share";
  readonly everyone: Everyone;
}

/** Withdraws all invitations that were ever made; for owners. */
export interface WithdrawOp {
  readonly t: "withdraw";
}

/** What is done to a board's settings. */
export type SettingsOp = OwnOp | ShareOp | WithdrawOp;

/** Id of the board's settings. */
export const SETTINGS = "$board";

/** What viewers may push. */
const OF_VIEWERS: ReadonlySet<string> = new Set(["say", "sign"]);

/** Settings of a board. */
export function settingsOf(records: Pick<RecordReader<object>, "get">): Settings {
  const record = records.get(SETTINGS);
  return record && "everyone" in record ? (record as Settings) : { owner: "", everyone: "editor" }; // the only such record
}

/**
 * What an author may be: as the room says, or owner of the board as it is at this moment. Undefined where the room says nothing,
 * as in a client.
 */
export function roleOf(records: RecordReader<object>, { role, userId }: OpAuthor): string | undefined {
  return role !== undefined && userId !== "" && settingsOf(records).owner === userId ? "owner" : role;
}

/**
 * Refuses what is not for this role.
 *
 * @throws OpRefused FORBIDDEN
 */
export function assertAllowed(op: { readonly t: string }, role: string | undefined): void {
  if (role === undefined || role === "owner") return;
  if (role === "viewer" && OF_VIEWERS.has(op.t)) return;
  if (op.t === "share" || op.t === "withdraw")
    throw new OpRefused("FORBIDDEN", "Only owners of the board say who may come.");
  if (role === "viewer") throw new OpRefused("FORBIDDEN", "You may look at this board and chat, and not change it.");
  if (role !== "editor") throw new OpRefused("FORBIDDEN", "This board is not open to you.");
}

/**
 * What an op on the settings comes to.
 *
 * @throws OpRefused FORBIDDEN where the board has an owner, or the author is nobody
 */
export function applyToSettings<O extends SettingsOp>(
  records: RecordReader<object>,
  op: O,
  { userId }: OpAuthor,
): readonly O[] {
  const { owner, everyone } = settingsOf(records);
  if (op.t === "withdraw") return [op];
  if (op.t === "share") return op.everyone === everyone ? [] : [op];
  if (userId === "") throw new OpRefused("FORBIDDEN", "A board is owned by somebody with a token.");
  if (owner === userId) return [];
  if (owner !== "") throw new OpRefused("FORBIDDEN", "This board has an owner.");
  return [op];
}

/** Carries out what was decided. */
export function evolveSettings(records: Records<object>, effect: SettingsOp, { userId }: OpStamp): void {
  const settings = settingsOf(records);
  records.set(SETTINGS, { ...settings, ...changeOf(settings, effect, userId) } satisfies Settings);
}

function changeOf({ epoch = 0 }: Settings, effect: SettingsOp, userId: string): Partial<Settings> {
  if (effect.t === "withdraw") return { epoch: epoch + 1 };
  return effect.t === "own" ? { owner: userId } : { everyone: effect.everyone };
}
