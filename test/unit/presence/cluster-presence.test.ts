import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Member } from "../../../src/cluster/member.ts";
import { MemoryStore } from "../../../src/cluster/memory-store.ts";
import { ClusterPresence } from "../../../src/presence/cluster-presence.ts";
import { PresenceMemory, PresenceMemoryStore } from "../../../src/presence/memory-store.ts";
import type { NewsListener } from "../../../src/presence/store.ts";
import type { PresenceTold as Told } from "../../../src/protocol/protocol.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Two processes on one store in memory; the first can stand still. */
class TwoProcesses {
  readonly clocks: readonly [ManualClock, ManualClock] = [manualClock(1), manualClock(2)];
  readonly presences: ClusterPresence[] = [];
  readonly #members = new MemoryStore(this.clocks[1]);
  readonly #sessions = new PresenceMemory(this.clocks[1]);
  isFrozen = false;

  async open(): Promise<void> {
    for (const [n, clock] of this.clocks.entries()) {
      const telemetry = createTelemetry();
      const about = { publicAddress: "", version: "1", region: "", labels: [], pid: 1, role: "node" as const };
      const identity = { ...about, nodeId: `n${n}`, bootId: `b${n}` };
      const cluster = new Member({ identity, store: this.#members, clock, telemetry, isSole: false });
      await cluster.join("127.0.0.1:1");
      let presence: ClusterPresence | undefined;
      const listener: NewsListener = { onNews: (news) => presence?.news.onNews(news), onMissed: () => {} };
      presence = new ClusterPresence(new PresenceMemoryStore(this.#sessions, listener), { clock, telemetry, cluster });
      this.presences.push(presence);
    }
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) {
      for (const clock of this.clocks) {
        if (clock === this.clocks[0] && this.isFrozen) clock.skip(50);
        else clock.advance(50);
      }
      for (let turns = 0; turns < 5; turns++) await settle();
    }
  }

  close(): void {
    for (const presence of this.presences) presence.close();
  }
}

describe("presence of a process that stands still", () => {
  for (const frozenMs of [3000, 5000, 7200, 9000, 30_000]) {
    it(`[PRS2] is told again when it goes on after ${frozenMs} ms`, async () => {
      const processes = new TwoProcesses();
      await processes.open();
      const [first, second] = processes.presences as [ClusterPresence, ClusterPresence];
      first.arrived({ userId: "ann", sessionId: "s1", roomId: "r1", room: "arena" });
      second.arrived({ userId: "ann", sessionId: "s2", roomId: "r2", room: "arena" });
      first.arrived({ userId: "bob", sessionId: "s3", roomId: "r1", room: "arena" });
      await processes.pass(1000);
      const told: Told[] = [];
      await second.watch(["ann", "bob"], (one) => told.push(one));
      const known = (): Told["users"] => Object.assign({}, ...told.map(({ users }) => users));
      processes.isFrozen = true;
      await processes.pass(frozenMs);
      const meanwhile = known()["ann"]?.sessions.length;
      processes.isFrozen = false;
      await processes.pass(2000);

      assert.deepEqual(
        [meanwhile, known()["ann"]?.sessions.length, known()["bob"]?.online, known()["bob"]?.sessions.length],
        [1, 2, true, 1],
      );
      processes.close();
    });
  }
});
