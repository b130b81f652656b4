import type { BoardGroups } from "../../../../rooms/whiteboard/rules/board.ts";
import type { Clock } from "../../../../src/client/client.ts";
import type { OwnDrafts } from "../drafts/own-drafts.ts";
import type { Marks } from "../editor/marks.ts";
import type { Step } from "../editor/steps.ts";
import type { Editor, Item, Kind, Role, Say } from "../words.ts";

/** Where tools work: the editor, and what only they need of it. */
export interface Desk extends Editor {
  readonly drafts: OwnDrafts;
  readonly marks: Marks;
  readonly say: Say;
  readonly clock: Clock;
  /** What this person may do; undefined as long as nobody knows. */
  readonly role: Role | undefined;
  /** Does what may fail for want of room; says so, and returns false, if it does. */
  attempt(act: () => void): boolean;
  /** A shape without the drafts over it. */
  resting(id: string): Item | undefined;
  /** Of some shapes those that this person may change, drafts left out. Says so where some may not be. */
  changeable(ids: readonly string[]): readonly Item[];
  /** Begins a step of undo that takes more than one push. */
  beginStep(): Step;
  /** How the next shape of a kind looks, and its place in the order: on top. */
  groupsFor(kind: Kind): Pick<BoardGroups, "style" | "tree">;
}
