import { z } from "zod";
import { plainId } from "../../src/op-lane/op-lane.ts";
import type { BoardGroups } from "./rules/board.ts";

const MAX_NAME_LENGTH = 32;
const MAX_TEXT_LENGTH = 20_000;
const MAX_GEOM_BYTES = 64 * 1024;
const MAX_INDEX_LENGTH = 64;
const MAX_NAMES = 32;
const MAX_PIXELS = 16_384;
const MAX_VALUE_LENGTH = 512;
/** Far beyond every screen, well within what a float tells apart to a thousandth. */
const FARTHEST = 1e9;

const coordinate = z.number().min(-FARTHEST).max(FARTHEST);
const extent = z.number().min(0).max(FARTHEST);
/** Halves of characters would be other ones when they are read again. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .refine((given) => given.isWellFormed(), "expected whole characters");
const values = z
  .record(text(MAX_NAME_LENGTH).min(1), z.union([text(MAX_VALUE_LENGTH), z.number(), z.boolean()]))
  .refine((named) => Object.keys(named).length <= MAX_NAMES, `expected at most ${MAX_NAMES} names`);

/** Schema of bytes. */
export const bytes = (max: number) =>
  z
    .instanceof(Uint8Array)
    .refine(({ byteLength }) => byteLength <= max, `expected at most ${max} bytes`)
    .transform((given) => new Uint8Array(given)); // its own: what was decoded is a view that holds on to the whole frame

/** Schema of each group of a shape. */
export const group = {
  pos: z.strictObject({ x: coordinate, y: coordinate, r: z.number().min(-FARTHEST).max(FARTHEST) }),
  size: z.strictObject({ w: extent, h: extent }),
  tree: z.strictObject({
    parentId: plainId.nullable(),
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
} satisfies { readonly [Name in keyof BoardGroups]: z.ZodType<BoardGroups[Name]> };

/** Schema of a shape's groups: those that it has. */
export const groups = z.strictObject(group).partial().transform(withoutUndefined);

/** A group that is there without a value would be null when it is read again. */
function withoutUndefined<G extends object>(given: G): Partial<G> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<G>; // its own
}
