import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";

/** One step of undo that may take more than one push: what a gesture comes to. */
export interface Step {
  /** Pushes more of it; says whether it was taken. */
  push(ops: readonly BoardOp[]): boolean;
}
