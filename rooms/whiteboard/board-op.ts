import { z } from "zod";
import { personName, sayOp } from "../chat/chat-op.ts";
import type { BoardOp } from "./rules/board.ts";

const MAX_ID_LENGTH = 64;
const MAX_TYPE_LENGTH = 32;
const MAX_TEXT_LENGTH = 20_000;
const MAX_GEOM_BYTES = 64 * 1024;
const MAX_UPDATE_BYTES = 64 * 1024;
/** Of a text that is brought back: merged into one, or as it was before updates were merged. */
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_UPDATES = 10_000;
const MAX_INDEX_LENGTH = 64;
const MAX_NAMES = 32;
const MAX_PIXELS = 16_384;
const MAX_VALUE_LENGTH = 512;
/** Far beyond every screen, well within what a float tells apart to a thousandth. */
const FARTHEST = 1e9;

const id = z
  .string()
  .min(1)
  .max(MAX_ID_LENGTH)
  .regex(/^[\w.:-]+$/, "expected only A-Z a-z 0-9 . : _ -");
const type = z
  .string()
  .min(1)
  .max(MAX_TYPE_LENGTH)
  .regex(/^[\w-]+$/, "expected only A-Z a-z 0-9 _ -");
const coordinate = z.number().min(-FARTHEST).max(FARTHEST);
const extent = z.number().min(0).max(FARTHEST);
const bytes = (max: number) =>
  z
    .instanceof(Uint8Array)
    .refine(({ byteLength }) => byteLength <= max, `expected at most ${max} bytes`)
    .transform((given) => new Uint8Array(given)); // its own: what was decoded is a view that holds on to the whole frame
/** Halves of characters would be other ones when they are read again. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((given) => given.isWellFormed(), "expected whole characters");
const values = z
  .record(text(MAX_TYPE_LENGTH).min(1), z.union([text(MAX_VALUE_LENGTH), z.number(), z.boolean()]))
  .refine((named) => Object.keys(named).length <= MAX_NAMES, `expected at most ${MAX_NAMES} names`);
const ifRev = z.int().min(0).optional();

const group = {
  pos: z.strictObject({ x: coordinate, y: coordinate, r: z.number().min(-FARTHEST).max(FARTHEST) }),
  size: z.strictObject({ w: extent, h: extent }),
  tree: z.strictObject({
    parentId: id.nullable(),
    index: z
      .string()
      .max(MAX_INDEX_LENGTH)
      .regex(/^[0-9A-Za-z]+$/, "expected only 0-9 A-Z a-z"),
  }),
  style: values,
  geom: bytes(MAX_GEOM_BYTES),
  image: z.strictObject({
    hash: z.string().regex(/^[0-9a-f]{64}$/, "expected 64 of 0-9 a-f"),
    w: z.int().min(1).max(MAX_PIXELS),
    h: z.int().min(1).max(MAX_PIXELS),
  }),
  lock: z.strictObject({ by: z.enum(["editor", "owner"]) }),
  text: text(MAX_TEXT_LENGTH),
  meta: values,
};
const groupNames = Object.keys(group) as (keyof typeof group)[]; // Object.keys forgets the keys' type
const groups = z.strictObject(group).partial().transform(withoutUndefined);

const set = z.discriminatedUnion(
  "g",
  groupNames.map((name) =>
    z.strictObject({ t: z.literal("set"), id, g: z.literal(name), v: group[name], ifRev }),
  ) as never, // one schema a group: a tuple that cannot be written as a type
);
const ifRevs = z.partialRecord(z.enum([...groupNames, "rich"]), z.int().min(0)).optional();
const rich = z.array(bytes(MAX_TEXT_BYTES)).max(MAX_UPDATES).optional();

/** Schema of an operation on a board: its shape and the bounds of its values. What it comes to is decided by the rules. */
export const boardOp = z.discriminatedUnion("t", [
  z.strictObject({ t: z.literal("create"), id, type, g: groups }),
  set,
  z.strictObject({ t: z.literal("unset"), id, g: z.enum([...groupNames, "rich"]), ifRev }),
  z.strictObject({ t: z.literal("del"), id, ifRevs }),
  z.strictObject({ t: z.literal("restore"), id, type, g: groups, rich, ifRev }),
  z.strictObject({ t: z.literal("y"), id, u: bytes(MAX_UPDATE_BYTES) }),
  z.strictObject({ t: z.literal("own") }),
  z.strictObject({ t: z.literal("share"), everyone: z.enum(["editor", "viewer", "none"]) }),
  z.strictObject({ t: z.literal("withdraw") }),
  z.strictObject({ t: z.literal("sign"), name: personName }),
  sayOp,
]) as unknown as z.ZodType<BoardOp>; // partial groups may be undefined in zod's type, never in its result

/** A group that is there without a value would be null when it is read again. */
function withoutUndefined<G extends object>(given: G): Partial<G> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<G>; // its own
}
