/**
 * protocol: the words that server and clients share, and nothing else.
 *
 * Owns close codes, the form of a close reason, frame kinds and the version. Imports nothing, so that a
 * browser bundle can take it as it is. Room messages belong to their rooms; how a frame travels is transport's.
 */

export { CLOSE_CODES, type CloseCodeName, closeReason, parseCloseReason, type RetryHint } from "./close-codes.ts";
export { FRAME_KINDS, type FrameKind, frameKindOf, INBOUND_FRAME_KINDS } from "./frames.ts";

/** Version of the rules in docs/PROTOCOL.md. Rises when a client of the old rules would misunderstand the new ones. */
export const PROTOCOL_VERSION = 1;
