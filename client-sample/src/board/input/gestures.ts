import type { Clock } from "../../../../src/client/client.ts";
import { PanGesture } from "../tools/hand.ts";
import {
  type Device,
  type Gesture,
  hasMoved,
  type Modifiers,
  type PointerAt,
  reachOf,
  type Tool,
} from "../tools/tool.ts";
import type { Camera, Point, ToolName } from "../words.ts";
import { Pinch } from "./pinch.ts";

/** What a device tells of one of its pointers. */
export interface PointerSample extends Modifiers {
  readonly id: number;
  readonly device: Device;
  readonly screen: Point;
  readonly pressure: number;
}

/** What a pointer is put down for. */
export type Purpose = "tool" | "pan" | "erase";

/** What gestures work on. */
export interface GestureParts {
  readonly camera: Camera;
  readonly clock: Pick<Clock, "nowMs">;
  /** The tool in the hand, or another one. */
  readonly tool: (name?: ToolName) => Tool;
}

/** A second finger that comes so soon means that two were meant. */
const PAIR_MS = 150;
/** For so long after a pen was used fingers do not draw: they rest on the glass, or move the board. */
const PEN_MS = 10_000;
/** Two taps that come so close together are one double tap, at most so far from one another in reaches of the device. */
const DOUBLE_TAP_MS = 350;
const DOUBLE_TAP_REACHES = 2;

interface Running {
  readonly id: number;
  readonly gesture: Gesture;
  readonly start: PointerAt;
  readonly startMs: number;
  /** Whether it is a tool's, and not of the board. */
  readonly isTool: boolean;
  last: PointerAt;
  hasMoved: boolean;
}

/**
 * What pointers come to: one works with a tool or moves the board, two fingers pinch. A pen goes before fingers; a finger
 * that is put down while a pen writes is the palm.
 */
export class Gestures {
  readonly #parts: GestureParts;
  readonly #fingers = new Map<number, PointerSample>();
  #running: Running | undefined;
  #pinch: Pinch | undefined;
  #penMs = Number.NEGATIVE_INFINITY;
  #lastTap: { readonly at: PointerAt; readonly ms: number } | undefined;

  constructor(parts: GestureParts) {
    this.#parts = parts;
  }

  /** Whether a tool is at work. */
  get isWorking(): boolean {
    return this.#running?.isTool ?? false;
  }

