/**
 * config: every option once, in one table; read from the environment and the command line, checked, frozen.
 *
 * The table is the source of `--help` and of docs/OPERATIONS.md. What is not in it is refused: an unknown flag
 * or an unknown `ARENA_` variable ends the start with one sentence. Nothing else reads the environment.
 */
import { randomUUID } from "node:crypto";
import { ArenaError } from "../errors/errors.ts";
import { OPTIONS, type Option } from "./options.ts";
import { parseFlags } from "./parse-flags.ts";

export { helpText } from "./help-text.ts";
export { OPTIONS, type Option } from "./options.ts";

/** All options of a node, checked and frozen. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly nodeId: string;
  readonly dataDir: string;
  readonly isSyntheticAllowed: boolean;
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly maxFrameBytes: number;
  readonly maxBodyBytes: number;
  readonly maxRefusals: number;
  readonly maxRoomErrors: number;
  readonly reconnectSeconds: number;
  readonly drainMs: number;
}

/** Where options come from: flags win over variables, variables over defaults. */
export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Arguments after the command, e.g. `["--port", "3000"]`. */
  readonly args: readonly string[];
}

/**
 * Reads and checks every option.
 *
 * @throws ArenaError CONFIG_INVALID naming the option, what was expected and what was got
 */
export function loadConfig({ env, args }: ConfigSources): Config {
  refuseUnknownVariables(env);
  const flags = parseFlags(args);
  const values: Record<string, unknown> = {};
  for (const option of OPTIONS) {
    const flag = flags.get(option.flag);
    const fromEnv = env[option.env];
    if (flag !== undefined) values[option.name] = parseValue(option, flag, `--${option.flag}`);
    else if (fromEnv !== undefined && fromEnv !== "") values[option.name] = parseValue(option, fromEnv, option.env);
    else values[option.name] = option.default;
  }
  if (values["nodeId"] === "") values["nodeId"] = `node-${randomUUID().slice(0, 8)}`;
  return Object.freeze(values) as unknown as Config; // OPTIONS has one row for each key of Config; a test holds it
}

function refuseUnknownVariables(env: ConfigSources["env"]): void {
  const known = new Set(OPTIONS.map((option) => option.env));
  for (const name of Object.keys(env)) {
    if (name.startsWith("ARENA_") && !known.has(name)) {
      throw new ArenaError("CONFIG_INVALID", `${name} is not an option of Arena; --help lists them all.`);
    }
  }
  if (env["REDIS_URL"]) {
    throw new ArenaError("CONFIG_INVALID", "REDIS_URL is set, but this version runs as a single node; unset it.");
  }
}

function parseValue(option: Option, text: string, source: string): unknown {
  const refuse = (expected: string): never => {
    throw new ArenaError("CONFIG_INVALID", `${source}: expected ${expected}, got "${text}".`);
  };
  switch (option.type) {
    case "integer": {
      const value = Number(text);
      if (!/^-?\d+$/.test(text) || value < option.min || value > option.max) {
        return refuse(`a whole number from ${option.min} to ${option.max}`);
      }
      return value;
    }
    case "boolean":
      if (text === "1" || text === "true") return true;
      if (text === "0" || text === "false") return false;
      return refuse("1 or 0");
    case "choice":
      return option.choices.includes(text) ? text : refuse(`one of ${option.choices.join(", ")}`);
    case "text":
      return option.pattern.test(text) ? text : refuse(option.form);
    default:
      return option satisfies never;
  }
}
