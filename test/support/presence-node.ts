/**
 * A process with presence and the cluster around it, and nothing else: users come and go as the parent says, and whoever watches here
 * is told of over the channel to the parent. Says `{ isReady }` when it takes part.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { type Stop, systemClock } from "../../src/clock/clock.ts";
import { openCluster } from "../../src/cluster/cluster.ts";
import { CALL_HEADER, CALL_PATH, openPeers, type Peers } from "../../src/peers/peers.ts";
import { openPresence } from "../../src/presence/presence.ts";
import { createTelemetry } from "../../src/telemetry/telemetry.ts";
import type { PresenceOrder, PresenceWord } from "./presence-process.ts";

process.once("disconnect", () => process.exit()); // whoever would end this process is gone

const say = (word: PresenceWord): void => void process.send?.(word);

process.once("message", async ({ redisUrl, nodeId }: { redisUrl: string; nodeId: string }) => {
  const [clock, telemetry, bootId] = [systemClock("foreground"), createTelemetry(), randomUUID()];
  telemetry.on("presence:storeFailed", ({ action, error }) => process.stderr.write(`${action}: ${error}\n`));
  const about = { role: "node", publicAddress: "", version: "1", region: "", labels: [], pid: process.pid } as const;
  const place = { redisUrl, redisPrefix: "arena", clock, telemetry };
  const cluster = await openCluster({ ...place, identity: { ...about, nodeId, bootId } });
  const peers = openPeers({ clock, telemetry, signing: { secret: await cluster.secret(), bootId } });
  cluster.meet(peers);
  const presence = await openPresence({ ...place, cluster });
  await cluster.join(`127.0.0.1:${await answerCalls(peers)}`);

  /** What ends each watch; undefined while it is not there yet. */
  const watches = new Map<string, Stop | undefined>();
  const watch = async (id: string, users: readonly string[]): Promise<void> => {
    watches.set(id, undefined);
    while (watches.has(id)) {
      try {
        const stop = await presence.watch(users, (told) => say({ id, told }));
        if (watches.has(id)) watches.set(id, stop);
        else stop();
        return;
      } catch {
        await delay(100); // the store is away; a client tries again, too
      }
    }
  };
  const unwatch = (id: string): void => {
    watches.get(id)?.();
    watches.delete(id);
  };
  process.on("message", (order: PresenceOrder) => {
    if (order.do === "arrive") presence.arrived(order.seat);
    else if (order.do === "depart") presence.departed(order.sessionId);
    else if (order.do === "status") presence.setStatus(order.sessionId, order.status);
    else if (order.do === "watch") void watch(order.id, order.users);
    else if (order.do === "unwatch") unwatch(order.id);
    else order satisfies never;
  });
  say({ isReady: true });
});

/** Gives the port at which the calls of other processes are answered. */
async function answerCalls(peers: Peers): Promise<number> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat(await request.toArray());
    const method = (request.url ?? "").slice(CALL_PATH.length);
    const told = await peers.handle({ method, proof: String(request.headers[CALL_HEADER] ?? "") }, body);
    response.writeHead(told ? 200 : 404).end(told);
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port; // a TCP server's address is never a path
}
