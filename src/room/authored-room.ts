import type { RoomOptions } from "@colyseus/core";
import { PeopledRoom } from "./peopled-room.ts";

/** What a room says of itself when it is kept or moved, each with what is done where its author says nothing. */
export abstract class AuthoredRoom<Types extends RoomOptions = RoomOptions> extends PeopledRoom<Types> {
  /**
   * What the room keeps beside its state, as plain data: what it counts and when it is due, not what follows from the state. Asked for
   * once a second where the room is kept.
   */
  protected saveCheckpoint(): unknown {
    return undefined;
  }

  /** Takes up what {@link saveCheckpoint} gave, after `onCreate` and when the state is as it was, before anybody is there. */
  protected restoreCheckpoint(_saved: unknown): void {}

  /** Whether this moment suits the room to move to another node: between two rounds rather than in one. Waited for in good measure only. */
  canMoveNow(): boolean {
    return true;
  }

  /**
   * Whether a room that ends with its process may as well end now where its node is emptied: who is in it is closed with 4001, joins
   * another room and misses nothing. Else it goes on until the time of its node is up.
   */
  canCloseNow(): boolean {
    return false;
  }

  /** When the room ends by itself, in ms from now; a node that is to be emptied leaves it alone where that is in time. */
  endsInMs(): number | undefined {
    return undefined;
  }

  /** The room is about to move and stands still: what it has taken is brought to where it is safe. @throws ArenaError where it cannot be */
  protected async settle(): Promise<void> {}

  /** The room has moved: what only its owner may have is let go of, and left as it is. */
  protected async letGo(): Promise<void> {}
}
