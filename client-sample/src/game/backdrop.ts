import { ARENA_HEIGHT, ARENA_WIDTH, WALLS } from "../../../rooms/arena/rules/level.ts";
import { COLOURS } from "./palette.ts";

const GRID_FINE = 40;
const GRID_COARSE = 200;
/** What is painted around the arena, in units, so that its glowing border fits on the picture. */
const PADDING = 40;
/** A picture larger than this on one side is refused by some phones; it is stretched then. */
const MAX_SIDE_PIXELS = 4096;
const WALL_CORNER = 8;

/** Floor, grid, border and walls as one picture. */
export class Backdrop {
  readonly #image = document.createElement("canvas");
  readonly #scale: number;

  /** @param scale canvas pixels per unit */
  constructor(scale: number) {
    this.#scale = Math.min(scale, MAX_SIDE_PIXELS / (ARENA_WIDTH + PADDING * 2));
    this.#image.width = Math.ceil((ARENA_WIDTH + PADDING * 2) * this.#scale);
    this.#image.height = Math.ceil((ARENA_HEIGHT + PADDING * 2) * this.#scale);
    const ink = this.#image.getContext("2d", { alpha: false });
    if (ink === null) return;
    ink.fillStyle = COLOURS.space;
    ink.fillRect(0, 0, this.#image.width, this.#image.height);
    ink.scale(this.#scale, this.#scale);
    ink.translate(PADDING, PADDING);
    paintFloor(ink);
    paintBorder(ink);
    for (const { x, y, width, height } of WALLS) paintWall(ink, [x, y, width, height]);
  }

  /**
   * Draws it with the arena's upper left corner at a canvas pixel. Where the picture has the wanted scale, it is copied
   * pixel by pixel: to stretch a whole window would cost more than all the rest of a frame.
   *
   * @param scale canvas pixels per unit
   */
  draw(ink: CanvasRenderingContext2D, [x, y]: readonly [x: number, y: number], scale: number): void {
    const stretch = scale / this.#scale;
    const padding = Math.round(PADDING * scale);
    ink.drawImage(this.#image, x - padding, y - padding, this.#image.width * stretch, this.#image.height * stretch);
  }
}

function paintFloor(ink: CanvasRenderingContext2D): void {
  const floor = ink.createRadialGradient(
    ARENA_WIDTH / 2,
    ARENA_HEIGHT / 2,
    100,
    ARENA_WIDTH / 2,
    ARENA_HEIGHT / 2,
    ARENA_WIDTH * 0.62,
  );
  floor.addColorStop(0, COLOURS.floorMiddle);
  floor.addColorStop(0.55, COLOURS.floor);
  floor.addColorStop(1, COLOURS.floorEdge);
  ink.fillStyle = floor;
  ink.fillRect(0, 0, ARENA_WIDTH, ARENA_HEIGHT);
  paintGrid(ink, GRID_FINE, COLOURS.gridFine);
  paintGrid(ink, GRID_COARSE, COLOURS.gridCoarse);
}

function paintGrid(ink: CanvasRenderingContext2D, step: number, colour: string): void {
  ink.beginPath();
  for (let x = 0; x <= ARENA_WIDTH; x += step) {
    ink.moveTo(x, 0);
    ink.lineTo(x, ARENA_HEIGHT);
  }
  for (let y = 0; y <= ARENA_HEIGHT; y += step) {
    ink.moveTo(0, y);
    ink.lineTo(ARENA_WIDTH, y);
  }
  ink.lineWidth = 1;
  ink.strokeStyle = colour;
  ink.stroke();
}

function paintBorder(ink: CanvasRenderingContext2D): void {
  ink.save();
  ink.shadowColor = COLOURS.border;
  ink.shadowBlur = 28;
  ink.lineWidth = 3;
  ink.strokeStyle = COLOURS.border;
  ink.strokeRect(-1.5, -1.5, ARENA_WIDTH + 3, ARENA_HEIGHT + 3);
  ink.restore();
}

function paintWall(
  ink: CanvasRenderingContext2D,
  [x, y, width, height]: readonly [number, number, number, number],
): void {
  ink.save();
  ink.beginPath();
  ink.roundRect(x, y, width, height, WALL_CORNER);
  ink.shadowColor = "rgba(70, 110, 255, 0.55)";
  ink.shadowBlur = 22;
  ink.fillStyle = COLOURS.wall;
  ink.fill();
  ink.shadowBlur = 0;
  const top = ink.createLinearGradient(x, y, x + width, y + height);
  top.addColorStop(0, COLOURS.wallTop);
  top.addColorStop(1, COLOURS.wall);
  ink.fillStyle = top;
  ink.fill();
  ink.lineWidth = 2;
  ink.strokeStyle = COLOURS.wallEdge;
  ink.globalAlpha = 0.8;
  ink.stroke();
  ink.clip();
  ink.globalAlpha = 0.07;
  ink.beginPath();
  for (let offset = -height; offset < width; offset += 26) {
    ink.moveTo(x + offset, y + height);
    ink.lineTo(x + offset + height, y);
  }
  ink.lineWidth = 9;
  ink.strokeStyle = "#9db8ff";
  ink.stroke();
  ink.restore();
}
