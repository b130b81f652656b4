import type { Theme } from "../model/palette.ts";
import type { BoardScene } from "../scene/scene.ts";
import type { Measure } from "../text/measure.ts";
import type { Box, Stop } from "../words.ts";
import { Backdrop, type Lens } from "./backdrop.ts";
import type { Brush, ImageFor, Ink } from "./brush.ts";
import type { BoardCamera } from "./camera.ts";
import { CarriedLayer } from "./carried-layer.ts";
import { LiveLayer } from "./live-layer.ts";
import { prepare } from "./paint-item.ts";
import { type Glass, paintFrame, paintMarks, paintMarquee, paintSelection } from "./selection.ts";
import { Sharpness } from "./sharpness.ts";
import { TileCache } from "./tile-cache.ts";

/** What a canvas of a board is made of. */
export interface BoardCanvasParts {
  /** Fills its place on the page by its style; its pixels are set here. */
  readonly element: HTMLCanvasElement;
  readonly scene: BoardScene;
  readonly camera: BoardCamera;
  readonly measure: Measure;
  readonly imageFor: ImageFor;
}

/** Of a frame, for tiles, in ms: the rest is for putting the picture together and for the page. More while nothing moves. */
const TILE_BUDGET_MS = 6;
const ZOOMING_BUDGET_MS = 3;
const RESTING_BUDGET_MS = 14;
/** More pixels than twice those of CSS cost frames and are not seen. */
const MAX_PIXEL_RATIO = 2;
/** The owner of the drafts that lift what the eraser has passed. */
const ERASER = "$eraser";

/** Shows a board: the shapes as tiles, what people have in hand above them, and the selection above all. */
export class BoardCanvas {
  readonly #parts: BoardCanvasParts;
  readonly #ink: CanvasRenderingContext2D;
  readonly #backdrop = new Backdrop();
  readonly #tiles: TileCache;
  readonly #live: LiveLayer;
  readonly #carried: CarriedLayer;
  readonly #sharpness = new Sharpness();
  readonly #hooks = new Set<(glass: Glass) => void>();
  readonly #stops: Stop[];
  readonly #waiting: (() => void)[] = [];
  #theme: Theme = "light";
  #selection: readonly string[] = [];
  #marked: readonly string[] = [];
  #marquee: Box | undefined;
  #writing: string | undefined;
  #frame: number | undefined;
  #pixelRatio = 1;
  #hasMoved = false;

  /** @throws Error where the browser gives no 2D canvas */
  constructor(parts: BoardCanvasParts) {
    const ink = parts.element.getContext("2d", { alpha: false });
    if (!ink) throw new Error("This browser cannot draw on a canvas.");
    const { scene, camera, element } = parts;
    this.#parts = parts;
    this.#ink = ink;
    this.#live = new LiveLayer(scene);
    const painting = {
      brushFor: (ofTile: Ink, scale: number) => this.#brush(ofTile, scale),
      nowMs: () => performance.now(),
    };
    this.#tiles = new TileCache({ ...painting, resting: (box) => scene.resting(box) });
    this.#carried = new CarriedLayer(scene, painting);
    const sizes = new ResizeObserver(() => this.#fit());
    sizes.observe(element);
    this.#stops = [
      scene.onRestChange((damage) => this.#tiles.damage(damage)),
      scene.onChange(() => this.repaint()),
      camera.onChange(() => {
        this.#hasMoved = true;
        this.repaint();
      }),
      () => sizes.disconnect(),
    ];
    this.#fit();
  }

  set theme(theme: Theme) {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#tiles.damageAll();
    this.#carried.drop();
    this.repaint();
  }

  /** Ids of the shapes that are framed. */
  set selection(ids: readonly string[]) {
    this.#selection = ids;
    this.repaint();
  }

  /** Ids of the shapes that are pointed out, as far as they are to be seen. */
  set marked(ids: readonly string[]) {
    this.#marked = ids;
    this.repaint();
  }

  /** The frame that is being drawn around what is to be selected. */
  set marquee(box: Box | undefined) {
    this.#marquee = box;
    this.repaint();
  }

  /** Ids of the shapes that will be gone when the eraser is lifted. */
  set erasing(ids: ReadonlySet<string>) {
    this.#live.faded = ids;
    // As if moved by nothing: out of the tiles, so that it can fade without painting them.
    const lifted = { t: "transform", ids: [...ids], transform: { t: "move", dx: 0, dy: 0 } } as const;
    this.#parts.scene.setDraft(ERASER, ids.size > 0 ? lifted : undefined);
    this.repaint();
  }

  /** The shape that is being written in; its words are left out. */
  set writing(id: string | undefined) {
    for (const each of [this.#writing, id]) {
      const item = each === undefined ? undefined : this.#parts.scene.get(each);
      if (item) this.#tiles.damage([item.bounds]);
    }
    this.#writing = id;
    this.repaint();
  }

  /** An image is there now that was not. */
  showImage(hash: string): void {
    const shown = this.#parts.scene.all().filter(({ shape }) => shape.g.image?.hash === hash);
    this.#tiles.damage(shown.map(({ bounds }) => bounds));
    this.repaint();
  }

  /** Paints over everything with each picture, in pixels of the screen. */
  onPaint(hook: (glass: Glass) => void): Stop {
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }

  /** Resolves with the first picture that shows everything as it is. */
  settled(): Promise<void> {
    const settled = Promise.withResolvers<void>();
    this.#waiting.push(settled.resolve);
    this.repaint();
    return settled.promise;
  }

  /** Asks for a new picture. */
  repaint(): void {
    this.#frame ??= requestAnimationFrame((nowMs) => {
      this.#frame = undefined;
      this.#paint(nowMs);
    });
  }

