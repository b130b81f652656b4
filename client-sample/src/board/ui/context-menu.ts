import type { CommandName, Editor, Point } from "../words.ts";
import { Menu, type MenuEntry } from "./menu.ts";

/** How far beside a shape one may point, in pixels. */
const REACH = 8;
/** A finger that stays so long, in ms, asks for the menu. Where the browser has a longer press of its own, that comes too late. */
const LONG_PRESS_MS = 550;
/** A finger trembles by so much, in pixels. */
const SLOP = 10;

/** What a right click, the menu key or a long press offers: what can be done with what is there. */
export function openContextMenu(editor: Editor, stage: HTMLElement, onPaste: () => void): void {
  const menu = new Menu("What can be done here");
  const openAt = (at: Point): void => {
    selectAt(editor, at, stage);
    menu.open(at, entriesOf(editor, onPaste));
  };
  stage.addEventListener("contextmenu", (event) => {
    if (isWritten(event.target)) return; // the browser's own menu is of more use in a text
    event.preventDefault();
    openAt({ x: event.clientX, y: event.clientY });
  });
  stage.addEventListener("keydown", (event) => {
    if (event.key !== "F10" || !event.shiftKey) return;
    event.preventDefault();
    openAt(middleOfSelection(editor, stage));
  });
  onLongPress(stage, {
    isWanted: () => editor.tool === "select",
    onPress: openAt,
    onLifted: (at) => menu.isOpen || openAt(at), // browsers close it when a press ends that has not begun in it
  });
}

interface LongPress {
  readonly isWanted: () => boolean;
  readonly onPress: (at: Point) => void;
  /** The finger is gone, and the browser has done what it does then. */
  readonly onLifted: (at: Point) => void;
}

/** A press that neither moves nor ends for a while. The rest of it is no gesture of a tool. */
function onLongPress(stage: HTMLElement, { isWanted, onPress, onLifted }: LongPress): void {
  let timer = 0;
  let isLong = false;
  let start: Point & { readonly id: number } = { x: 0, y: 0, id: -1 };
  const end = (): void => window.clearTimeout(timer);
  stage.addEventListener("pointerdown", ({ pointerType, pointerId, clientX, clientY, isPrimary, target }) => {
    end();
    isLong = false;
    if (pointerType !== "touch" || !isPrimary || !isWanted() || isWritten(target)) return;
    start = { x: clientX, y: clientY, id: pointerId };
    timer = window.setTimeout(() => {
      stage.dispatchEvent(new PointerEvent("pointercancel", { pointerId, pointerType, bubbles: true }));
      isLong = true;
      onPress(start);
    }, LONG_PRESS_MS);
  });
  stage.addEventListener("pointermove", ({ pointerId, clientX, clientY }) => {
    const hasMoved = Math.hypot(clientX - start.x, clientY - start.y) > SLOP;
    if (pointerId === start.id && hasMoved) end();
  });
  for (const type of ["pointerup", "pointercancel"]) stage.addEventListener(type, end);
  stage.addEventListener("pointerup", ({ pointerId }) => {
    if (isLong && pointerId === start.id) setTimeout(() => onLifted(start));
    isLong = false;
  });
}

function selectAt(editor: Editor, at: Point, stage: HTMLElement): void {
  const { scene, camera } = editor;
  const { left, top } = stage.getBoundingClientRect();
  const item = scene.at(camera.toBoard({ x: at.x - left, y: at.y - top }), REACH / camera.zoom);
  if (item && !editor.selection.includes(item.id)) editor.select([item.id]);
}

function middleOfSelection(editor: Editor, stage: HTMLElement): Point {
  const { left, top, width, height } = stage.getBoundingClientRect();
  const item = editor.scene.get(editor.selection[0] ?? "");
  const at = item && editor.camera.toScreen(item.pos);
  return at ? { x: left + at.x, y: top + at.y } : { x: left + width / 2, y: top + height / 2 };
}

function entriesOf(editor: Editor, onPaste: () => void): readonly MenuEntry[] {
  return editor.selection.length > 0 ? forSelection(editor, onPaste) : forBoard(editor, onPaste);
}

function forSelection(editor: Editor, onPaste: () => void): readonly MenuEntry[] {
  const { canEdit, selection, scene } = editor;
  const isLocked = selection.some((id) => scene.get(id)?.isLocked);
  const run = (label: string, command: CommandName, keys?: string): MenuEntry => ({
    label,
    keys,
    isEnabled: canEdit || command === "copy" || command.startsWith("export") || command.startsWith("zoom"),
    onChoose: () => editor.run(command),
  });
  return [
    run("Copy", "copy", "Mod+C"),
    run("Cut", "cut", "Mod+X"),
    { label: "Paste", keys: "Mod+V", onChoose: onPaste, isEnabled: canEdit },
    run("Duplicate", "duplicate", "Mod+D"),
    "line",
    run("To the front", "toFront", "Shift+]"),
    run("Forward", "forward", "]"),
    run("Backward", "backward", "["),
    run("To the back", "toBack", "Shift+["),
    "line",
    isLocked ? run("Unlock", "unlock", "Mod+Shift+L") : run("Lock", "lock", "Mod+Shift+L"),
    run("Show the selection", "zoomToSelection", "Shift+2"),
    run("Export as PNG", "exportPng"),
    run("Export as SVG", "exportSvg"),
    "line",
    {
      label: "Delete",
      keys: "Delete",
      onChoose: () => editor.run("delete"),
      isEnabled: canEdit && !isLocked,
      isDanger: true,
    },
  ];
}

function forBoard(editor: Editor, onPaste: () => void): readonly MenuEntry[] {
  const isFilled = editor.scene.count > 0;
  return [
    { label: "Paste", keys: "Mod+V", onChoose: onPaste, isEnabled: editor.canEdit },
    { label: "Select all", keys: "Mod+A", onChoose: () => editor.run("selectAll"), isEnabled: isFilled },
    "line",
    { label: "Show everything", keys: "Shift+1", onChoose: () => editor.run("zoomToFit"), isEnabled: isFilled },
    { label: "Full size", keys: "Mod+0", onChoose: () => editor.run("zoomReset") },
    "line",
    { label: "Export as PNG", onChoose: () => editor.run("exportPng"), isEnabled: isFilled },
    { label: "Export as SVG", onChoose: () => editor.run("exportSvg"), isEnabled: isFilled },
  ];
}

function isWritten(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}
