import type { AppRoom } from "../../../arena.config.ts";
import { Room } from "../../../src/room/room.ts";
import { trapMessages, trapState } from "./trap-state.ts";

/** What plain-colyseus.ts has as a plain room. */
class TrapRoom extends Room {
  override state = trapState();
  override messages = trapMessages(this, this.state, () => this.sendPatch());

  override onCreate(): void {
    this.patchRate = null; // a test says when a patch leaves
  }
}

/** The room of the trap tests. */
export const TRAP_ROOMS: Readonly<Record<string, AppRoom>> = { trap: { room: TrapRoom } };
