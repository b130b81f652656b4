import type { Point } from "../words.ts";

/** What a pointer is. */
export type Device = "mouse" | "touch" | "pen";

/** The keys that change what a gesture does. */
export interface Modifiers {
  readonly isShift: boolean;
  readonly isAlt: boolean;
}

/** A pointer at a moment. */
export interface PointerAt extends Modifiers {
  readonly screen: Point;
  readonly board: Point;
  /** 0 to 1; 0.5 where the device does not feel it. */
  readonly pressure: number;
  readonly device: Device;
}

/** What a hand does from putting it down to lifting it. One of `up` and `cancel` ends it. */
export interface Gesture {
  /** Where the pointer has been since it was last asked, the latest last: at least one. */
  move(path: readonly PointerAt[]): void;
  up(at: PointerAt): void;
  /** Leaves everything as it was before. */
  cancel(): void;
}

/** What happens where the hand points. */
export interface Tool {
  /** The hand is put down. Nothing, where there is nothing to do here. */
  down(at: PointerAt): Gesture | undefined;
  /** What the cursor looks like here, in CSS. */
  cursorAt(at: PointerAt): string;
  /** Two quick taps at the same place; the gestures of both have ended. */
  doubleTap?(at: PointerAt): void;
}

/** How far beside a shape or a handle one may point, in pixels of the screen. */
const REACH: Readonly<Record<Device, number>> = { mouse: 6, pen: 10, touch: 16 };
/** A hand that moves less stands still, in pixels of the screen. */
const SLOP: Readonly<Record<Device, number>> = { mouse: 3, pen: 5, touch: 8 };

/** How far beside something a device may point, in pixels of the screen. */
export function reachOf(device: Device): number {
  return REACH[device];
}

/** Whether the hand has moved between two places, or only trembled. */
export function hasMoved(from: PointerAt, to: PointerAt): boolean {
  return Math.hypot(to.screen.x - from.screen.x, to.screen.y - from.screen.y) > SLOP[to.device];
}
