/** The words that every module may import. */
const BASE = ["protocol", "errors", "clock", "telemetry"];

/**
 * The architecture: what each module of src/ owns and which others it may import ("*" for all). A folder of src/ that is
 * not named here is refused. docs/ARCHITECTURE.md shows this table.
 */
export const MODULES = {
  protocol: { owns: "words shared with clients: frame kinds, close codes, the form of a close reason", mayImport: [] },
  clock: { owns: "time, timers, randomness behind one interface, with a manual twin for tests", mayImport: [] },
  errors: {
    owns: "one error class, one catalogue: number, sentence, close code, HTTP status, whether trying again helps",
    mayImport: ["protocol"],
  },
  config: { owns: "every option once: name, env variable, unit, default, bounds; frozen", mayImport: ["errors"] },
  telemetry: {
    owns: "the typed events that modules emit; sinks turn them into logs (pino) and metrics (prom-client)",
    mayImport: ["protocol", "errors", "clock"],
  },
  outbox: { owns: "what waits for one connection, its bound, its lanes, what happens at the bound", mayImport: BASE },
  transport: {
    owns: "sockets: admission, heartbeats, join deadline, frame checks and rates, what is sent, forwarding to other processes",
    mayImport: [...BASE, "outbox", "tokens", "trunk"],
  },
  trunk: {
    owns: "one line between a process where clients come in and one that has their rooms, a channel for each client",
    mayImport: BASE,
  },
  lmdb: {
    owns: "a folder with an LMDB database: opened when it is needed, written within a bounded time, never fatal",
    mayImport: BASE,
  },
  redis: { owns: "a connection to Redis that comes and goes, scripts, what Redis keeps of them", mayImport: BASE },
  document: {
    owns: "what a durable room holds and how operations change it: records, layers over them, what a room author writes",
    mayImport: [],
  },
  "op-log": {
    owns: "append, order, dedupe, fence, snapshot, resume plan; stores: memory, lmdb, redis",
    mayImport: [...BASE, "document", "lmdb", "redis"],
  },
  images: {
    owns: "images that people bring: what they are, how much of them there may be, where they are kept",
    mayImport: [...BASE, "lmdb", "redis"],
  },
  cluster: {
    owns: "node lease, room ownership and epoch, ledger of reservations; stores: memory, redis",
    mayImport: [...BASE, "redis"],
  },
  checkpoint: {
    owns: "rooms that outlive their process: when each is kept, where, and who may; stores: memory, lmdb, redis",
    mayImport: [...BASE, "lmdb", "redis"],
  },
  peers: {
    owns: "calls from one process of the cluster to another, the proof that what is passed on comes from one",
    mayImport: BASE,
  },
  presence: {
    owns: "user -> sessions -> node across processes, snapshots and changes for who watches; stores: memory, redis",
    mayImport: [...BASE, "cluster", "redis"],
  },
  people: {
    owns: "users who invite and follow one another, and parties that go into rooms together; stores: memory, redis",
    mayImport: [...BASE, "cluster", "peers", "presence", "redis", "tokens"],
  },
  placement: {
    owns: "which node gets a room: pure choice over load reports and reservations",
    mayImport: BASE,
  },
  matchmaking: {
    owns: "who gets a seat: calls that are checked, the listing, how a room is made once and on which node",
    mayImport: [...BASE, "redis", "cluster", "peers", "placement", "checkpoint", "tokens"],
  },
  room: {
    owns: "the base room: validation, ticks, whole states for who fell behind, kept seats and their users",
    mayImport: [...BASE, "outbox", "document", "op-log", "cluster", "presence", "people", "checkpoint", "tokens"],
  },
  "op-lane": {
    owns: "durable rooms: who follows a document, how each is led to the present, what is passed on and not kept",
    mayImport: [...BASE, "document", "op-log", "room", "tokens"],
  },
  handoff: {
    owns: "drain, move, failover, rebalance",
    mayImport: [...BASE, "cluster", "placement", "op-log", "checkpoint"],
  },
  http: {
    owns: "HTTP: matchmaking's route, health, metrics, tokens, the page; bounds every body",
    mayImport: [...BASE, "matchmaking", "presence", "cluster", "peers", "handoff", "tokens", "images"],
  },
  tokens: {
    owns: "who a user is: signing, checking, renewing and revoking tokens",
    mayImport: BASE,
  },
  client: {
    owns: "the client library for browsers and Node",
    mayImport: ["protocol", "errors", "clock", "document"],
  },
  cli: { owns: "the command line: start to exit code, signals, the data folder", mayImport: "*" },
};

const NAMES = Object.keys(MODULES).join("|");
const OURS = "^(src|rooms|client-sample|loadtest|test|scripts|arena[.](config|parts)[.]ts)";
const DOOR = "^src/([^/]+)/\\1[.]ts$";
const SEES_COLYSEUS = "^src/(transport|room|op-lane|matchmaking|client)/";
const COLYSEUS_OR_WS = "^node_modules/(@colyseus/|colyseus/|ws/|@types/ws/)";

