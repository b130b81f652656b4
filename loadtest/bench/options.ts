import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface BenchOptions {
  /** Points to measure. */
  readonly points: readonly number[];
  readonly rounds: number;
  /** Whether everything is made small, to see that it runs. */
  readonly isQuick: boolean;
  /** Whether the table goes to loadtest/RESULTS.md as well. */
  readonly isWritten: boolean;
}

/** A command line that makes no sense; its message is for the person who typed it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const POINTS = [1, 2, 3, 4, 5];
const DEFAULT_ROUNDS = 5;
const MAX_ROUNDS = 99;

/** The text of `--help`. */
export const HELP = `Usage: npm run bench -- connections [options]

Measures Arena, plain Colyseus, Socket.IO and bare ws in one run, server on one core and load on another.

  --only <points>   some of: 1 CPU for a delivered patch, 2 the same with four messages a tick, 3 memory for a client,
                    4 join calls, 5 one client that hangs; e.g. 1,2 (default all)
  --rounds <number> how often each is measured, in turn (default ${DEFAULT_ROUNDS})
  --quick           one small round, to see that everything runs
  --write           puts the table into loadtest/RESULTS.md as well
`;

/**
 * Reads the command line.
 *
 * @throws UsageError naming the option, what was expected and what was got
 */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parse(args);
  if (positionals.length !== 1 || positionals[0] !== "connections") {
    throw new UsageError(`Expected "connections", got "${positionals.join(" ")}"; --help tells more.`);
  }
  const isQuick = values.quick ?? false;
  return {
    points: values.only === undefined ? POINTS : values.only.split(",").map((point) => parsePoint(point)),
    rounds: isQuick ? 1 : parseNumber("rounds", values.rounds ?? String(DEFAULT_ROUNDS), MAX_ROUNDS),
    isQuick,
    isWritten: values.write ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        only: { type: "string" },
        rounds: { type: "string" },
        quick: { type: "boolean" },
        write: { type: "boolean" },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function parsePoint(text: string): number {
  return parseNumber("only", text, POINTS.length);
}

function parseNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`--${option}: expected a whole number from 1 to ${max}, got "${text}".`);
}
