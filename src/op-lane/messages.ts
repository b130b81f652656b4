import { createHash } from "node:crypto";
import { getMessageBytes, Protocol } from "@colyseus/core";
import { z } from "zod";
import { packMap } from "../op-log/op-log.ts";
import { OP_MESSAGES } from "../protocol/protocol.ts";
import type { User } from "../tokens/tokens.ts";

const MAX_ID_LENGTH = 64;
const MIN_KEY_LENGTH = 16;
/** Most ops of a push. */
export const MAX_OPS = 256;

/** Schema of op:hello. */
export const hello = z.strictObject({
  clientId: z
    .string()
    .max(MAX_ID_LENGTH)
    .regex(/^[\w.:-]+$/, "expected 1 to 64 of A-Z a-z 0-9 . : _ -"),
  key: z.string().min(MIN_KEY_LENGTH).max(MAX_ID_LENGTH).optional(),
  epoch: z.int().min(0).optional(),
  lastSeq: z.int().min(0).optional(),
});

/** Schema of op:push for ops of one kind. */
export function pushOf<Op>(op: z.ZodType<Op>) {
  return z.strictObject({
    n: z.int().min(1),
    ops: z.array(op).min(1).max(MAX_OPS),
    base: z.int().min(0).optional(),
  });
}

/** Schema of op:history. */
export const history = z.strictObject({ before: z.int().min(1).optional() });

/** Largest frame of an ephemeral value. */
export const MAX_EPHEMERAL_BYTES = 4096;
const MAX_EPHEMERAL_DEPTH = 32;

/** Schema of an ephemeral value; its size is bounded by that of its frame. */
export const ephemeral = z.strictObject({
  k: z.string().min(1).max(MAX_ID_LENGTH),
  v: z.unknown().refine(isPlain, `expected plain values, at most ${MAX_EPHEMERAL_DEPTH} levels deep`),
});

/** Whether a value can be encoded again at the size at which it came: a frame may also hold classes, and references. */
function isPlain(value: unknown): boolean {
  const found: [value: unknown, depth: number][] = [[value, 0]];
  for (const [one, depth] of found) {
    if (typeof one !== "object" || one === null || one instanceof Uint8Array) continue;
    const isTree = Array.isArray(one) || Object.getPrototypeOf(one) === Object.prototype;
    if (!isTree || depth === MAX_EPHEMERAL_DEPTH || found.length > MAX_EPHEMERAL_BYTES) return false; // an item is a byte
    for (const item of Object.values(one)) found.push([item, depth + 1]);
  }
  return true;
}

/** Who may speak for a client id: the user that it was first used by, and who knows the key that was shown then. */
export function ownerOf(user: User | undefined, key: string | undefined): string {
  // A guest's id is given anew after some time offline; a key proves more and lasts.
  const userId = user && !(user.isGuest && key !== undefined) ? user.userId : "";
  return key === undefined ? userId : `${userId}#${createHash("sha256").update(key).digest("base64url")}`;
}

/** Frame of a message whose payload is MessagePack already. */
export function frameOf(type: (typeof OP_MESSAGES)[keyof typeof OP_MESSAGES], payload: Uint8Array): Uint8Array {
  return getMessageBytes.raw(Protocol.ROOM_DATA, type, undefined, payload);
}

/** Frame of a message. */
export function frame(type: (typeof OP_MESSAGES)[keyof typeof OP_MESSAGES], payload: object): Uint8Array {
  return getMessageBytes.raw(Protocol.ROOM_DATA, type, payload);
}

/** Frame of op:snap around a part that is encoded already. */
export function snapFrame(seq: number, part: number, of: number, data: Uint8Array): Uint8Array {
  return frameOf(OP_MESSAGES.SNAP, packMap({ seq, part, of, data }));
}
