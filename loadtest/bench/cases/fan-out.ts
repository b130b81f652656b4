import { setTimeout as wait } from "node:timers/promises";
import type { Case, Figure, Scale } from "../case.ts";
import { Crowd } from "../crowd.ts";
import type { Load } from "../load.ts";
import { FORWARD_PEERS, type PeerName, STATE_PEERS } from "../peers.ts";
import type { ServerProcess } from "../server-process.ts";

interface Shape {
  readonly rooms: number;
  readonly clientsPerRoom: number;
  readonly tickMs: number;
  readonly messagesPerTick: number;
}

/** After the last join everything runs for this time before it is measured: code gets compiled, queues empty. */
const SETTLE_MS = 1500;
const MS_PER_S = 1000;
const TICK_MS = 50;
/** Five writes for each of 2,000 clients take plain Colyseus and Socket.IO longer than 50 ms; here they keep up. */
const SLOW_TICK_MS = 250;

/** Points 1 and 2: what a delivered patch costs the server, alone and with four messages beside it. */
export function fanOutCases({ windowMs, divisor }: Scale): readonly Case[] {
  const small = { rooms: 1, clientsPerRoom: 500 / divisor, tickMs: TICK_MS };
  const large = { rooms: 1, clientsPerRoom: 2000 / divisor, tickMs: TICK_MS };
  const many = { rooms: 40 / divisor, clientsPerRoom: 50, tickMs: TICK_MS };
  const alone = [small, large, many].map((size) => ({ ...size, messagesPerTick: 0 }));
  const slow = { tickMs: SLOW_TICK_MS };
  const beside = [small, { ...large, ...slow }, { ...many, ...slow }].map((size) => ({ ...size, messagesPerTick: 4 }));
  return [...alone, ...beside].map((shape) => fanOutCase(shape, STATE_PEERS, windowMs));
}

/** The same for a process between the clients and their server. */
export function forwardingCases({ windowMs, divisor }: Scale): readonly Case[] {
  const large = { rooms: 1, clientsPerRoom: 500 / divisor, tickMs: TICK_MS };
  const many = { rooms: 50 / divisor, clientsPerRoom: 10, tickMs: TICK_MS };
  const alone = [large, many].map((size) => ({ ...size, messagesPerTick: 0 }));
  const shapes = [...alone, { ...large, messagesPerTick: 4 }];
  return shapes.map((shape) => fanOutCase(shape, FORWARD_PEERS, windowMs));
}

function fanOutCase(shape: Shape, peers: readonly PeerName[], windowMs: number): Case {
  const { rooms, clientsPerRoom, tickMs, messagesPerTick } = shape;
  const extra = messagesPerTick > 0 ? `, ${messagesPerTick} messages a tick` : "";
  const title = `${rooms} ${rooms === 1 ? "room" : "rooms"} of ${clientsPerRoom} at ${MS_PER_S / tickMs} Hz${extra}`;
  return {
    point: messagesPerTick > 0 ? 2 : 1,
    title,
    peers,
    measure: async (peer, server) => {
      const crowd = new Crowd({ peer, port: server.port, rooms: roomsOf(shape) });
      try {
        await crowd.grow(rooms * clientsPerRoom);
        await wait(SETTLE_MS);
        return await measureWindow(crowd, server, { title, windowMs });
      } finally {
        crowd.close();
      }
    },
  };
}

function roomsOf({ rooms, tickMs, messagesPerTick }: Shape): Load[] {
  const load = { entities: 100, changed: 30, tickMs, messageBytes: 64, messagesPerTick };
  return Array.from({ length: rooms }, (_, index) => ({ ...load, id: `room-${index}` }));
}

async function measureWindow(
  crowd: Crowd,
  server: ServerProcess,
  { title, windowMs }: { title: string; windowMs: number },
): Promise<Figure[]> {
  const [before, patchesBefore, startMs] = [await server.ask("cpu"), crowd.patches, performance.now()];
  await wait(windowMs);
  const [after, patchesAfter, endMs] = [await server.ask("cpu"), crowd.patches, performance.now()];
  crowd.checkAll();
  const patches = patchesAfter - patchesBefore;
  const perClientSecond = patches / crowd.size / ((endMs - startMs) / MS_PER_S);
  return [
    { name: `CPU for a delivered patch, µs: ${title}`, value: (after.cpuUs - before.cpuUs) / patches },
    { name: `patches a second for each client: ${title}`, value: perClientSecond },
  ];
}