const error = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

const importsOf = ([name, { mayImport }]) =>
  error(
    `${name}-imports`,
    `${name} may import ${mayImport.join(", ") || "no other module"}`,
    { path: `^src/${name}/` },
    { path: OURS, pathNot: `^src/(${[name, ...mayImport].join("|")})/` },
  );

export default {
  forbidden: [
    ...Object.entries(MODULES)
      .filter(([, { mayImport }]) => mayImport !== "*")
      .map(importsOf),
    error("unknown-module", "name the new module in MODULES", {}, { path: `^src/(?!(${NAMES})/|main[.]ts$)` }),
    error("main-starts-the-cli", "nothing but src/cli", { path: "^src/main[.]ts$" }, { pathNot: "^src/cli/cli[.]ts$" }),
    error(
      "through-the-door",
      "another module is entered only through the file with its folder's name",
      { path: "^src/([^/]+)/" },
      { path: "^src/", pathNot: ["^src/$1/", DOOR] },
    ),
    error(
      "through-the-door-from-outside",
      "rooms, page and load test enter a module only through its door",
      { path: "^(rooms|client-sample|loadtest)/" },
      { path: "^src/", pathNot: DOOR },
    ),
    error(
      "rooms-imports",
      "rooms stand on the base room, documents and the words of protocol, errors and clock",
      { path: "^rooms/" },
      { path: OURS, pathNot: "^(rooms|src/(room|op-lane|document|protocol|errors|clock))/" },
    ),
    error(
      "rules-are-pure",
      "the rules of a room import nothing but rules, what a document is, and pure libraries",
      { path: "^rooms/[^/]+/rules/" },
      { pathNot: "^(rooms/[^/]+/rules|src/document|node_modules/(yjs|fractional-indexing))/" },
    ),
    error(
      "clients-know-what-is-public",
      "page and load test may import protocol, clock, the client library and a room's pure rules; both write strokes alike; benchmarks run the listing, presence and placement without a node",
      {
        path: "^(client-sample|loadtest)/",
        pathNot: "^loadtest/bench/(servers/arena-(listing|presence)[.]ts$|placement/|presence/)",
      },
      {
        path: OURS,
        pathNot: [
          "^$1/",
          "^src/(protocol|clock|client)/",
          "^rooms/[^/]+/rules/",
          "^client-sample/src/board/model/packed-points[.]ts$",
        ],
      },
    ),
    error(
      "the-simulator-runs-the-product",
      "what is simulated is the placement of the product itself, in another time; nothing else of the product is needed for it",
      { path: "^loadtest/bench/placement/" },
      { path: OURS, pathNot: ["^loadtest/", "^src/(clock|placement)/"] },
    ),
    error(
      "the-simulator-of-presence-runs-the-product",
      "what is simulated is the presence of the product itself, in another time, over a store in memory",
      { path: "^loadtest/bench/presence/" },
      { path: OURS, pathNot: ["^loadtest/", "^src/(clock|cluster|presence|protocol|telemetry)/"] },
    ),
    error(
      "colyseus-at-the-edge",
      "only transport, room, op-lane, matchmaking, client, rooms/ and arena.config.ts may see Colyseus or ws",
      { path: "^src/", pathNot: SEES_COLYSEUS },
      { path: COLYSEUS_OR_WS },
    ),
    error(
      "rooms-see-core-and-schema",
      "of Colyseus a room needs core and schema",
      { path: "^rooms/" },
      { path: COLYSEUS_OR_WS, pathNot: "^node_modules/@colyseus/(core|schema)/" },
    ),
    error(
      "clients-see-the-sdk",
      "page and load test speak to the server as any player's SDK does; only the peers of the benchmark are servers",
      { path: "^(client-sample|loadtest)/", pathNot: "^loadtest/bench/servers/" },
      { path: COLYSEUS_OR_WS, pathNot: "^node_modules/@colyseus/(sdk|schema)/" },
    ),
    error("nobody-needs-tests", "test/ is imported by tests only", { pathNot: "^test/" }, { path: "^test/" }),
    error(
      "no-development-packages",
      "what runs in production stands in dependencies",
      { path: "^(src|rooms|arena[.](config|parts)[.]ts)" },
      { dependencyTypes: ["npm-dev", "npm-optional", "npm-no-pkg"], dependencyTypesNot: ["type-only"] },
    ),
    error("resolvable", "every import leads to a file", {}, { couldNotResolve: true }),
    error(
      "no-cycles",
      "files stand on one another in one direction; a door and its parts may share types",
      {},
      { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    ),
    error("no-orphans", "a file that nobody imports", { orphan: true, path: "^(src|rooms)/" }, {}),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^client-sample/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "node", "default", "require"],
    },
  },
};
