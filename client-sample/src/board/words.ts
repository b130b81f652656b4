/**
 * The words of the board page: what its parts say to one another. Lengths and places are in units of the board (one unit is
 * one CSS pixel at zoom 1), angles in radians, y downwards. "Screen" is CSS pixels from the top left of the canvas.
 */
import type { BoardGroups, BoardOp, BoardRecord, Shape } from "../../../rooms/whiteboard/rules/board.ts";
import type { SharedDocument } from "../../../src/client/client.ts";

/** The document of a board. */
export type BoardDocument = SharedDocument<BoardOp, BoardRecord>;

/** Ends a subscription. */
export type Stop = () => void;

/** A place on the board or the screen. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle with its sides along the axes, by its top left. */
export interface Box extends Point {
  readonly w: number;
  readonly h: number;
}

/** The kinds of shapes that this page makes; a shape of another kind is shown as a plain frame and otherwise left alone. */
export type Kind = "stroke" | "rect" | "ellipse" | "line" | "arrow" | "note" | "text" | "image";

/** Colours by name, so that they fit a light and a dark board; "none" is for fills. */
export type Colour = "ink" | "grey" | "red" | "orange" | "yellow" | "green" | "teal" | "blue" | "violet" | "pink";

/** What the `style` group of a shape may hold. What is missing has the default of the kind. */
export interface ShapeStyle {
  readonly color: Colour;
  readonly fill: Colour | "none";
  /** Of a stroke or an outline. */
  readonly width: number;
  readonly dash: "solid" | "dashed" | "dotted";
  /** Height of a letter. */
  readonly fontSize: number;
  readonly align: "left" | "center" | "right";
}

/** A shape as the page shows it: the record, and what follows from it. Never changed in place. */
export interface Item {
  readonly id: string;
  readonly kind: Kind | "unknown";
  readonly shape: Shape;
  /** Centre and rotation. */
  readonly pos: BoardGroups["pos"];
  /** Before it is rotated. */
  readonly size: BoardGroups["size"];
  readonly style: ShapeStyle;
  /** What it may cover on the board, rotated and with its outline. */
  readonly bounds: Box;
  /** Place in the order from bottom to top: `tree.index`; equal ones are ordered by id. */
  readonly z: string;
  readonly isLocked: boolean;
}

/** A change of many shapes at once, as a gesture makes it. */
export type Transform =
  | { readonly t: "move"; readonly dx: number; readonly dy: number }
  /**
   * What lies in `from` comes to lie in `to`; a negative width or height mirrors. With `r` both boxes lie in the plane turned
   * by `r` about the origin of the board, as the frame of a rotated shape does.
   */
  | { readonly t: "resize"; readonly from: Box; readonly to: Box; readonly r?: number }
  | { readonly t: "rotate"; readonly about: Point; readonly by: number };

/**
 * What somebody is doing at this moment and has not pushed yet. It travels in the ephemeral lane, so it is plain, at most 4 kB,
 * and may be lost.
 */
export type Draft =
  | {
      readonly t: "transform";
      readonly ids: readonly string[];
      /** Of the shapes as they were when it began. */
      readonly transform: Transform;
      /** Where the first of them was then: what was pushed of a long gesture is not done twice by those who have that already. */
      readonly lead?: Pick<BoardGroups, "pos" | "size">;
    }
  /** A shape that is being drawn. `geom` as in the group; long strokes are sent in parts of their own, see {@link EphemeralByKey}. */
  | {
      readonly t: "shape";
      readonly id: string;
      readonly type: Kind;
      readonly g: Partial<Pick<BoardGroups, "pos" | "size" | "style" | "geom">>;
    };

/** Ephemeral values of this page by their key. */
export interface EphemeralByKey {
  readonly cursor: Point & { readonly tool: ToolName };
  /** What of the board this person sees; for those who follow. */
  readonly view: Box;
  /** At most 50. */
  readonly selection: readonly string[];
  readonly draft: Draft;
  /**
   * A part of a stroke that is being drawn: `x, y, pressure` of each point in a row, as `ink:0`, `ink:1`, ... of at most 100 points
   * each; only the last part still changes.
   */
  readonly [ink: `ink:${number}`]: {
    readonly id: string;
    readonly style: Partial<ShapeStyle>;
    readonly points: readonly number[];
  };
  /** The person is writing a message. */
  readonly typing: boolean;
}

