import { decode } from "@colyseus/schema";
import { ArenaError } from "../errors/errors.ts";
import { type FrameKind, frameKindOf } from "../protocol/protocol.ts";

/** Bounds that hold for every room. */
export interface SizeLimits {
  /** Largest message of a type that sets no bound of its own. */
  readonly maxMessageBytes: number;
  /** Largest frame that a socket takes at all. */
  readonly maxFrameBytes: number;
}

/** Kinds of frames that carry a message type, and whether a number stands before it. */
const TYPED_KINDS: ReadonlyMap<FrameKind, { readonly isNumbered: boolean }> = new Map([
  ["message", { isNumbered: false }],
  ["bytes", { isNumbered: false }],
  ["request", { isNumbered: true }],
]);

/** How large the frames of a room's messages may be. Looks at a frame before its payload is decoded. */
export class MessageSizes {
  readonly #maxBytesByType = new Map<string, number>();
  readonly #maxMessageBytes: number;
  /** No frame up to this size is too large, whatever its type. */
  readonly #smallestBytes: number;

  /**
   * @param messages a room's message table; `maxBytes` of an entry is the bound of its type
   * @throws ArenaError APP_INVALID where a bound is beyond what a socket takes
   */
  constructor(messages: Readonly<Record<string, unknown>>, { maxMessageBytes, maxFrameBytes }: SizeLimits) {
    this.#maxMessageBytes = maxMessageBytes;
    for (const [type, definition] of Object.entries(messages)) {
      const maxBytes = ownBound(definition);
      if (maxBytes === undefined) continue;
      if (!(maxBytes > 0 && maxBytes <= maxFrameBytes)) {
        const expected = `expected maxBytes from 1 to ARENA_MAX_FRAME_BYTES (${maxFrameBytes}), got ${maxBytes}`;
        throw new ArenaError("APP_INVALID", `Message "${type}": ${expected}.`);
      }
      this.#maxBytesByType.set(type, maxBytes);
    }
    this.#smallestBytes = Math.min(maxMessageBytes, ...this.#maxBytesByType.values());
  }

  /** Why `frame` is too large for its type, or nothing. */
  refusal(frame: Uint8Array): ArenaError | undefined {
    if (frame.byteLength <= this.#smallestBytes) return undefined;
    const maxBytes = this.#maxBytesByType.get(typeOf(frame) ?? "") ?? this.#maxMessageBytes;
    if (frame.byteLength <= maxBytes) return undefined;
    return new ArenaError("MESSAGE_TOO_LARGE", `It has ${frame.byteLength} bytes, ${maxBytes} are allowed.`);
  }
}

function ownBound(definition: unknown): number | undefined {
  const isBounded = typeof definition === "object" && definition !== null && "maxBytes" in definition;
  return isBounded && typeof definition.maxBytes === "number" ? definition.maxBytes : undefined;
}

/** The message type that a frame names, as it is written in a message table. */
function typeOf(frame: Uint8Array): string | undefined {
  const kind = TYPED_KINDS.get(frameKindOf(frame[0]));
  if (!kind) return undefined;
  const it = { offset: 1 };
  if (kind.isNumbered) decode.number(frame, it);
  return String(decode.stringCheck(frame, it) ? decode.string(frame, it) : decode.number(frame, it));
}
