import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

/** What a run is. */
export interface ChaosOptions {
  /** Decides which faults there are, and when. */
  readonly seed: number;
  /** For how long faults begin; the last are waited for. */
  readonly minutes: number;
  readonly bots: number;
  /** Folder for what each process says, down to the level debug; "" for none. */
  readonly logs: string;
}

/** A command line that makes no sense; its message is one sentence for the person who typed it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const MAX_SEED = 2 ** 31 - 1;
const BOUNDS = { seed: [0, MAX_SEED], minutes: [0.1, 1440], bots: [24, 500] } as const;
const BOTS = 30;
const MINUTES = 5;

export const HELP = `Usage: npm run chaos -- [options]

Starts a cluster of three nodes, an edge and a Redis, has bots play, draw and watch one another in it, and lets processes, Redis and
networks fail. Ends with a verdict, and with exit code 1 where anything was lost, doubled, out of order or had two owners.

Options (default and bounds):
  --seed <number>     (by chance, 0 to ${MAX_SEED})  Decides which faults there are and when.
  --minutes <number>  (${MINUTES}, 0.1 to 1440)  For how long.
  --bots <number>     (${BOTS}, 24 to 500)  Clients.
  --logs <folder>     (none)  Where what each process says is written to, down to the level debug.
  --help              Prints this text.
`;

/**
 * Reads the command line.
 *
 * @throws UsageError naming the option, what was expected and what was got
 */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const names = [...Object.keys(BOUNDS), "logs"];
  const flags = Object.fromEntries(names.map((name) => [name, { type: "string" }] as const));
  const { tokens } = parseArgs({
    args: [...args],
    options: flags,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw new UsageError(`"${token.value}" is not expected here.`);
    if (!names.includes(token.name)) throw new UsageError(`${token.rawName} is not an option; --help lists them all.`);
    if (given.has(token.name)) throw new UsageError(`${token.rawName} is given twice.`);
    given.set(token.name, token.value ?? "");
  }
  if (given.get("logs") === "") throw new UsageError('--logs: expected a folder, got "".');
  return {
    logs: given.get("logs") ?? "",
    seed: read("seed", given, randomInt(MAX_SEED)),
    minutes: read("minutes", given, MINUTES),
    bots: read("bots", given, BOTS),
  };
}

function read(name: keyof typeof BOUNDS, given: ReadonlyMap<string, string>, fallback: number): number {
  const text = given.get(name);
  if (text === undefined) return fallback;
  const [least, most] = BOUNDS[name];
  const isWhole = name !== "minutes";
  const number = Number(text);
  const isGood = text.trim() !== "" && number >= least && number <= most && (!isWhole || Number.isInteger(number));
  if (isGood) return number;
  throw new UsageError(
    `--${name}: expected a ${isWhole ? "whole " : ""}number from ${least} to ${most}, got "${text}".`,
  );
}