/** The shapes of the board as they are to be seen, drafts of all people included. */
export interface Scene {
  get(id: string): Item | undefined;
  /** How many shapes there are. */
  readonly count: number;
  /** Shapes whose bounds touch a box, from bottom to top. */
  in(box: Box): readonly Item[];
  /** The topmost shape at a place; `reach` is how far beside it one may point, in units of the board. */
  at(point: Point, reach: number): Item | undefined;
  /** From bottom to top. */
  all(): readonly Item[];
  /** What all shapes cover together; undefined on an empty board. */
  readonly bounds: Box | undefined;
  /** Highest and lowest place in the order; undefined on an empty board. */
  readonly top: string | undefined;
  readonly bottom: string | undefined;
  /** The shape directly above, or below, in the whole order. */
  neighbour(id: string, side: "above" | "below"): Item | undefined;
  /** Tells where something looks different now. */
  onChange(listener: (damage: readonly Box[]) => void): Stop;
  /** Shows what a person is doing over what is there; undefined ends it. `owner` is "me" or a session id. */
  setDraft(owner: string, draft: Draft | undefined): void;
}

/** What of the board is seen, and how large. */
export interface Camera {
  /** Pixels of the screen for a unit of the board: 0.02 to 32. */
  readonly zoom: number;
  /** What is seen. */
  readonly view: Box;
  toBoard(screen: Point): Point;
  toScreen(board: Point): Point;
  /** Moves what is seen by pixels of the screen. */
  panBy(dx: number, dy: number): void;
  /** Zooms by a factor; the place of the board under `screen` stays there. */
  zoomAt(screen: Point, factor: number): void;
  /** Shows a box whole, with a margin; at most at zoom `maxZoom`, 1 unless it is given. Glides there unless `isInstant`. */
  show(box: Box, options?: { readonly maxZoom?: number; readonly isInstant?: boolean }): void;
  onChange(listener: () => void): Stop;
}

/** The tools, by name. */
export type ToolName = "select" | "hand" | "pen" | "eraser" | "rect" | "ellipse" | "line" | "arrow" | "note" | "text";

/** What the person has chosen, and what may be done with it. */
export interface Editor {
  readonly scene: Scene;
  readonly camera: Camera;
  readonly document: BoardDocument;
  /** Ids of the selected shapes that are there. */
  readonly selection: readonly string[];
  select(ids: readonly string[]): void;
  readonly tool: ToolName;
  setTool(tool: ToolName): void;
  /** How the next shape will look; setting it also changes what is selected. */
  readonly style: ShapeStyle;
  setStyle(style: Partial<ShapeStyle>): void;
  /** Why the board cannot be changed at the moment; undefined where it can. */
  readonly hindrance: Hindrance | undefined;
  /** Whether this person may change the board, now. */
  readonly canEdit: boolean;
  /** The same; where it is false, the person is told why. */
  checkEdit(): boolean;
  /** Runs a command by its name; says whether there was anything to do. */
  run(command: CommandName): boolean;
  /** Pushes ops as one step of undo; a refusal is told to the person. Does nothing where it may not edit. */
  push(ops: readonly BoardOp[]): void;
  /** Opens the text of a shape for writing. */
  editText(id: string): void;
  /** Tells of a change of the tool, the style, the selection or the rights. */
  onChange(listener: () => void): Stop;
}

/** What a key, a button or the menu can do. */
export type CommandName =
  | "undo"
  | "redo"
  | "delete"
  | "duplicate"
  | "copy"
  | "cut"
  | "selectAll"
  | "deselect"
  | "toFront"
  | "forward"
  | "backward"
  | "toBack"
  | "lock"
  | "unlock"
  | "zoomIn"
  | "zoomOut"
  | "zoomReset"
  | "zoomToFit"
  | "zoomToSelection"
  | "nudgeLeft"
  | "nudgeRight"
  | "nudgeUp"
  | "nudgeDown"
  | "exportPng"
  | "exportSvg";

/** Tells the person something at the edge of the page, for some seconds. */
export type Say = (message: string, kind?: "info" | "problem", action?: SayAction) => void;

/** What can be done about what is told. */
export interface SayAction {
  readonly label: string;
  readonly onChoose: () => void;
}

/** Somebody who has the board open. */
export interface Person {
  readonly sessionId: string;
  readonly userId: string;
  readonly name: string;
  /** Of the cursor and the avatar: CSS. */
  readonly color: string;
  readonly role: Role;
  readonly isMe: boolean;
}

/** Why a board cannot be changed: what this person may do is not known yet; is to look only; or it is the past that is shown. */
export type Hindrance = "opening" | "viewer" | "past";

/** What somebody may do on a board. */
export type Role = "owner" | "editor" | "viewer";
