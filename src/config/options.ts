interface OptionBase {
  /** Key in Config. */
  readonly name: string;
  /** Environment variable. */
  readonly env: string;
  /** Flag on the command line, without the dashes. */
  readonly flag: string;
  /** Unit of the value, or "" where it has none. */
  readonly unit: string;
  /** What it does, in one sentence. */
  readonly sentence: string;
}

/** One row of the table. */
export type Option =
  | (OptionBase & { readonly type: "integer"; readonly default: number; readonly min: number; readonly max: number })
  | (OptionBase & { readonly type: "boolean"; readonly default: boolean })
  | (OptionBase & { readonly type: "choice"; readonly default: string; readonly choices: readonly string[] })
  | (OptionBase & { readonly type: "text"; readonly default: string; readonly pattern: RegExp; readonly form: string });

/** Every option of Arena, in the order of `--help`. */
export const OPTIONS: readonly Option[] = [
  {
    name: "port",
    env: "PORT",
    flag: "port",
    type: "integer",
    default: 2567,
    min: 0,
    max: 65535,
    unit: "",
    sentence: "Port for page, matchmaking and sockets; 0 lets the system choose.",
  },
  {
    name: "host",
    env: "HOST",
    flag: "host",
    type: "text",
    default: "0.0.0.0",
    pattern: /^[0-9A-Za-z.:-]+$/,
    form: "a host name or an address",
    unit: "",
    sentence: "Address to listen on; 127.0.0.1 keeps it on this machine.",
  },
  {
    name: "nodeId",
    env: "ARENA_NODE_ID",
    flag: "node-id",
    type: "text",
    default: "",
    pattern: /^[0-9A-Za-z_-]{1,64}$/,
    form: "1 to 64 letters, digits, - or _",
    unit: "",
    sentence: "Name of this node in logs and metrics; a random one when empty.",
  },
  {
    name: "dataDir",
    env: "ARENA_DATA_DIR",
    flag: "data-dir",
    type: "text",
    default: ".arena",
    pattern: /\S/,
    form: "a folder",
    unit: "",
    sentence: "Folder for what outlives the process; made when it is missing.",
  },
  {
    name: "isSyntheticAllowed",
    env: "ARENA_SYNTHETIC",
    flag: "synthetic",
    type: "boolean",
    default: false,
    unit: "",
    sentence: "Allows the synthetic room, which load tests use and a public server should not offer.",
  },
  {
    name: "logLevel",
    env: "LOG_LEVEL",
    flag: "log-level",
    type: "choice",
    default: "info",
    choices: ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
    unit: "",
    sentence: "Least important level that is written to the log on standard error.",
  },
  {
    name: "maxFrameBytes",
    env: "ARENA_MAX_FRAME_BYTES",
    flag: "max-frame-bytes",
    type: "integer",
    default: 16_384,
    min: 128,
    max: 16_777_216,
    unit: "bytes",
    sentence: "Largest frame that a client may send; a larger one closes its connection with 1009.",
  },
  {
    name: "maxBodyBytes",
    env: "ARENA_MAX_BODY_BYTES",
    flag: "max-body-bytes",
    type: "integer",
    default: 16_384,
    min: 128,
    max: 16_777_216,
    unit: "bytes",
    sentence: "Largest body of an HTTP request; a larger one is answered with 413.",
  },
  {
    name: "maxRefusals",
    env: "ARENA_MAX_REFUSALS",
    flag: "max-refusals",
    type: "integer",
    default: 20,
    min: 1,
    max: 1_000_000,
    unit: "per minute",
    sentence: "Refused frames of one connection within a minute before it is closed with 4500.",
  },
  {
    name: "maxRoomErrors",
    env: "ARENA_MAX_ROOM_ERRORS",
    flag: "max-room-errors",
    type: "integer",
    default: 100,
    min: 1,
    max: 1_000_000,
    unit: "per minute",
    sentence: "Exceptions of one room within a minute before it is closed with 4501.",
  },
  {
    name: "reconnectSeconds",
    env: "ARENA_RECONNECT_SECONDS",
    flag: "reconnect-seconds",
    type: "integer",
    default: 30,
    min: 0,
    max: 3600,
    unit: "s",
    sentence: "How long the seat of a session that lost its connection is kept.",
  },
  {
    name: "drainMs",
    env: "ARENA_DRAIN_MS",
    flag: "drain-ms",
    type: "integer",
    default: 10_000,
    min: 0,
    max: 600_000,
    unit: "ms",
    sentence: "How long a node that was asked to end waits for its rooms.",
  },
];
