import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Desk } from "../tools/desk.ts";
import type { CommandName, Item } from "../words.ts";
import { copiesOf } from "./copies.ts";
import { deleteOps, lockOps, moveOps, unlockOps } from "./edits.ts";
import { type OrderCommand, orderOps } from "./order.ts";
import { zoomReset, zoomStep, zoomToFit, zoomToSelection } from "./view.ts";

/** What each command does; it says whether there was anything to do. */
export type CommandRunner = Readonly<Record<CommandName, () => boolean>>;

/** Copies lie so far beside what they are copies of, in pixels of the screen. */
const OFFSET = 24;

/** The commands of a desk. Exports are somebody else's. */
export function makeCommands(desk: Desk): CommandRunner {
  const change = (opsOf: (items: readonly Item[]) => readonly BoardOp[]): boolean => {
    if (!desk.canEdit || desk.selection.length === 0) return false;
    return desk.beginStep().push(opsOf(desk.changeable(desk.selection)));
  };
  const order = (command: OrderCommand) => () => change((items) => orderOps(desk.scene, items, command));
  const nudge = (x: number, y: number) => () => change((items) => moveOps(items, { x, y }));
  return {
    undo: () => turn(desk, "undo"),
    redo: () => turn(desk, "redo"),
    delete: () => change(deleteOps),
    duplicate: () => duplicate(desk),
    copy: () => desk.selection.length > 0 && document.execCommand("copy"),
    cut: () => desk.canEdit && desk.selection.length > 0 && document.execCommand("cut"),
    selectAll: () => selectAll(desk),
    deselect: () => deselect(desk),
    toFront: order("toFront"),
    forward: order("forward"),
    backward: order("backward"),
    toBack: order("toBack"),
    lock: () => lock(desk),
    unlock: () => unlock(desk),
    zoomIn: () => zoomStep(desk, "in"),
    zoomOut: () => zoomStep(desk, "out"),
    zoomReset: () => zoomReset(desk),
    zoomToFit: () => zoomToFit(desk),
    zoomToSelection: () => zoomToSelection(desk),
    nudgeLeft: nudge(-1, 0),
    nudgeRight: nudge(1, 0),
    nudgeUp: nudge(0, -1),
    nudgeDown: nudge(0, 1),
    exportPng: () => false,
    exportSvg: () => false,
  };
}

function turn(desk: Desk, direction: "undo" | "redo"): boolean {
  if (!desk.canEdit) return false;
  let hasTurned = false;
  desk.attempt(() => {
    hasTurned = desk.document[direction]() !== undefined;
  });
  return hasTurned;
}

function duplicate(desk: Desk): boolean {
  const items = selected(desk);
  const by = OFFSET / desk.camera.zoom;
  const { ops, ids } = copiesOf(items, desk.scene, { x: by, y: by });
  const isDone = desk.beginStep().push(ops);
  if (isDone) desk.select(ids);
  return isDone;
}

function selectAll(desk: Desk): boolean {
  desk.setTool("select");
  desk.select(desk.scene.all().map(({ id }) => id));
  return desk.selection.length > 0;
}

function deselect(desk: Desk): boolean {
  const isAny = desk.selection.length > 0;
  desk.select([]);
  return isAny;
}

/** Others cannot undo the lock of an owner. */
function lock(desk: Desk): boolean {
  const by = desk.role === "owner" ? "owner" : "editor";
  return desk.beginStep().push(lockOps(selected(desk), by));
}

function unlock(desk: Desk): boolean {
  return desk.beginStep().push(unlockOps(selected(desk)));
}

/** What is selected, from bottom to top, locked or not. */
function selected(desk: Desk): readonly Item[] {
  const ids = new Set(desk.selection);
  return desk.scene.all().filter(({ id }) => ids.has(id));
}