  down(sample: PointerSample, purpose: Purpose = "tool"): void {
    if (sample.device === "pen") this.#penDown();
    if (sample.device === "touch") {
      this.#fingers.set(sample.id, sample);
      if (this.#isPalm) return;
      if (this.#pinch) {
        this.#pinch = new Pinch(this.#parts.camera, this.#fingers);
        return;
      }
      if (this.#running) {
        this.#second();
        return;
      }
    }
    if (!this.#running) this.#begin(sample, sample.device === "touch" && this.#isPenInUse ? "pan" : purpose);
  }

  /** @param path where the pointer has been since it was last told, the latest last */
  move(path: readonly PointerSample[]): void {
    const sample = path.at(-1);
    if (!sample) return;
    if (sample.device === "pen") this.#penMs = this.#parts.clock.nowMs();
    if (this.#fingers.has(sample.id)) this.#fingers.set(sample.id, sample);
    if (this.#pinch) this.#pinch.move(this.#fingers);
    else
      this.#moveRunning(
        path.map((one) => this.#place(one)),
        sample.id,
      );
  }

  /** Keys that change what a gesture does were pressed or let go. */
  modify(modifiers: Modifiers): void {
    const running = this.#running;
    if (!running) return;
    running.last = { ...running.last, ...modifiers };
    if (running.hasMoved) running.gesture.move([running.last]);
  }

  up(sample: PointerSample): void {
    this.#fingers.delete(sample.id);
    if (this.#pinch) this.#unpinch();
    const running = this.#running;
    if (running?.id !== sample.id) return;
    this.#running = undefined;
    const at = this.#place(sample);
    running.gesture.up(at);
    if (running.isTool && !hasMoved(running.start, at)) this.#tap(at);
  }

  /** The device took a pointer away: a finger proved to be a palm, everything else is as good as lifted. */
  lose(id: number): void {
    const device = this.#fingers.get(id)?.device ?? this.#running?.start.device;
    this.#fingers.delete(id);
    if (this.#pinch) this.#unpinch();
    if (this.#running?.id === id) this.#stop(device === "touch" ? "cancel" : "finish");
  }

  /** Nothing can be followed any more: what was drawn until now stays. */
  finish(): void {
    this.#stop("finish");
    this.#fingers.clear();
    this.#pinch = undefined;
  }

  /** Leaves everything as it was; says whether there was anything. */
  cancel(): boolean {
    const isAny = this.#running !== undefined;
    this.#stop("cancel");
    return isAny;
  }

  /** The cursor for a place that nothing is pressed at. */
  cursorAt(sample: PointerSample): string {
    return this.#parts.tool().cursorAt(this.#place(sample));
  }

  get #isPalm(): boolean {
    return this.#running?.start.device === "pen";
  }

  get #isPenInUse(): boolean {
    return this.#parts.clock.nowMs() - this.#penMs < PEN_MS;
  }

  /** What a hand did that was resting when the pen came was not meant. */
  #penDown(): void {
    this.#penMs = this.#parts.clock.nowMs();
    if (this.#running?.start.device === "touch") this.#stop("cancel");
    this.#pinch = undefined;
  }

  #begin(sample: PointerSample, purpose: Purpose): void {
    const { camera, clock, tool } = this.#parts;
    const start = this.#place(sample);
    const gesture =
      purpose === "pan" ? new PanGesture(camera, start) : tool(purpose === "erase" ? "eraser" : undefined).down(start);
    if (!gesture) return;
    const startMs = clock.nowMs();
    this.#running = { id: sample.id, gesture, start, startMs, isTool: purpose !== "pan", last: start, hasMoved: false };
  }

  /** A second finger: both pinch, unless the first is well into something. */
  #second(): void {
    const running = this.#running;
    if (running?.start.device !== "touch") return;
    const isSoon = this.#parts.clock.nowMs() - running.startMs <= PAIR_MS;
    if (running.isTool && !isSoon && running.hasMoved) return;
    this.#stop("cancel");
    this.#pinch = new Pinch(this.#parts.camera, this.#fingers);
  }

  /** One finger is left: it goes on moving the board, and draws nothing before it is lifted. */
  #unpinch(): void {
    if (this.#fingers.size === 0) this.#pinch = undefined;
    else this.#pinch = new Pinch(this.#parts.camera, this.#fingers);
  }

  #moveRunning(path: readonly PointerAt[], id: number): void {
    const running = this.#running;
    const last = path.at(-1);
    if (!running || running.id !== id || !last) return;
    running.last = last;
    running.hasMoved ||= hasMoved(running.start, last);
    running.gesture.move(path);
  }

  #stop(how: "finish" | "cancel"): void {
    const running = this.#running;
    this.#running = undefined;
    if (how === "finish") running?.gesture.up(running.last);
    else running?.gesture.cancel();
  }

  #tap(at: PointerAt): void {
    const nowMs = this.#parts.clock.nowMs();
    const before = this.#lastTap;
    this.#lastTap = { at, ms: nowMs };
    if (!before || nowMs - before.ms > DOUBLE_TAP_MS) return;
    const distance = Math.hypot(before.at.screen.x - at.screen.x, before.at.screen.y - at.screen.y);
    if (distance > reachOf(at.device) * DOUBLE_TAP_REACHES) return;
    this.#lastTap = undefined;
    this.#parts.tool().doubleTap?.(at);
  }

  #place({ screen, pressure, device, isShift, isAlt }: PointerSample): PointerAt {
    return { screen, board: this.#parts.camera.toBoard(screen), pressure, device, isShift, isAlt };
  }
}
