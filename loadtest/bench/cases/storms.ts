import { setTimeout as wait } from "node:timers/promises";
import type { Case, Figure, Scale } from "../case.ts";
import type { PeerName } from "../peers.ts";
import type { Manner } from "../storm/manners.ts";
import { type StormPlace, startAlone, startEdge, startHeir, startMortal } from "../storm/places.ts";
import { Crowd, figuresOf } from "../storm/storm.ts";

/** What thousands of clients lose at once. */
interface Loss {
  readonly point: number;
  readonly title: string;
  readonly peers: readonly PeerName[];
  /** Whether their rooms are kept, and go on. */
  readonly isKept?: boolean;
  readonly start: (peer: PeerName) => Promise<StormPlace>;
}

const CLIENTS = 5000;
const MANNERS: readonly Manner[] = ["stock", "library"];
/** The SDK does not come back on a connection that was younger than 5 s. */
const SETTLE_MS = 6000;
const MAX_MS = 400_000;
const US_PER_S = 1e6;
const LOSSES: readonly Loss[] = [
  { point: 1, title: "lines cut", peers: ["arena", "colyseus"], start: startAlone },
  { point: 2, title: "edge killed", peers: ["edge"], start: () => startEdge("SIGKILL") },
  { point: 3, title: "edge ended", peers: ["edge"], start: () => startEdge("SIGTERM") },
  { point: 4, title: "node killed", peers: ["arena"], isKept: true, start: startMortal },
  { point: 5, title: "node behind an edge killed", peers: ["edge"], isKept: true, start: startHeir },
];

/** Thousands of clients lose their connections at once and come back. */
export function stormCases({ divisor }: Scale): readonly Case<PeerName, StormPlace>[] {
  const clients = CLIENTS / divisor;
  return LOSSES.flatMap(({ point, title, peers, isKept = false, start }) =>
    MANNERS.map((manner) => ({
      point,
      title: `${title}, ${manner}`,
      peers,
      maxMs: MAX_MS,
      start,
      measure: (_peer: PeerName, place: StormPlace) =>
        measure(place, { clients, manner, isKept, where: `${title}, ${manner}` }),
    })),
  );
}

interface Storm {
  readonly clients: number;
  readonly manner: Manner;
  readonly isKept: boolean;
  readonly where: string;
}

async function measure(place: StormPlace, { clients, manner, isKept, where }: Storm): Promise<readonly Figure[]> {
  const crowd = new Crowd({ port: place.port, manner, clients, isKept });
  try {
    await crowd.join();
    await wait(SETTLE_MS);
    const before = await place.ask("peaks");
    await place.delayBeside?.();
    const ownBefore = process.cpuUsage();
    const aftermath = await crowd.storm(() => (place.lose ? place.lose() : crowd.cut()));
    const { user, system } = process.cpuUsage(ownBefore);
    const [usage, besideMs] = [await place.ask("cpu"), await place.delayBeside?.()];
    const isAnother = usage.cpuUs < before.cpuUs;
    return [
      ...figuresOf(aftermath, clients, where),
      { name: `p99 delay of the event loop, ms: ${where}`, value: usage.p99DelayMs },
      { name: `longest delay of the event loop, ms: ${where}`, value: usage.longestStallMs },
      ...(besideMs === undefined ? [] : [{ name: `p99 delay of the other process, ms: ${where}`, value: besideMs }]),
      { name: `CPU of the server, s: ${where}`, value: (usage.cpuUs - (isAnother ? 0 : before.cpuUs)) / US_PER_S },
      { name: `CPU of the clients, s: ${where}`, value: (user + system) / US_PER_S },
    ];
  } finally {
    crowd.close();
  }
}
