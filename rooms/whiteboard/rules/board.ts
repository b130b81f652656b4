/**
 * What operations on a board come to. A shape's properties lie in groups; a group is what the last writer wins as a whole, in
 * the order of the server. Deletes stay deleted until a restore. Coordinates are absolute, so place and parent never
 * contradict one another. Pure; the same on the server and in clients.
 */
import {
  type OpDocument,
  OpRefused,
  type OpStamp,
  type RecordChange,
  type RecordReader,
  type Records,
} from "../../../src/document/document.ts";

/** The groups of a shape's properties. */
export interface BoardGroups {
  /** Centre in the plane of the board, and rotation in radians. */
  readonly pos: { readonly x: number; readonly y: number; readonly r: number };
  readonly size: { readonly w: number; readonly h: number };
  /** The shape that holds it, or null, and its place among its siblings: keys that sort as text. */
  readonly tree: { readonly parentId: string | null; readonly index: string };
  /** Colour, width, font and the like, by name. */
  readonly style: Readonly<Record<string, string | number | boolean>>;
  /** The points of a stroke, a line or an arrow, packed. */
  readonly geom: Uint8Array;
  /** What an image shows: the name of its content, and its own size in pixels. */
  readonly image: { readonly hash: string; readonly w: number; readonly h: number };
  /** A locked shape stays as it is; one that an owner locked is unlocked by owners only. */
  readonly lock: { readonly by: "editor" | "owner" };
  readonly text: string;
  /** Whatever else a client keeps with a shape, by name. */
  readonly meta: Readonly<Record<string, string | number | boolean>>;
}

/** Name of a group. */
export type BoardGroup = keyof BoardGroups;

/** A shape on the board. */
export interface Shape {
  /** What kind of shape; the board does not care. */
  readonly type: string;
  readonly g: Readonly<Partial<BoardGroups>>;
  /** Seq of the last write, by group. */
  readonly rev: Revs;
  /** Rich text as Yjs updates, in the order in which they came. */
  readonly rich?: readonly Uint8Array[];
  /** User who made it, empty for somebody without a token, and when, in ms since 1970. */
  readonly by: string;
  readonly at: number;
}

/** What is left of a deleted shape: its id is never used again but by a restore. */
export interface Gone {
  /** Seq of the delete. */
  readonly gone: number;
}

/** A record of a board. */
export type BoardRecord = Shape | Gone;

/** Makes a shape under an id that was never used. */
export interface CreateOp {
  readonly t: "create";
  readonly id: string;
  readonly type: string;
  readonly g: Readonly<Partial<BoardGroups>>;
}

/** Writes a group of a shape; with `ifRev` only where that group was last written at that seq. */
export type SetOp = {
  readonly [G in BoardGroup]: {
    readonly t: "set";
    readonly id: string;
    readonly g: G;
    readonly v: BoardGroups[G];
    readonly ifRev?: number | undefined;
  };
}[BoardGroup];

/** Takes a group away; with `ifRev` as in a {@link SetOp}. */
export interface UnsetOp {
  readonly t: "unset";
  readonly id: string;
  readonly g: BoardGroup;
  readonly ifRev?: number | undefined;
}

/** Seqs of the last writes of a shape's groups. */
export type Revs = Readonly<Partial<Record<BoardGroup | "rich", number>>>;

/** Deletes a shape; with `ifRevs` only where these are its groups and their last writes. */
export interface DeleteOp {
  readonly t: "del";
  readonly id: string;
  readonly ifRevs?: Revs | undefined;
}

/** Brings a deleted shape back, as it is given; with `ifRev` only where that very delete is the last. */
export interface RestoreOp {
  readonly t: "restore";
  readonly id: string;
  readonly type: string;
  readonly g: Readonly<Partial<BoardGroups>>;
  readonly rich?: readonly Uint8Array[] | undefined;
  readonly ifRev?: number | undefined;
}

/** Adds a Yjs update to the rich text of a shape. */
export interface RichOp {
  readonly t: "y";
  readonly id: string;
  readonly u: Uint8Array;
}

/** An operation on a board, and what it comes to. */
export type BoardOp = CreateOp | SetOp | UnsetOp | DeleteOp | RestoreOp | RichOp;

/** Most shapes that a shape may lie in, one in another. */
const MAX_DEPTH = 64;

/** Most updates of one rich text. */
export const MAX_RICH_UPDATES = 10_000;

/** Whether a record is a shape that is there. */
export function isShape(record: BoardRecord | undefined): record is Shape {
  return record !== undefined && !("gone" in record);
}

/** A board as a document. */
export const board: OpDocument<BoardOp, BoardRecord> = { apply, evolve, invert };

/** @throws OpRefused for an unknown id, an id that was used, a parent that is not there or is inside of the shape itself */
function apply(records: RecordReader<BoardRecord>, op: BoardOp): readonly BoardOp[] {
  const record = records.get(op.id);
  if (op.t === "create") {
    if (record) throw new OpRefused("INVALID", `The id "${op.id}" was used before.`);
    return [withParent(records, op)];
  }
  if (!record) throw new OpRefused("INVALID", `There is no shape "${op.id}".`);
  if (op.t === "restore") {
    const isWanted = !isShape(record) && !isStale(op.ifRev, record.gone);
    return isWanted ? [withParent(records, op)] : [];
  }
  return isShape(record) ? applyToShape(records, record, op) : []; // it was deleted meanwhile, and stays so
}

