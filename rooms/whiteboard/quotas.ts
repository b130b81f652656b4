import type { RecordReader } from "../../src/document/document.ts";
import type { Refusal } from "../../src/op-lane/op-lane.ts";
import { SayRate } from "../chat/say-rate.ts";
import { Brims } from "./brims.ts";
import type { BoardOp, Role } from "./rules/board.ts";
import { type Filled, Shares } from "./shares.ts";

/** Who pushes. */
export interface Author {
  /** Undefined for somebody without a token. */
  readonly userId: string | undefined;
  readonly sessionId: string;
  readonly role: Role | "none";
}

/** A board at a moment. */
export interface BoardNow extends Filled {
  /** With what is not safe yet. */
  readonly latest: RecordReader<object>;
  readonly nowMs: number;
}

/** How much one user may do on a board: messages, texts that are full, a share of what the board holds. */
export class Quotas {
  readonly #rate = new SayRate();
  readonly #brims = new Brims();
  readonly #shares = new Shares();

  /** Somebody pushes ops: takes them, or says why not. */
  take(author: Author, ops: readonly BoardOp[], board: BoardNow): Refusal | undefined {
    const { userId, sessionId, role } = author;
    const who = userId ?? sessionId;
    const isOwner = role === "owner"; // who owns a board may fill it
    return (
      this.#rate.take(who, ops, board.nowMs) ??
      this.#brims.take(who, ops, board.latest, board.nowMs) ??
      (isOwner ? undefined : this.#shares.take(userId ?? "", ops, board, board.nowMs))
    );
  }
}
