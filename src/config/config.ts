/**
 * config: every option once, in one table; read from the environment and the command line, checked, frozen.
 *
 * The table is the source of `--help` and of docs/OPERATIONS.md. What is not in it is refused: an unknown flag
 * or an unknown `ARENA_` variable ends the start with one sentence. Nothing else reads the environment.
 */
import { randomUUID } from "node:crypto";
import { ArenaError } from "../errors/errors.ts";
import type { Option } from "./option.ts";
import { OPTIONS } from "./options.ts";
import { parseFlags } from "./parse-flags.ts";

export { helpText } from "./help-text.ts";
export type { Option } from "./option.ts";
export { OPTIONS } from "./options.ts";
export { parseFlags } from "./parse-flags.ts";

/** All options of a node, checked and frozen. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly nodeId: string;
  readonly dataDir: string;
  readonly isRestored: boolean;
  readonly logStore: "auto" | "lmdb" | "redis" | "memory";
  readonly redisUrl: string;
  readonly isVolatileRedisAllowed: boolean;
  readonly maxDocumentBytes: number;
  readonly maxCheckpointBytes: number;
  readonly maxHistoryBytes: number;
  readonly maxRedisHistoryBytes: number;
  readonly isSyntheticAllowed: boolean;
  readonly auth: "guest" | "token";
  readonly tokenSecret: string;
  readonly jwksUrl: string;
  readonly adminToken: string;
  readonly logLevel: "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";
  readonly maxFrameBytes: number;
  readonly maxBodyBytes: number;
  readonly maxRefusals: number;
  readonly isCompressed: boolean;
  readonly softBytes: number;
  readonly hardBytes: number;
  readonly maxBehindMs: number;
  readonly heartbeatMs: number;
  readonly joinMs: number;
  readonly maxRoomErrors: number;
  readonly reconnectSeconds: number;
  readonly drainMs: number;
  readonly role: "node" | "edge";
  readonly redisPrefix: string;
  readonly internalAddress: string;
  readonly publicAddress: string;
  readonly region: string;
  readonly labels: readonly string[];
  readonly isRebalanced: boolean;
  readonly maxMessageBytes: number;
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  readonly maxConnectionsPerUser: number;
  readonly connectionsPerSecond: number;
  readonly matchmakingPerSecond: number;
  readonly maxLoopDelayMs: number;
  readonly maxTickLatenessMs: number;
  readonly maxQueuedBytes: number;
  readonly maxImageBytes: number;
  readonly maxBoardImageBytes: number;
  readonly maxUserImageBytes: number;
  readonly maxAllImageBytes: number;
  readonly allowedOrigins: readonly string[];
  readonly trustedProxies: readonly string[];
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
  const config = Object.freeze(values) as unknown as Config; // OPTIONS has one row for each key of Config; a test holds it
  refuseContradictions(config, flags);
  return config;
}

/** Options of which the first must not be above the second. */
const ORDERED = [
  ["softBytes", "hardBytes"],
  ["maxFrameBytes", "byteBurst"],
] as const;

function refuseContradictions(config: Config, flags: ReadonlyMap<string, string>): void {
  if (config.logStore === "redis" && config.redisUrl === "") {
    throw new ArenaError("CONFIG_INVALID", `${sourceOf("logStore", flags)}: "redis" needs REDIS_URL.`);
  }
  if (config.role === "edge" && config.redisUrl === "") {
    throw new ArenaError("CONFIG_INVALID", `${sourceOf("role", flags)}: "edge" needs REDIS_URL.`);
  }
  if (config.logStore === "lmdb" && config.redisUrl !== "") {
    throw new ArenaError(
      "CONFIG_INVALID",
      `${sourceOf("logStore", flags)}: with REDIS_URL documents are kept in Redis, where each node can open them.`,
    );
  }
  for (const [lower, upper] of ORDERED) {
    if (config[lower] <= config[upper]) continue;
    throw new ArenaError(
      "CONFIG_INVALID",
      `${sourceOf(lower, flags)}: expected at most ${sourceOf(upper, flags)} (${config[upper]}), got "${config[lower]}".`,
    );
  }
}

/** The flag where the option was given as one, else its variable. */
function sourceOf(name: string, flags: ReadonlyMap<string, string>): string {
  const option = OPTIONS.find((row) => row.name === name);
  if (!option) return name;
  return flags.has(option.flag) ? `--${option.flag}` : option.env;
}

function refuseUnknownVariables(env: ConfigSources["env"]): void {
  const known = new Set(OPTIONS.map((option) => option.env));
  for (const name of Object.keys(env)) {
    if (name.startsWith("ARENA_") && !known.has(name)) {
      throw new ArenaError("CONFIG_INVALID", `${name} is not an option of Arena; --help lists them all.`);
    }
  }
}

function parseValue(option: Option, text: string, source: string): unknown {
  const value = readValue(option, text);
  if (value !== undefined) return value;
  const got = "isSecret" in option ? "a value that is not shown" : `"${text}"`;
  throw new ArenaError("CONFIG_INVALID", `${source}: expected ${expectedOf(option)}, got ${got}.`);
}

/** The value that `text` stands for, or undefined where the option allows no such value. */
function readValue(option: Option, text: string): unknown {
  switch (option.type) {
    case "integer":
      return /^-?\d+$/.test(text) && option.min <= Number(text) && Number(text) <= option.max
        ? Number(text)
        : undefined;
    case "boolean":
      return BOOLEANS.get(text);
    case "choice":
      return option.choices.find((choice) => choice === text);
    case "text":
      return option.pattern.test(text) ? text : undefined;
    case "list":
      return readList(option.pattern, text);
    default:
      return option satisfies never;
  }
}

function readList(pattern: RegExp, text: string): readonly string[] | undefined {
  const items = text.split(",").map((item) => item.trim());
  return items.every((item) => pattern.test(item)) ? Object.freeze(items) : undefined;
}

function expectedOf(option: Option): string {
  switch (option.type) {
    case "integer":
      return `a whole number from ${option.min} to ${option.max}`;
    case "boolean":
      return "1 or 0";
    case "choice":
      return `one of ${option.choices.join(", ")}`;
    case "text":
    case "list":
      return option.form;
    default:
      return option satisfies never;
  }
}

const BOOLEANS = new Map([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
]);
