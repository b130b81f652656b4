import { parseArgs } from "node:util";

/** What the bots do. */
export const SCENARIO_NAMES = ["arena", "lobby", "synthetic", "whiteboard", "chat"] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

/** All options of a load test, checked. */
export interface LoadOptions {
  readonly url: string;
  readonly scenario: ScenarioName;
  readonly bots: number;
  readonly seconds: number;
  readonly rampPerSecond: number;
  readonly workers: number;
  /** File for the figures; "" for none. */
  readonly json: string;
  /** Of which each room of `arena` and `synthetic` has one, by chance; none where the server fills the rooms. */
  readonly roomSizes: readonly number[];
  readonly entities: number;
  readonly changed: number;
  readonly tickMs: number;
  readonly messageBytes: number;
  readonly messagesPerTick: number;
  /** Documents that the bots of `whiteboard` and `chat` share. */
  readonly boards: number;
  /** Mean time between two connections that a bot loses; 0 for none. */
  readonly dropEverySeconds: number;
  readonly ownsServer: boolean;
}

interface RowBase {
  /** Key in LoadOptions. */
  readonly name: keyof LoadOptions;
  readonly flag: string;
  /** Another name for the same. */
  readonly alias?: string;
  readonly sentence: string;
}

type Row = RowBase &
  (
    | { readonly type: "integer"; readonly default: number; readonly min: number; readonly max: number }
    | { readonly type: "integers"; readonly default: readonly []; readonly min: number; readonly max: number }
    | { readonly type: "choice"; readonly default: string; readonly choices: readonly string[] }
    | { readonly type: "text"; readonly default: string; readonly placeholder: string }
    | { readonly type: "flag"; readonly default: false }
  );

/** Every option, in the order of `--help`. The bounds of the last integers are those of the room `synthetic`. */
export const OPTIONS: readonly Row[] = [
  text("url", "url", "ws://localhost:2567", "url", "Server under test."),
  {
    name: "scenario",
    flag: "scenario",
    type: "choice",
    default: "arena",
    choices: SCENARIO_NAMES,
    sentence:
      "What the bots do: play, watch the list of rooms, receive a known load, draw on boards, or chat. What is drawn and said is verified in the end.",
  },
  integer("bots", "bots", [100, 1, 20_000], "How many bots."),
  {
    ...integer("seconds", "seconds", [30, 1, 3600], "How long to measure, from the moment when every bot is in."),
    alias: "duration",
  },
  integer("rampPerSecond", "ramp-per-second", [50, 1, 10_000], "How many bots join per second."),
  integer("workers", "workers", [1, 1, 64], "Threads that drive the bots."),
  text("json", "json", "", "file", "File to which the figures are written, with the options."),
  {
    name: "roomSizes",
    flag: "room-sizes",
    type: "integers",
    default: [],
    min: 1,
    max: 32,
    sentence:
      "arena, synthetic: how many bots there are in each room, by chance one of these, such as 2,4,8,16; without it the server fills the rooms.",
  },
  integer("entities", "entities", [100, 0, 100_000], "synthetic: entities in the state."),
  integer("changed", "changed", [10, 0, 100_000], "synthetic: entities that move each tick."),
  integer("tickMs", "tick-ms", [50, 5, 60_000], "synthetic: time between two ticks in ms."),
  integer("messageBytes", "message-bytes", [0, 0, 65_536], "synthetic: size of a noise message."),
  integer("messagesPerTick", "messages-per-tick", [0, 0, 100], "synthetic: noise messages each tick."),
  integer("boards", "boards", [1, 1, 1000], "whiteboard, chat: documents that the bots share evenly."),
  integer(
    "dropEverySeconds",
    "drop-every",
    [30, 0, 3600],
    "whiteboard, chat: a bot loses its connection every so many seconds on the average; 0 for never.",
  ),
  {
    name: "ownsServer",
    flag: "i-own-this-server",
    type: "flag",
    default: false,
    sentence: "Allows a server that is not on this machine.",
  },
];

/** A command line that makes no sense; its message is one sentence for the person who typed it. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * Reads and checks the command line; what is not there has its default.
 *
 * @throws UsageError naming the option, what was expected and what was got
 */
