import { parseArgs } from "node:util";

/** What each subject measures, point by point. */
const POINTS = {
  connections: [
    "CPU for a delivered patch",
    "the same with four messages a tick",
    "memory for a client",
    "join calls",
    "one client that hangs",
  ],
  ops: [
    "durable ops a second and their acknowledgement",
    "the same with ten ops a push",
    "150 who join a large board at once",
    "1,000 open boards at rest",
  ],
  matchmaking: ["look-ups among many rooms", "join calls to several processes"],
  placement: ["clusters in simulated time", "an edge and four nodes"],
  storm: [
    "all lines are cut",
    "an edge is killed and started again",
    "an edge is told to end, and another is started",
    "a node on its own is killed and started again",
    "a node behind an edge is killed, and another takes its rooms",
  ],
  handoff: ["gaps that clients see while their room moves"],
  failover: ["a node with 100 rooms is killed"],
  "rolling-restart": ["three nodes are restarted under 300 bots"],
  forwarding: ["CPU for a patch that is passed on", "the same with four messages a tick"],
  presence: ["who is online, in three processes", "a simulated cluster"],
} as const;

/** What a run may be about. */
export type SubjectName = keyof typeof POINTS;
/** What is about servers that are compared. */
export type ComparisonName = Exclude<
  SubjectName,
  "placement" | "presence" | "handoff" | "failover" | "rolling-restart"
>;

/** What the command line asks for. */
export interface BenchOptions {
  readonly subject: SubjectName;
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

const DEFAULT_ROUNDS = 5;
/** Of what takes long. */
const OWN_ROUNDS: Readonly<Partial<Record<SubjectName, number>>> = { failover: 3, "rolling-restart": 1 };
const MAX_ROUNDS = 99;

/** The text of `--help`. */
export const HELP = `Usage: npm run bench -- <subject> [options]

Measures servers in one run, server on one core and load on another.

  connections  Arena, plain Colyseus, Socket.IO and bare ws: ${listOf("connections")}
  ops          Arena and hocuspocus: ${listOf("ops")}
  matchmaking  Arena and plain Colyseus in a cluster: ${listOf("matchmaking")}
  placement    how evenly connections lie on nodes: ${listOf("placement")}
  presence     users and who watches them, beside Socket.IO's fetchSockets: ${listOf("presence")}
  storm        5,000 clients that lose their connections at once: ${listOf("storm")}
  handoff      what clients see of a move, 20 moves of each room a round: ${listOf("handoff")}
  failover     rooms that go on elsewhere after kill -9, and their clients, 2 min: ${listOf("failover")}
  rolling-restart  what clients see of a deploy, 2 min: ${listOf("rolling-restart")}
  forwarding   a process that passes clients on, beside one that serves them: ${listOf("forwarding")}

  --only <points>   some of the subject's points, e.g. 1,2 (default all)
  --rounds <number> how often each is measured, in turn (default ${DEFAULT_ROUNDS}; failover 3, rolling-restart 1)
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
  const [subject = ""] = positionals;
  if (positionals.length !== 1 || !isSubject(subject)) {
    const names = Object.keys(POINTS).map((name) => `"${name}"`);
    throw new UsageError(`Expected ${names.join(" or ")}, got "${positionals.join(" ")}"; --help tells more.`);
  }
  const isQuick = values.quick ?? false;
  const all = POINTS[subject].map((_, index) => index + 1);
  return {
    subject,
    points:
      values.only === undefined ? all : values.only.split(",").map((each) => parseNumber("only", each, all.length)),
    rounds: isQuick
      ? 1
      : parseNumber("rounds", values.rounds ?? String(OWN_ROUNDS[subject] ?? DEFAULT_ROUNDS), MAX_ROUNDS),
    isQuick,
    isWritten: values.write ?? false,
  };
}

function isSubject(name: string): name is SubjectName {
  return Object.hasOwn(POINTS, name);
}

function listOf(subject: SubjectName): string {
  return POINTS[subject].map((point, index) => `\n                 ${index + 1} ${point}`).join("");
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

function parseNumber(option: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
  throw new UsageError(`--${option}: expected a whole number from 1 to ${max}, got "${text}".`);
}
