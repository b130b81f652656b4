import type { Status } from "../../../src/client/client.ts";
import type { Engine } from "./engine.ts";
import type { BoardSession } from "./session/board-session.ts";
import type { Item, Point, Role, ToolName } from "./words.ts";

/**
 * `window.boardDebug`: what tests and curious visitors may read of the page. It changes nothing, and no part of the page reads
 * it.
 */
export interface BoardDebug {
  readonly status: Status;
  readonly role: Role | undefined;
  /** Pushes that are not on the server's disk. */
  readonly unsaved: number;
  readonly isPersistent: boolean;
  /** Whether the document has come. */
  readonly isLive: boolean;
  /** Last entry of the history that is here. */
  readonly seq: number;
  readonly sessionId: string | undefined;
  readonly people: number;
  readonly count: number;
  readonly tool: ToolName;
  readonly selection: readonly string[];
  readonly camera: { readonly zoom: number; readonly view: { x: number; y: number; w: number; h: number } };
  /** Every shape from bottom to top, drafts included. */
  shapes(): readonly DebugShape[];
  /** Where a place of the board is in the window, in CSS pixels. */
  toScreen(point: Point): Point;
  /** Resolves with the first picture that shows everything as it is. */
  settled(): Promise<void>;
  /** All records of the document, those that are no shapes too, as plain data. */
  records(): readonly (readonly [string, unknown])[];
}

/** A shape as tests see it. */
export type DebugShape = Pick<Item, "id" | "kind" | "pos" | "size" | "style" | "z" | "isLocked"> & {
  readonly text: string | undefined;
  readonly geomBytes: number;
  readonly richUpdates: number;
};

declare global {
  interface Window {
    readonly boardDebug: BoardDebug;
  }
}

/** Puts {@link BoardDebug} on the window. */
export function exposeBoardDebug(session: BoardSession, { editor, settled }: Engine, stage: HTMLElement): void {
  const { connection, document } = session;
  const { scene, camera } = editor;
  const handle: BoardDebug = {
    get status() {
      return connection.status;
    },
    get role() {
      return session.role;
    },
    get unsaved() {
      return document.unsaved;
    },
    get isPersistent() {
      return document.isPersistent;
    },
    get isLive() {
      return document.isLive;
    },
    get seq() {
      return document.seq;
    },
    get sessionId() {
      return connection.sessionId;
    },
    get people() {
      return session.people.length;
    },
    get count() {
      return scene.count;
    },
    get tool() {
      return editor.tool;
    },
    get selection() {
      return [...editor.selection];
    },
    get camera() {
      const { x, y, w, h } = camera.view;
      return { zoom: camera.zoom, view: { x, y, w, h } };
    },
    shapes: () => scene.all().map(plain),
    toScreen: (point) => {
      const { left, top } = stage.getBoundingClientRect();
      const { x, y } = camera.toScreen(point);
      return { x: left + x, y: top + y };
    },
    settled,
    records: () => [...document.entries()].map(([id, record]) => [id, structuredClone(record)] as const),
  };
  Object.defineProperty(window, "boardDebug", { value: Object.freeze(handle) });
}

function plain({ id, kind, pos, size, style, z, isLocked, shape }: Item): DebugShape {
  return {
    id,
    kind,
    pos: { ...pos },
    size: { ...size },
    style: { ...style },
    z,
    isLocked,
    text: shape.g.text,
    geomBytes: shape.g.geom?.byteLength ?? 0,
    richUpdates: shape.rich?.length ?? 0,
  };
}
