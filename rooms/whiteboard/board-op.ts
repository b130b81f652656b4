import { z } from "zod";
import { plainId } from "../../src/op-lane/op-lane.ts";
import { personName, sayOp } from "../chat/chat-op.ts";
import type { BoardOp } from "./rules/board.ts";
import { bytes, group, groups } from "./shape-groups.ts";

const MAX_UPDATE_BYTES = 64 * 1024;
/** Of a text that is brought back: merged into one, or as it was before updates were merged. */
const MAX_TEXT_BYTES = 256 * 1024;
const MAX_UPDATES = 10_000;

const id = plainId;
const type = z
  .string()
  .min(1)
  .max(32)
  .regex(/^[\w-]+$/, "expected only A-Z a-z 0-9 _ -");
const rev = z.int().min(0);
const ifRev = rev.optional();
const groupNames = Object.keys(group) as (keyof typeof group)[]; // Object.keys forgets the keys' type
const written = z.enum([...groupNames, "rich"]);
const ifRevs = z.partialRecord(written, rev).optional();
const rich = z.array(bytes(MAX_TEXT_BYTES)).max(MAX_UPDATES).optional();

const set = z.discriminatedUnion(
  "g",
  groupNames.map((name) =>
    z.strictObject({ t: z.literal("set"), id, g: z.literal(name), v: group[name], ifRev }),
  ) as never, // one schema a group: a tuple that cannot be written as a type
);

/** Schema of an operation on a board: its shape and the bounds of its values. What it comes to is decided by the rules. */
export const boardOp = z.discriminatedUnion("t", [
  z.strictObject({ t: z.literal("create"), id, type, g: groups }),
  set,
  z.strictObject({ t: z.literal("unset"), id, g: written, ifRev }),
  z.strictObject({ t: z.literal("del"), id, ifRevs }),
  z.strictObject({ t: z.literal("restore"), id, type, g: groups, rich, ifRev }),
  z.strictObject({ t: z.literal("y"), id, u: bytes(MAX_UPDATE_BYTES) }),
  z.strictObject({ t: z.literal("own") }),
  z.strictObject({ t: z.literal("share"), everyone: z.enum(["editor", "viewer", "none"]) }),
  z.strictObject({ t: z.literal("withdraw") }),
  z.strictObject({ t: z.literal("sign"), name: personName }),
  sayOp,
]) as unknown as z.ZodType<BoardOp>; // partial groups may be undefined in zod's type, never in its result
