/** The words for what lies on a board: shapes, and what is done to them. */

/** The groups of a shape's properties. A group is what the last writer wins as a whole. */
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

/** Seqs of the last writes of a shape's groups. */
export type Revs = Readonly<Partial<Record<BoardGroup | "rich", number>>>;

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

/** Makes a shape under an id that was never used. */
export interface CreateOp {
  readonly t: "create";
  readonly id: string;
  readonly type: string;
  readonly g: Readonly<Partial<BoardGroups>>;
}

/** Writes a group of a shape; with `ifRev` only where that group was last written at that seq. */
export type SetOp<G extends BoardGroup = BoardGroup> = {
  readonly [Name in G]: {
    readonly t: "set";
    readonly id: string;
    readonly g: Name;
    readonly v: BoardGroups[Name];
    readonly ifRev?: number | undefined;
  };
}[G];

/** Takes a group away; with `ifRev` as in a {@link SetOp}. */
export interface UnsetOp {
  readonly t: "unset";
  readonly id: string;
  /** "rich": the whole text. */
  readonly g: BoardGroup | "rich";
  readonly ifRev?: number | undefined;
}

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

/** What is done to a shape. */
export type ShapeOp = CreateOp | SetOp | UnsetOp | DeleteOp | RestoreOp | RichOp;

/** A group as it will be when it was written down and read again: there is no -0 then. */
export function asWritten<V>(value: V): V {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return value;
  if (!Object.values(value).some((one) => Object.is(one, -0))) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, one === 0 ? 0 : one])) as V; // the same names
}

/** Whether a record is a shape that is there. */
export function isShape(record: object | undefined): record is Shape {
  return record !== undefined && "g" in record;
}

/** Whether a record is what is left of a shape. */
export function isGone(record: object | undefined): record is Gone {
  return record !== undefined && "gone" in record;
}
