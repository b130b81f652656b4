import { parseArgs } from "node:util";
import { ArenaError } from "../errors/errors.ts";
import { OPTIONS } from "./options.ts";

/**
 * Splits command-line arguments into flags and their texts. A boolean flag may stand alone.
 *
 * @throws ArenaError CONFIG_INVALID for an unknown flag, a stray word or a missing value
 */
export function parseFlags(args: readonly string[]): Map<string, string> {
  const isBoolean = new Map(OPTIONS.map((option) => [option.flag, option.type === "boolean"]));
  const options = Object.fromEntries(
    OPTIONS.map((option) => [option.flag, { type: option.type === "boolean" ? "boolean" : "string" } as const]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });

  const flags = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw new ArenaError("CONFIG_INVALID", `"${token.value}" is not expected here.`);
    const boolean = isBoolean.get(token.name);
    if (boolean === undefined) throw new ArenaError("CONFIG_INVALID", `${token.rawName} is not an option of Arena.`);
    if (token.value === undefined && !boolean) {
      throw new ArenaError("CONFIG_INVALID", `${token.rawName} needs a value.`);
    }
    flags.set(token.name, token.value ?? "1");
  }
  return flags;
}
