import type { SeatReservation } from "../../../src/client/client.ts";
import type { PersonView, Place } from "./person.ts";

/** How this page leads to other places, and where it is itself. */
export interface Ways {
  readonly here: () => Place;
  /** Where others are invited to, as the server is told; where this page is in no room, it goes into one first. Rejects with NoTarget. */
  readonly target: () => Promise<Target>;
  /** With a seat that is reserved, or to the board that `data` names. */
  readonly take: (seat: SeatReservation, data: string | undefined) => void;
  readonly toBoard: (boardId: string) => void;
  /** Join options of this visitor in a game. */
  readonly ownOptions: () => object;
}

/** A room into which somebody may be invited. */
export interface Target {
  readonly roomId: string;
  /** Join options that it needs. */
  readonly options?: object;
  /** The board's id, where it is one. */
  readonly data?: string;
}

/** There is nowhere to invite somebody to; its message is for people. */
export class NoTarget extends Error {
  override readonly name = "NoTarget";
}

/** Where one may follow somebody: not to where one is, nor to what is private. */
export function placeToFollow({ isMe, places }: PersonView, here: Place): Place | undefined {
  if (isMe) return undefined;
  return places.find((place) => isOpen(place) && JSON.stringify(place) !== JSON.stringify(here));
}

/** Whether somebody may be invited to where one is: who is online, and not there. */
export function isInvitable({ isMe, isOnline, places }: PersonView, here: Place): boolean {
  if (isMe || !isOnline) return false;
  return here.t === "lobby" || !places.some((place) => JSON.stringify(place) === JSON.stringify(here));
}

function isOpen(place: Place): boolean {
  return (place.t === "game" && place.roomId !== undefined) || (place.t === "board" && place.boardId !== undefined);
}
