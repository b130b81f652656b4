import type { Connection, OpDocument, SharedDocument } from "../../src/client/client.ts";
import type { Clock } from "../../src/clock/clock.ts";

/** What a bot has to work with. */
export interface HandParts<Op extends object, R extends object> {
  readonly document: Pick<SharedDocument<Op, R>, "get" | "entries" | "canUndo" | "canRedo">;
  readonly ephemeral: Connection["ephemeral"];
  readonly clock: Clock;
  /** Number of the bot within the whole test, from 0. */
  readonly index: number;
  readonly push: (ops: readonly Op[]) => void;
  readonly undo: () => void;
  readonly redo: () => void;
}

/** A bot's hands. */
export interface Hands {
  /** Has its turn 30 times a second. */
  readonly onTurn: (nowMs: number) => void;
}

/** What bots do that share a document. */
export interface DocumentScenario<Op extends object, R extends object> {
  /** The rooms' type; they have a name, `id`, among their join options. */
  readonly room: string;
  readonly rules: OpDocument<Op, R>;
  readonly hands: (parts: HandParts<Op, R>) => Hands;
  /** What ops make that must be there once. */
  readonly marksOf: (ops: readonly Op[]) => readonly string[];
  /** What is wrong with a document in which those marks were made, in that order. */
  readonly flawsOf: (
    document: Pick<SharedDocument<Op, R>, "get" | "entries">,
    marks: readonly string[],
  ) => readonly string[];
}
