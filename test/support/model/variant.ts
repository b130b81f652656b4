import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import type { OpDocument } from "../../../src/document/document.ts";
import { type LogLimits, Sequencer } from "../../../src/op-log/sequencer.ts";
import type { StoredSnapshot } from "../../../src/op-log/store.ts";

type BoardDocument = OpDocument<BoardOp, BoardRecord>;

/** What a world is made of, so that a part of it can be made wrong. */
export interface Variant {
  /** "always": after each step. "at rest": only what is left when everything was delivered. */
  readonly checks: "always" | "at rest";
  /** Whether what is left of deleted shapes is compared, too, or only what is seen. */
  readonly comparesTombstones: boolean;
  readonly clientDocument: BoardDocument;
  /** A client takes another id with each connection, so that what it sends again is new to the server. */
  readonly renewsIdentity: boolean;
  readonly acknowledgesBeforeFsync: boolean;
  readonly beginsEpochOnRestore: boolean;
  sequencer(document: BoardDocument, limits: LogLimits): Sequencer<BoardOp, BoardRecord>;
  /** What of a snapshot reaches the disk. */
  stored(snapshot: StoredSnapshot): StoredSnapshot;
}

/** The product as it is. */
export const PRODUCT: Variant = {
  checks: "always",
  comparesTombstones: true,
  clientDocument: board,
  renewsIdentity: false,
  acknowledgesBeforeFsync: false,
  beginsEpochOnRestore: true,
  sequencer: (document, limits) => new Sequencer(document, limits),
  stored: (snapshot) => snapshot,
};
