import type { BoardOp } from "../../../rooms/whiteboard/rules/board.ts";
import { systemClock } from "../../../src/clock/clock.ts";
import { element } from "../ui/dom.ts";
import { BoardCanvas } from "./canvas/board-canvas.ts";
import { BoardCamera } from "./canvas/camera.ts";
import { BoardClipboard } from "./commands/clipboard.ts";
import { OthersDrafts } from "./drafts/others-drafts.ts";
import { type BoardEditor, openEditor } from "./editor/editor.ts";
import { openFirstLook } from "./first-look.ts";
import { PastStage } from "./history/past-stage.ts";
import { ImageCache } from "./images/image-cache.ts";
import { ImageIntake } from "./images/image-intake.ts";
import { openInput } from "./input/input.ts";
import { centreOf } from "./model/geometry.ts";
import { type BoardScene, openScene } from "./scene/scene.ts";
import type { BoardSession, ImageTicket } from "./session/board-session.ts";
import { refitted } from "./text/fit.ts";
import { canvasMeasure } from "./text/measure.ts";
import { preloadTextEditor } from "./text/text-editor.ts";
import { Writing } from "./text/writing.ts";
import { announce } from "./ui/announcer.ts";
import { exportAs } from "./ui/exports.ts";
import type { Theme } from "./ui/theme.ts";
import type { Item, Point, Say, Stop } from "./words.ts";

/** What the board itself needs of the page. */
export interface EngineParts {
  readonly session: BoardSession;
  readonly theme: Theme;
  readonly say: Say;
}

/** The board itself: what is on it, how it is seen, and the hand that changes it. */
export interface Engine {
  readonly scene: BoardScene;
  readonly camera: BoardCamera;
  readonly editor: BoardEditor;
  /** Shows the board as it was. */
  readonly past: PastStage;
  /** Lets the person choose a picture of this device. */
  chooseImage(): void;
  /** Pastes for those who have no keyboard. */
  paste(): void;
  /** Resolves with the first picture that shows everything as it is. */
  settled(): Promise<void>;
}

/** Opens the board itself in the stage of the page. */
export function openEngine({ session, theme, say }: EngineParts): Engine {
  const { document, connection, server } = session;
  const { ephemeral } = connection;
  const stage = element("stage", HTMLElement);
  const canvas = element("canvas", HTMLCanvasElement);
  const clock = systemClock("foreground");
  const measure = canvasMeasure();
  const images = new ImageCache({ server });
  const scene = openScene(document);
  const camera = openCamera(scene);
  const picture = new BoardCanvas({ element: canvas, scene, camera, measure, imageFor: images.imageFor });
  images.onReady((hash) => picture.showImage(hash));
  connection.onStatus((status) => {
    if (status === "online") images.retry();
  });

  const writing = new Writing({ document, scene, camera, host: stage, say, measure }, picture);
  const showOther = (): void => {
    writing.close();
    editor.select([]);
    editor.rightsChanged();
  };
  const past = new PastStage({ scene, picture, onChange: showOther });
  const rights = { role: () => session.role, isPast: () => past.isShown };
  const exportNow = (format: "png" | "svg"): boolean => {
    const chosen = new Set(editor.selection);
    const items = scene.all().filter(({ id }) => chosen.size === 0 || chosen.has(id));
    void exportAs(format, { items, theme: nameOf(theme), measure, server, name: session.boardId, say });
    return items.length > 0;
  };
  const commands = { exportPng: () => exportNow("png"), exportSvg: () => exportNow("svg") };
  const editText = (id: string): void => writing.open(id);
  const refit = (item: Item): readonly BoardOp[] => refitted(item, measure);
  const editor = openEditor({ document, scene, camera, say, clock, ephemeral, ...rights, refit, editText, commands });
  const input = openInput({ editor, canvas, announce });
  const requestTicket = (bytes: number): Promise<ImageTicket> => session.imageTicket(bytes);
  const intake = new ImageIntake({ editor, connection, requestTicket, server, host: stage, say });
  const pasteImage = (file: Blob, at: Point): void => void intake.paste(file, at);
  const clipboard = new BoardClipboard({ desk: editor, canvas, place: () => input.place(), pasteImage });
  new OthersDrafts({ ephemeral, scene, document, clock, everyFrame });
  session.onChange(() => editor.rightsChanged());
  showOn(picture, editor, theme);
  preloadWhenOpen(session);
  openFirstLook({ session, scene, camera });
  const middle = (): Point => centreOf(camera.view);
  const hand = { chooseImage: () => intake.choose(middle), paste: () => void clipboard.paste() };
  return { scene, camera, editor, past, ...hand, settled: () => picture.settled() };
}

function openCamera(scene: BoardScene): BoardCamera {
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  return new BoardCamera({
    bounds: () => scene.bounds,
    nextFrame: (run) => void requestAnimationFrame(run),
    isStill: () => still.matches,
  });
}

/** Nobody writes before the board has come; until then all time is for that. */
function preloadWhenOpen(session: BoardSession): void {
  const stop = session.onChange(() => {
    if (!session.document.isLive) return;
    stop();
    requestIdleCallback?.(() => void preloadTextEditor().catch(() => {})); // it is loaded again when it is needed
  });
}

/** What the person has chosen is seen on the board. */
function showOn(picture: BoardCanvas, editor: BoardEditor, theme: Theme): void {
  const show = (): void => {
    picture.selection = editor.selection;
  };
  editor.onChange(show);
  editor.marks.onChange(() => {
    picture.marquee = editor.marks.marquee;
    picture.erasing = editor.marks.erasing;
  });
  const dress = (): void => {
    picture.theme = nameOf(theme);
  };
  theme.onChange(dress);
  dress();
  show();
}

function nameOf({ isDark }: Theme): "light" | "dark" {
  return isDark ? "dark" : "light";
}

/** Runs something before each frame, until stopped. */
function everyFrame(run: () => void): Stop {
  let frame = requestAnimationFrame(function again() {
    frame = requestAnimationFrame(again);
    run();
  });
  return () => cancelAnimationFrame(frame);
}
