/** Kinds of Colyseus frames by the low five bits of their first byte (see docs/PROTOCOL.md). */
export const FRAME_KINDS = {
  10: "join",
  11: "error",
  12: "leave",
  13: "message",
  14: "state",
  15: "patch",
  17: "bytes",
  18: "ping",
  19: "input",
  20: "input",
  21: "request",
  22: "response",
} as const;

/** What a frame is for. */
export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS] | "unknown";

/** The kinds that a client may send. */
export const INBOUND_FRAME_KINDS: ReadonlySet<FrameKind> = new Set<FrameKind>([
  "join",
  "leave",
  "message",
  "bytes",
  "ping",
  "input",
  "request",
]);

const KIND_BITS = 0x1f;

/** The kind of a frame that begins with `firstByte`; an empty frame is `unknown`. */
export function frameKindOf(firstByte: number | undefined): FrameKind {
  if (firstByte === undefined) return "unknown";
  const code = firstByte & KIND_BITS;
  return code in FRAME_KINDS ? FRAME_KINDS[code as keyof typeof FRAME_KINDS] : "unknown";
}