function applyToShape(
  records: RecordReader<BoardRecord>,
  shape: Shape,
  op: SetOp | UnsetOp | DeleteOp | RichOp,
): readonly BoardOp[] {
  if (op.t === "del") return op.ifRevs && !isSame(op.ifRevs, shape.rev) ? [] : [op];
  if (op.t === "y") return [withinBound(op, shape)];
  const isNothing = op.t === "unset" && shape.g[op.g] === undefined;
  if (isNothing || isStale(op.ifRev, shape.rev[op.g] ?? 0)) return [];
  return [op.t === "set" && op.g === "tree" ? withOwnParent(records, op) : op];
}

/** @throws OpRefused where the text has as many updates as it may */
function withinBound(op: RichOp, { rich = [] }: Shape): RichOp {
  if (rich.length >= MAX_RICH_UPDATES) throw new OpRefused("TOO_LARGE", "This text is full.");
  return op;
}

function evolve(records: Records<BoardRecord>, effect: BoardOp, stamp: OpStamp): void {
  const shape = records.get(effect.id);
  if (effect.t === "del") records.set(effect.id, { gone: stamp.seq });
  else if (effect.t === "create" || effect.t === "restore") records.set(effect.id, newShape(effect, stamp));
  else if (isShape(shape)) records.set(effect.id, changed(shape, effect, stamp.seq));
}

function newShape(effect: CreateOp | RestoreOp, { seq, userId, ts }: OpStamp): Shape {
  const { type, g } = effect;
  const rich = effect.t === "restore" ? effect.rich : undefined;
  const rev = Object.fromEntries([...Object.keys(g), ...(rich ? ["rich"] : [])].map((group) => [group, seq]));
  return { type, g, rev, ...(rich && { rich }), by: userId, at: ts };
}

function changed(shape: Shape, effect: SetOp | UnsetOp | RichOp, seq: number): Shape {
  if (effect.t === "unset") return { ...shape, g: without(shape.g, effect.g), rev: without(shape.rev, effect.g) };
  if (effect.t === "y") {
    return { ...shape, rich: [...(shape.rich ?? []), effect.u], rev: { ...shape.rev, rich: seq } };
  }
  return { ...shape, g: { ...shape.g, [effect.g]: effect.v }, rev: { ...shape.rev, [effect.g]: seq } };
}

/** What undoes a change: made for what the author's own push did, and empty where somebody else has changed it since. */
function invert({ id, before, after }: RecordChange<BoardRecord>): readonly BoardOp[] {
  if (!after) return [];
  if (!isShape(after)) {
    if (!isShape(before)) return [];
    const { type, g, rich } = before;
    return [{ t: "restore", id, type, g, ...(rich && { rich }), ifRev: after.gone }];
  }
  if (!isShape(before)) return [{ t: "del", id, ifRevs: after.rev }];
  const groups = new Set([...Object.keys(before.g), ...Object.keys(after.g)] as BoardGroup[]); // keys of shapes
  return [...groups].filter((g) => before.rev[g] !== after.rev[g]).map((g) => writeBack(id, g, before, after));
}

/** Writes back what a group was before, or takes it away again. */
function writeBack(id: string, g: BoardGroup, before: Shape, after: Shape): BoardOp {
  const v = before.g[g];
  const ifRev = after.rev[g] ?? 0;
  return v === undefined ? { t: "unset", id, g, ifRev } : ({ t: "set", id, g, v, ifRev } as SetOp); // v is that group's
}

function without<T extends object>(groups: T, group: keyof T): T {
  const { [group]: _, ...others } = groups;
  return others as T; // only what may be missing is taken away
}

function isStale(ifRev: number | undefined, rev: number): boolean {
  return ifRev !== undefined && ifRev !== rev;
}

function isSame(one: Revs, other: Revs): boolean {
  const groups = Object.keys(one) as (keyof Revs)[]; // Object.keys forgets the keys' type
  return groups.length === Object.keys(other).length && groups.every((group) => one[group] === other[group]);
}

function withOwnParent(records: RecordReader<BoardRecord>, op: SetOp & { readonly g: "tree" }): SetOp {
  const parentId = parentFor(records, op.id, op.v.parentId);
  return parentId === op.v.parentId ? op : { ...op, v: { ...op.v, parentId } };
}

function withParent<O extends CreateOp | RestoreOp>(records: RecordReader<BoardRecord>, op: O): O {
  const tree = op.g.tree;
  if (!tree) return op;
  const parentId = parentFor(records, op.id, tree.parentId);
  return parentId === tree.parentId ? op : { ...op, g: { ...op.g, tree: { ...tree, parentId } } };
}

/**
 * The parent that a shape may have: none, where the one that was asked for was deleted meanwhile.
 *
 * @throws OpRefused where it never was, or lies inside of the shape
 */
function parentFor(records: RecordReader<BoardRecord>, id: string, parentId: string | null): string | null {
  if (parentId === null) return null;
  const parent = records.get(parentId);
  if (!parent) throw new OpRefused("INVALID", `There is no shape "${parentId}" to put it into.`);
  if (!isShape(parent)) return null;
  let depth = 0;
  for (let above: string | null = parentId; above !== null; depth++) {
    if (above === id) throw new OpRefused("INVALID", `"${id}" would lie inside of itself.`);
    if (depth === MAX_DEPTH) throw new OpRefused("INVALID", `Shapes lie in one another at most ${MAX_DEPTH} deep.`);
    const record = records.get(above);
    above = isShape(record) ? (record.g.tree?.parentId ?? null) : null;
  }
  return parentId;
}