export function parseOptions(args: readonly string[]): LoadOptions {
  const flags = splitFlags(args);
  const values = Object.fromEntries(OPTIONS.map((row) => [row.name, readValue(row, flags.get(row.flag))]));
  const options = values as unknown as LoadOptions; // OPTIONS has one row for each key; a test holds it
  checkUrl(options);
  if (options.workers > options.bots) {
    throw new UsageError(
      `--workers: expected at most one for each of the ${options.bots} bots, got ${options.workers}.`,
    );
  }
  return options;
}

/** The text of `--help`. */
export function helpText(): string {
  const rows = OPTIONS.map((row) => {
    const names = [row.flag, row.alias].filter((name) => name !== undefined).map((name) => `--${name}`);
    return `  ${names.join(", ")}${placeholderOf(row)}  (${rangeOf(row)})\n      ${row.sentence}`;
  });
  return `Usage: npm run loadtest -- [options]

Joins bots to a server, measures what they see and prints a table. Ends with exit code 1 when a bot failed: it could
not join, its connection was closed, or it heard nothing for 2 seconds; and when what bots drew or said is not there in
the end, exactly once and the same for everybody, or was refused.

Options (default and bounds):
${rows.join("\n")}
  --help
      Prints this text.
`;
}

function splitFlags(args: readonly string[]): ReadonlyMap<string, string | undefined> {
  const byName = new Map(
    OPTIONS.flatMap((row) => [row.flag, row.alias ?? row.flag].map((name) => [name, row] as const)),
  );
  const options = Object.fromEntries(
    Array.from(byName, ([name, { type }]) => [name, { type: type === "flag" ? "boolean" : "string" } as const]),
  );
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  const flags = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw new UsageError(`"${token.value}" is not expected here.`);
    const row = byName.get(token.name);
    if (!row) throw new UsageError(`${token.rawName} is not an option; --help lists them all.`);
    flags.set(row.flag, token.value ?? "");
  }
  return flags;
}

function readValue(row: Row, given: string | undefined): string | number | boolean | readonly number[] {
  if (given === undefined) return row.default;
  const refuse = (expected: string): never => {
    throw new UsageError(`--${row.flag}: expected ${expected}, got "${given}".`);
  };
  switch (row.type) {
    case "integer":
      return isInside(given, row) ? Number(given) : refuse(`a whole number from ${row.min} to ${row.max}`);
    case "integers": {
      const parts = given.split(",");
      const areInside = parts.every((part) => isInside(part, row));
      return areInside ? parts.map(Number) : refuse(`whole numbers from ${row.min} to ${row.max}, with commas between`);
    }
    case "choice":
      return row.choices.includes(given) ? given : refuse(`one of ${row.choices.join(", ")}`);
    case "text":
      return given === "" ? refuse(`a ${row.placeholder}`) : given;
    case "flag":
      return given === "" ? true : refuse("no value");
    default:
      return row satisfies never;
  }
}

function isInside(text: string, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
}

const PROTOCOLS = ["ws:", "wss:", "http:", "https:"];
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function checkUrl({ url, ownsServer }: LoadOptions): void {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !PROTOCOLS.includes(parsed.protocol)) {
    throw new UsageError(`--url: expected an address such as ws://localhost:2567, got "${url}".`);
  }
  if (!LOOPBACK.test(parsed.hostname) && !ownsServer) {
    throw new UsageError(
      `--url: ${parsed.hostname} is not this machine; add --i-own-this-server if it is yours to load.`,
    );
  }
}

function placeholderOf(row: Row): string {
  switch (row.type) {
    case "flag":
      return "";
    case "text":
      return ` <${row.placeholder}>`;
    case "choice":
      return ` <${row.choices.join("|")}>`;
    case "integer":
      return " <number>";
    case "integers":
      return " <numbers>";
    default:
      return row satisfies never;
  }
}

function rangeOf(row: Row): string {
  if (row.type === "integers") return `none by default, each ${row.min} to ${row.max}`;
  if (row.type === "integer") return `default ${row.default}, ${row.min} to ${row.max}`;
  return row.default ? `default ${row.default}` : "off by default";
}

function integer(
  name: keyof LoadOptions,
  flag: string,
  [value, min, max]: [number, number, number],
  sentence: string,
): Row {
  return { name, flag, type: "integer", default: value, min, max, sentence };
}

function text(...[name, flag, value, placeholder, sentence]: [keyof LoadOptions, string, string, string, string]): Row {
  return { name, flag, type: "text", default: value, placeholder, sentence };
}
