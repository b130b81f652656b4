/**
 * protocol: the words that server and clients share, and nothing else.
 *
 * Owns close codes, the form of a close reason, frame kinds and the messages of the op lane and of presence. Imports nothing, so that a
 * browser bundle can take it as it is. Room messages belong to their rooms; how a frame travels is transport's.
 */

export { assertCanClose, CLOSE_CODES, closeReason, FIRST_FINAL_CODE, parseCloseReason } from "./close-codes.ts";
export { FRAME_KINDS, type FrameKind, frameKindOf, INBOUND_FRAME_KINDS } from "./frames.ts";
export * from "./ops.ts";
export * from "./people.ts";
export * from "./presence.ts";
