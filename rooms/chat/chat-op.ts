import { z } from "zod";
import type { SayOp } from "./rules/chat.ts";

const MAX_ID_LENGTH = 64;
const MAX_TEXT_LENGTH = 2000;
const MAX_NAME_LENGTH = 32;
/** Control characters, but for the end of a line; and halves of characters, which would be other ones when they are read again. */
const UNPRINTABLE = /(?!\n)\p{Cc}|\p{Cs}/u;
const LINE_BREAKS = /[\n\u2028\u2029]/u;

/** Schema of how somebody is called: one line. */
export const personName = z
  .string()
  .min(1)
  .max(MAX_NAME_LENGTH)
  .refine((name) => !UNPRINTABLE.test(name) && !LINE_BREAKS.test(name), "expected one line without control characters")
  .refine((name) => name === name.trim(), "expected no space around it");

/** Schema of a message: text and nothing else. */
export const sayOp = z.strictObject({
  t: z.literal("say"),
  id: z
    .string()
    .min(1)
    .max(MAX_ID_LENGTH)
    .regex(/^[\w.:-]+$/, "expected only A-Z a-z 0-9 . : _ -"),
  text: z
    .string()
    .max(MAX_TEXT_LENGTH)
    .refine((text) => text.trim() !== "", "expected something to read")
    .refine((text) => !UNPRINTABLE.test(text), "expected no control characters"),
  name: personName,
}) satisfies z.ZodType<SayOp>;
