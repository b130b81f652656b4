import type { GameEvent, Ship } from "./world.ts";

/** A step in the making: fresh collections that the parts of one step write to, around ships that nobody changes. */
export interface Draft {
  readonly ships: Map<string, Ship>;
  readonly events: GameEvent[];
}