  /** Ends it. */
  close(): void {
    for (const stop of this.#stops) stop();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
  }

  #fit(): void {
    const { element, camera } = this.#parts;
    this.#pixelRatio = Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio);
    const { clientWidth, clientHeight } = element;
    element.width = Math.max(1, Math.round(clientWidth * this.#pixelRatio));
    element.height = Math.max(1, Math.round(clientHeight * this.#pixelRatio));
    camera.resize(clientWidth, clientHeight);
    prepare(this.#ink);
    // Setting its size has cleared the canvas, and nothing must be seen of that.
    this.#paint(performance.now());
  }

  #paint(nowMs: number): void {
    const { camera } = this.#parts;
    if (window.devicePixelRatio !== this.#pixelRatio && window.devicePixelRatio <= MAX_PIXEL_RATIO) {
      this.#fit();
      return;
    }
    const lens = this.#lens();
    const wanted = { view: camera.view, scale: this.#sharpness.scaleFor(lens.scale, nowMs) };
    const untilMs = performance.now() + this.#budgetMs(nowMs);
    // Until all of what is carried can be shown where it is, the tiles go on showing it where it was.
    const isDone = this.#carried.update(wanted, untilMs) && this.#tiles.update(wanted, untilMs);
    if (isDone) this.#carried.settle();
    this.#live.update((box) => this.#tiles.isFresh(box, wanted));
    this.#ink.setTransform(1, 0, 0, 1, 0, 0);
    this.#backdrop.paint(this.#ink, lens, this.#theme, this.#pixelRatio);
    this.#tiles.draw(this.#ink, wanted, lens);
    this.#carried.draw(this.#ink, wanted, lens);
    const origin = { x: -lens.x / lens.scale, y: -lens.y / lens.scale };
    this.#live.paint(this.#brush(this.#ink, lens.scale), origin, camera.view);
    this.#paintGlass();
    if (!isDone || this.#live.isSettling || this.#sharpness.isZooming(nowMs)) this.repaint();
    else for (const settled of this.#waiting.splice(0)) settled();
  }

  /** How long tiles may be painted in a frame. */
  #budgetMs(nowMs: number): number {
    const isMoving = this.#hasMoved || this.#parts.scene.lifted().length > 0 || this.#carried.frame !== undefined;
    this.#hasMoved = false;
    if (this.#sharpness.isZooming(nowMs)) return ZOOMING_BUDGET_MS; // to stretch what is there takes longer
    return isMoving ? TILE_BUDGET_MS : RESTING_BUDGET_MS;
  }

  #paintGlass(): void {
    const { camera, scene } = this.#parts;
    const ink = this.#ink;
    ink.setTransform(this.#pixelRatio, 0, 0, this.#pixelRatio, 0, 0);
    const glass = { ink, camera, theme: this.#theme };
    const carried = scene.carried();
    const frame = carried && this.#selection.every((id) => carried.has(id)) ? this.#carried.frame : undefined;
    if (frame) paintFrame(glass, frame);
    else {
      const items = this.#selection.flatMap((id) => scene.get(id) ?? []);
      paintSelection(glass, items, { hasHandles: !items.some(({ id }) => this.#live.holds(id)) });
    }
    paintMarks(
      glass,
      this.#marked.flatMap((id) => scene.get(id) ?? []),
    );
    if (this.#marquee) paintMarquee(glass, this.#marquee);
    for (const hook of this.#hooks) hook(glass);
  }

  /** The origin of the board in whole pixels, so that tiles lie on those of the screen. */
  #lens(): Lens {
    const { view, zoom } = this.#parts.camera;
    const scale = zoom * this.#pixelRatio;
    return { x: Math.round(-view.x * scale), y: Math.round(-view.y * scale), scale };
  }

  #brush(ink: Ink, scale: number): Brush {
    const { measure, imageFor } = this.#parts;
    return { ink, theme: this.#theme, scale, measure, imageFor, alpha: 1, hasMarks: true, writing: this.#writing };
  }
}
