/** The page that is measured: the canvas of the board over boards in memory. What it offers to the bench stands on `window`. */

import { BoardCanvas } from "../../../client-sample/src/board/canvas/board-canvas.ts";
import { BoardCamera } from "../../../client-sample/src/board/canvas/camera.ts";
import { encodeGeom } from "../../../client-sample/src/board/model/packed-points.ts";
import { type BoardScene, openScene } from "../../../client-sample/src/board/scene/scene.ts";
import { canvasMeasure } from "../../../client-sample/src/board/text/measure.ts";
import type { Draft, Point } from "../../../client-sample/src/board/words.ts";
import { MemoryBoard, mixedBoard, randomBy, shapeOf, strokeGroups } from "./boards.ts";

/** What a case came to. */
export interface Frames {
  /** Pictures a second. */
  readonly fps: number;
  /** From the beginning of a frame until the browser's main thread is free again, in ms. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
}

interface Opened {
  readonly painted: BoardCanvas;
  readonly scene: BoardScene;
  readonly camera: BoardCamera;
  readonly board: MemoryBoard;
}

/** What the bench runs. */
export interface Bench {
  /** Opens a board; returns ms until its scene is there and until its first whole picture is. */
  open(count: number, spacing: number): Promise<{ readonly sceneMs: number; readonly pictureMs: number }>;
  /** Pans to and fro for a time; at the zoom that shows all without one. */
  pan(durationMs: number, zoom?: number): Promise<Frames>;
  /** Zooms in and out. */
  zoom(durationMs: number): Promise<Frames>;
  /** So many shapes are selected and dragged about. */
  drag(durationMs: number, count: number): Promise<Frames>;
  /** People move shapes and draw. */
  crowd(durationMs: number, people: number): Promise<Frames>;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

const STROKES_PER_S = 20;
const canvas = document.querySelector("canvas");
if (!canvas) throw new Error("index.html lacks its canvas");
const element = canvas;
let opened: Opened | undefined;

function current(): Opened {
  if (!opened) throw new Error("no board was opened");
  return opened;
}

/** When the browser began with the frame, whoever has asked for it first. */
let frame = { atMs: 0, beganMs: 0 };
const request = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (run) =>
  request((atMs) => {
    if (atMs !== frame.atMs) frame = { atMs, beganMs: performance.now() };
    run(atMs);
  });

const nextFrame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** When the main thread has nothing left of this frame. */
function afterFrame(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve();
    port2.postMessage(0);
  });
}

async function measure(durationMs: number, each: (elapsedMs: number) => void): Promise<Frames> {
  const works: number[] = [];
  const beganMs = await nextFrame();
  let nowMs = beganMs;
  while (nowMs - beganMs < durationMs) {
    each(nowMs - beganMs);
    nowMs = await nextFrame();
    await afterFrame();
    works.push(performance.now() - frame.beganMs);
  }
  works.sort((one, other) => one - other);
  const at = (share: number): number => works[Math.floor((works.length - 1) * share)] ?? 0;
  return { fps: (works.length * 1000) / (nowMs - beganMs), p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}

window.bench = {
  async open(count, spacing) {
    const board = new MemoryBoard();
    board.put(mixedBoard(count, { spacing }));
    const beganMs = performance.now();
    const scene = openScene(board);
    const sceneMs = performance.now() - beganMs;
    const camera = new BoardCamera({ bounds: () => scene.bounds, nextFrame: requestAnimationFrame.bind(window) });
    const painted = new BoardCanvas({ element, scene, camera, measure: canvasMeasure(), imageFor: () => undefined });
    if (scene.bounds) camera.show(scene.bounds, { isInstant: true });
    opened = { painted, scene, camera, board };
    await painted.settled();
    await afterFrame();
    return { sceneMs, pictureMs: performance.now() - beganMs };
  },

  async pan(durationMs, zoom) {
    const { camera, scene } = current();
    if (scene.bounds) camera.show(scene.bounds, { isInstant: true });
    if (zoom !== undefined) camera.zoomAt({ x: 640, y: 400 }, zoom / camera.zoom);
    await measure(500, () => {});
    return measure(durationMs, (ms) => camera.panBy(12 * Math.sin(ms / 700), 7 * Math.cos(ms / 900)));
  },

  zoom(durationMs) {
    const { camera } = current();
    return measure(durationMs, (ms) => camera.zoomAt({ x: 600, y: 300 }, 1 + 0.03 * Math.sin(ms / 500)));
  },

  async drag(durationMs, count) {
    const { painted, scene } = current();
    const ids = scene
      .all()
      .slice(0, count)
      .map(({ id }) => id);
    painted.selection = ids;
    const frames = await measure(durationMs, (ms) => scene.setDraft("me", moveDraft(ids, ms)));
    scene.setDraft("me", undefined);
    painted.selection = [];
    await painted.settled();
    return frames;
  },

  crowd(durationMs, people) {
    const { scene, camera, board } = current();
    const random = randomBy(7);
    const { view } = camera;
    const ids = scene.in(view).map(({ id }) => id);
    const hands = Array.from({ length: people }, () => ({
      x: view.x + random() * view.w,
      y: view.y + random() * view.h,
    }));
    let strokes = 0;
    return measure(durationMs, (ms) => {
      // What the others do is shown moving on with every frame.
      hands.forEach((hand, person) => {
        const isDrawing = person % 2 === 0;
        const three = ids.slice(person * 3, person * 3 + 3);
        scene.setDraft(`person-${person}`, isDrawing ? inkDraft(hand, ms) : moveDraft(three, ms + person * 100));
      });
      for (; strokes < (ms * STROKES_PER_S) / 1000; strokes++) {
        const at = { x: view.x + random() * view.w, y: view.y + random() * view.h };
        const tree = { parentId: null, index: "z" };
        const shape = shapeOf("stroke", { ...strokeGroups(random, at), style: { color: "blue" }, tree });
        board.put([[`new-${strokes}`, shape]]);
      }
    });
  },
};

/** A stroke that grows for two seconds. */
function inkDraft({ x, y }: Point, ms: number): Draft {
  const count = 2 + Math.floor((ms % 2000) / 12);
  const points = Array.from({ length: count }, (_, n) => ({ x: x + n * 4, y: y + 60 * Math.sin(n / 9) }));
  return { t: "shape", id: `ink ${x}`, type: "stroke", g: { ...encodeGeom(points), style: { color: "red" } } };
}

function moveDraft(ids: readonly string[], ms: number): Draft {
  return { t: "transform", ids, transform: { t: "move", dx: Math.sin(ms / 400) * 80, dy: Math.cos(ms / 300) * 60 } };
}
