import type { PersonAction } from "./people-list.ts";
import type { PersonView, Place } from "./person.ts";
import { placeText } from "./words.ts";

/** How this page leads to other places. */
export interface Ways {
  /** Where the visitor is on this page. */
  readonly here: () => Place;
  readonly toGame: (roomId: string) => void;
  readonly toBoard: (boardId: string) => void;
}

/** The way to where somebody is, if there is one: not to where one is, nor to what is private. */
export function followAction({ isMe, name, places }: PersonView, ways: Ways): readonly PersonAction[] {
  if (isMe) return [];
  const here = ways.here();
  const place = places.find((one) => isOpen(one) && !isSame(one, here));
  return place
    ? [{ label: "Follow", name: `Follow ${name}, ${placeText(place)}`, onChoose: () => go(place, ways) }]
    : [];
}

function go(place: Place, { toGame, toBoard }: Ways): void {
  if (place.t === "game" && place.roomId !== undefined) toGame(place.roomId);
  if (place.t === "board" && place.boardId !== undefined) toBoard(place.boardId);
}

function isOpen(place: Place): boolean {
  return (place.t === "game" && place.roomId !== undefined) || (place.t === "board" && place.boardId !== undefined);
}

function isSame(one: Place, other: Place): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
