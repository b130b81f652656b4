import { element } from "../../ui/dom.ts";
import { clamp, holds } from "../model/geometry.ts";
import type { Box, Camera, Scene } from "../words.ts";

/** So often the shapes are drawn anew while they change, in ms: an overview may be late. */
const SHAPES_EVERY_MS = 600;
/** Beyond so many shapes only every second, third, ... is drawn: none can be told from another. */
const MAX_DRAWN = 4000;
/** Around what is there, as a share of it. */
const MARGIN = 0.08;
/** Between the frame of what is seen and the edge of the map, in pixels. */
const INSET = 3;

/** All of the board in small, and what of it is seen. A press or a drag leads there. */
export class Minimap {
  readonly #scene: Scene;
  readonly #camera: Camera;
  readonly #root = element("minimap", HTMLElement);
  readonly #canvas: HTMLCanvasElement;
  readonly #shapes = document.createElement("canvas");
  #area: Box | undefined;
  #timer = 0;
  #frame = 0;

  constructor(scene: Scene, camera: Camera) {
    this.#scene = scene;
    this.#camera = camera;
    const canvas = this.#root.querySelector("canvas");
    if (!canvas) throw new Error("index.html lacks the canvas of #minimap");
    this.#canvas = canvas;
    scene.onChange(() => this.#later());
    camera.onChange(() => this.#show());
    new ResizeObserver(() => this.redraw()).observe(this.#root);
    this.#listen();
    this.redraw();
  }

  /** Draws everything anew: the colours are others. */
  redraw(): void {
    window.clearTimeout(this.#timer);
    this.#timer = 0;
    this.#drawShapes();
    this.#show();
  }

  #later(): void {
    if (this.#timer === 0) this.#timer = window.setTimeout(() => this.redraw(), SHAPES_EVERY_MS);
  }

  #show(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const bounds = this.#scene.bounds;
      this.#root.hidden = !bounds || holds(this.#camera.view, bounds);
      if (!this.#root.hidden) this.#drawView();
    });
  }

  #drawShapes(): void {
    const bounds = this.#scene.bounds;
    this.#area = bounds && widened(bounds);
    const pen = this.#sized(this.#shapes);
    if (!this.#area || !pen) return;
    const items = this.#scene.all();
    const step = Math.ceil(items.length / MAX_DRAWN);
    const place = this.#placing(this.#area);
    pen.fillStyle = getComputedStyle(this.#root).getPropertyValue("--muted");
    pen.globalAlpha = 0.45;
    for (let at = 0; at < items.length; at += step) {
      const item = items[at];
      if (!item) continue;
      const { x, y, w, h } = place(item.bounds);
      pen.fillRect(x, y, Math.max(w, 1.5), Math.max(h, 1.5));
    }
  }

  #drawView(): void {
    const pen = this.#sized(this.#canvas);
    if (!this.#area || !pen) return;
    pen.save();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    if (this.#shapes.width > 0) pen.drawImage(this.#shapes, 0, 0);
    pen.restore();
    const { x, y, w, h } = this.#within(this.#placing(this.#area)(this.#camera.view));
    pen.strokeStyle = getComputedStyle(this.#root).getPropertyValue("--accent");
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(x, y, w, h, 3);
    pen.stroke();
  }

  /** The part of a box that lies on the map, so that its frame is seen on all sides. */
  #within({ x, y, w, h }: Box): Box {
    const { clientWidth, clientHeight } = this.#root;
    const left = clamp(x, INSET, clientWidth - INSET);
    const top = clamp(y, INSET, clientHeight - INSET);
    const right = clamp(x + w, INSET, clientWidth - INSET);
    const bottom = clamp(y + h, INSET, clientHeight - INSET);
    return { x: left, y: top, w: Math.max(right - left, INSET), h: Math.max(bottom - top, INSET) };
  }

  /** A canvas of the size of the map, empty. */
  #sized(canvas: HTMLCanvasElement): CanvasRenderingContext2D | undefined {
    const { clientWidth, clientHeight } = this.#root;
    canvas.width = Math.round(clientWidth * devicePixelRatio);
    canvas.height = Math.round(clientHeight * devicePixelRatio);
    const pen = canvas.getContext("2d") ?? undefined;
    pen?.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    return pen;
  }

  #scale({ w, h }: Box): number {
    return Math.min(this.#root.clientWidth / w, this.#root.clientHeight / h);
  }

  #placing(area: Box): (box: Box) => Box {
    const scale = this.#scale(area);
    const left = (this.#root.clientWidth - area.w * scale) / 2;
    const top = (this.#root.clientHeight - area.h * scale) / 2;
    return ({ x, y, w, h }) => ({
      x: left + (x - area.x) * scale,
      y: top + (y - area.y) * scale,
      w: w * scale,
      h: h * scale,
    });
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#go(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (canvas.hasPointerCapture(event.pointerId)) this.#go(event);
    });
  }

  /** What was pointed at comes to the middle. */
  #go({ clientX, clientY }: PointerEvent): void {
    const area = this.#area;
    if (!area) return;
    const { left, top } = this.#canvas.getBoundingClientRect();
    const scale = this.#scale(area);
    const { x, y, w, h } = this.#placing(area)(this.#camera.view);
    const { zoom } = this.#camera;
    const [dx, dy] = [clientX - left - (x + w / 2), clientY - top - (y + h / 2)];
    this.#camera.panBy((-dx / scale) * zoom, (-dy / scale) * zoom);
  }
}

function widened({ x, y, w, h }: Box): Box {
  const margin = Math.max(w, h, 1) * MARGIN;
  return { x: x - margin, y: y - margin, w: w + 2 * margin, h: h + 2 * margin };
}
