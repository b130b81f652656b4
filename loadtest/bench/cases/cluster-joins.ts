import type { Case, Figure, Scale } from "../case.ts";
import type { Load } from "../load.ts";
import { CALLS_IN_FLIGHT, inFlight, reserveSeat } from "../matchmaking.ts";
import { inCluster } from "../peers.ts";
import { startRedis } from "../redis-process.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import { fillListing, LISTING_PEERS, type ListingPeerName, listingOf, startWith } from "./look-ups.ts";

/** Several processes on one Redis; `port` is that of the process with the listing. */
interface ClusterProcess extends ServerProcess {
  /** Where each takes calls. */
  readonly ports: readonly number[];
}

const NODES = [1, 2, 4];
const LISTED_ROOMS = 50_000;
/** Few enough for none to have many seats pending, which slows plain Colyseus down for a reason of its own. */
const CALLS = 4000;
const ROOMS = 16;
const QUIET = { entities: 10, changed: 0, tickMs: 60_000, messageBytes: 0, messagesPerTick: 0 };
const MS_PER_S = 1000;
const US_PER_S = 1e6;
const MAX_MS = 600_000;

/** Point 2: matchmaking calls into rooms that are there, made to all processes in turn. */
export function clusterJoinsCases(scale: Scale): readonly Case<ListingPeerName, ClusterProcess>[] {
  return NODES.map((nodes) => clusterJoinsCase(nodes, scale));
}

function clusterJoinsCase(nodes: number, { divisor, windowMs }: Scale): Case<ListingPeerName, ClusterProcess> {
  const listed = LISTED_ROOMS / divisor;
  const where = `${nodes} ${nodes === 1 ? "process" : "processes"}`;
  return {
    point: 2,
    title: `join calls to ${where}`,
    peers: LISTING_PEERS,
    maxMs: MAX_MS,
    start: (peer) => startCluster(peer, nodes),
    measure: async (_peer, cluster) => {
      for (let room = 0; room < ROOMS; room++) await join(cluster, room);
      await joinMany(cluster, CALLS / divisor / 4, windowMs); // until the code is compiled
      const empty = await joinMany(cluster, CALLS / divisor, 2 * windowMs);
      await fillListing(cluster.port, { from: 0, to: listed, types: "synthetic" });
      const full = await joinMany(cluster, CALLS / divisor, 2 * windowMs);
      return [
        ...figuresOf(empty, `${where}, 0 other rooms listed`),
        ...figuresOf(full, `${where}, ${listed.toLocaleString("en")} other rooms listed`),
      ];
    },
  };
}

async function startCluster(peer: ListingPeerName, nodes: number): Promise<ClusterProcess> {
  const redis = await startRedis();
  return startWith(redis, async () => {
    const programs = Array.from({ length: nodes }, (_, index) => inCluster(peer, `n${index + 1}`, redis.url));
    const started = await Promise.allSettled([listingOf(peer, redis), ...programs].map((each) => startServer(each)));
    const servers = started.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    const cluster = clusterOf(servers);
    const failed = started.find(({ status }) => status === "rejected");
    if (!failed) return cluster;
    await cluster.close();
    throw failed.status === "rejected" ? failed.reason : new Error("A server does not start.");
  });
}

function clusterOf(servers: readonly ServerProcess[]): ClusterProcess {
  const [listing, ...nodes] = servers;
  return {
    port: listing?.port ?? 0,
    ports: nodes.map(({ port }) => port),
    ask: async (question) => {
      const usages = await Promise.all(nodes.map((node) => node.ask(question)));
      const sum = (field: keyof (typeof usages)[number]): number =>
        usages.reduce((total, usage) => total + usage[field], 0);
      return {
        cpuUs: sum("cpuUs"),
        rssBytes: sum("rssBytes"),
        heldBytes: sum("heldBytes"),
        peakRssBytes: sum("peakRssBytes"),
        longestStallMs: Math.max(...usages.map(({ longestStallMs }) => longestStallMs)),
        p99DelayMs: Math.max(...usages.map(({ p99DelayMs }) => p99DelayMs)),
      };
    },
    end: async (signal) => void (await Promise.all(servers.map((server) => server.end(signal)))),
    lastWords: () => servers.map((server) => server.lastWords()).join(" "),
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}

/** Call number `index`: the rooms and the processes are taken in turn, so that most seats are in another process than the call. */
async function join({ ports }: ClusterProcess, index: number): Promise<void> {
  const load: Load = { ...QUIET, id: `room-${index % ROOMS}` };
  await reserveSeat(ports[Math.floor(index / ROOMS) % ports.length] ?? 0, "synthetic", load);
}

interface Joined {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly refused: number;
}

/** As many calls as were asked for, or as fit into a time. */
async function joinMany(cluster: ClusterProcess, calls: number, forMs: number): Promise<Joined> {
  const [before, startMs] = [await cluster.ask("cpu"), performance.now()];
  let [seated, refused] = [0, 0];
  await inFlight(calls, async (index) => {
    if (performance.now() > startMs + forMs) return;
    await join(cluster, index).then(
      () => seated++,
      () => refused++,
    );
  });
  const endMs = performance.now();
  const after = await cluster.ask("cpu");
  return {
    perSecond: seated / ((endMs - startMs) / MS_PER_S),
    cpuUs: (after.cpuUs - before.cpuUs) / Math.max(1, seated),
    refused,
  };
}

function figuresOf({ perSecond, cpuUs, refused }: Joined, where: string): readonly Figure[] {
  return [
    { name: `join calls a second, ${CALLS_IN_FLIGHT} in flight: ${where}`, value: perSecond },
    { name: `CPU of all processes for a join call, ms: ${where}`, value: (cpuUs * MS_PER_S) / US_PER_S },
    { name: `calls without a seat: ${where}`, value: refused },
  ];
}
