/** Arena's presence as a process of a cluster has it; its arguments are the address of a Redis and a name. */
import { randomUUID } from "node:crypto";
import { systemClock } from "../../../src/clock/clock.ts";
import { openCluster } from "../../../src/cluster/cluster.ts";
import { openPresence } from "../../../src/presence/presence.ts";
import type { PresenceTold } from "../../../src/protocol/protocol.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";
import { answerParent, nowMs } from "../presence/child.ts";

/** A user as one watcher was told. */
type Seen = readonly [userId: string, status: string, sessions: number, atMs: number];

const MAX_TRIES = 10;
const [redisUrl = "", nodeId = ""] = process.argv.slice(2);
const [clock, telemetry] = [systemClock("foreground"), createTelemetry()];
telemetry.on("presence:storeFailed", ({ action, error }) => process.stderr.write(`${action}: ${error}\n`));
const place = { redisUrl, redisPrefix: "arena", clock, telemetry };
const about = { role: "node", publicAddress: "", version: "", region: "", labels: [], pid: process.pid } as const;
const cluster = await openCluster({ ...place, identity: { ...about, nodeId, bootId: randomUUID() } });
await cluster.join("127.0.0.1:1"); // nobody has a reason to call it
const presence = await openPresence({ ...place, cluster });
let [seen, bytes]: [Seen[], number] = [[], 0];

/** A machine that is busy may let a call run into its deadline; whoever watches tries again then. */
async function watch(users: readonly string[], listener: (told: PresenceTold) => void): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await presence.watch(users, listener);
      return;
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
    }
  }
}

answerParent({
  arrive: (users: readonly (readonly [userId: string, sessionId: string])[]) => {
    const atMs = nowMs();
    for (const [userId, sessionId] of users) {
      presence.arrived({ userId, sessionId, roomId: `room-${userId.length}`, room: "arena" });
    }
    return atMs;
  },
  depart: (sessionIds: readonly string[]) => {
    for (const sessionId of sessionIds) presence.departed(sessionId);
  },
  status: ([sessionId, status]: readonly [string, string]) => {
    presence.setStatus(sessionId, status);
    return nowMs();
  },
  watch: async (users: readonly string[]) => {
    const startMs = nowMs();
    await watch(users, (told) => {
      const atMs = nowMs();
      if (told.isSnapshot) return;
      bytes += JSON.stringify(told).length;
      for (const [userId, { sessions }] of Object.entries(told.users)) {
        seen.push([userId, sessions[0]?.status ?? "", sessions.length, atMs]);
      }
    });
    return nowMs() - startMs;
  },
  seen: () => {
    const taken = { seen, bytes };
    [seen, bytes] = [[], 0];
    return taken;
  },
  cpuUs: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  rssBytes: () => process.memoryUsage.rss(),
});
