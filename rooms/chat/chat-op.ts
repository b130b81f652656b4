import { z } from "zod";
import { plainId } from "../../src/op-lane/op-lane.ts";
import type { SayOp } from "./rules/chat.ts";

const MAX_TEXT_LENGTH = 2000;
const MAX_NAME_LENGTH = 32;
/** Control characters, but for the end of a line; and halves of characters, which would be other ones when they are read again. */
const UNPRINTABLE = /(?!\n)\p{Cc}|\p{Cs}/u;
/** What shows nothing or turns others around, by which one person could look like another; not the two joiners, which emoji and scripts need. */
const DISGUISING = /[\n\u2028\u2029]|(?![\u200c\u200d])\p{Cf}/u;
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Schema of how somebody is called: one line. */
export const personName = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .refine((name) => !UNPRINTABLE.test(name) && !DISGUISING.test(name), "expected one line of what can be seen")
  .refine((name) => SEEN.test(name) && name === name.trim(), "expected a name without space around it");

/** Schema of a message: text and nothing else. */
export const sayOp = z.strictObject({
  t: z.literal("say"),
  id: plainId,
  text: z
    .string()
    .max(MAX_TEXT_LENGTH)
    .refine((text) => text.trim() !== "", "expected something to read")
    .refine((text) => !UNPRINTABLE.test(text), "expected no control characters"),
  name: personName,
}) satisfies z.ZodType<SayOp>;
