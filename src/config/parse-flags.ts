import { parseArgs } from "node:util";
import { ArenaError } from "../errors/errors.ts";
import { OPTIONS } from "./options.ts";

/**
 * Splits command-line arguments into flags and their texts. A boolean flag may stand alone.
 *
 * @throws ArenaError CONFIG_INVALID for an unknown flag, a flag that is given twice, a stray word or a missing value
 */
export function parseFlags(args: readonly string[]): Map<string, string> {
  const types = new Map(OPTIONS.map(({ flag, type }) => [flag, type === "boolean" ? "boolean" : "string"] as const));
  const options = Object.fromEntries([...types].map(([flag, type]) => [flag, { type }]));
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });

  const flags = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "positional") throw new ArenaError("CONFIG_INVALID", `"${token.value}" is not expected here.`);
    if (token.kind !== "option") continue;
    if (flags.has(token.name)) throw new ArenaError("CONFIG_INVALID", `${token.rawName} is given twice.`);
    flags.set(token.name, textOf(token, types.get(token.name)));
  }
  return flags;
}

interface FlagToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function textOf({ rawName, value, inlineValue }: FlagToken, type: "boolean" | "string" | undefined): string {
  if (type === undefined) throw new ArenaError("CONFIG_INVALID", `${rawName} is not an option of Arena.`);
  if (type === "boolean") return value ?? "1";
  // Another flag after a space is no value: this flag's own was forgotten.
  if (value === undefined || (!inlineValue && value.startsWith("--"))) {
    throw new ArenaError("CONFIG_INVALID", `${rawName} needs a value.`);
  }
  return value;
}
