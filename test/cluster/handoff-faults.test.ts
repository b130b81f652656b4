import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../src/clock/clock.ts";
import { TestCluster, turn } from "../support/cluster-processes.ts";
import { assertSameBoard, BoardBot } from "../support/move-bots.ts";

const SEED = Number(process.env["MOVES_SEED"] ?? randomInt(2 ** 31));
/** How often each of them happens. */
const ROUNDS = Math.max(1, Math.floor(Number(process.env["MOVES"] ?? 0) / 20));
const FAULTS = ["the source is killed", "the target is killed", "Redis stands still", "Redis is killed"] as const;
/** A move takes less as a rule. */
const MAX_DELAY_MS = 200;
const MAX_AWAY_MS = 1200;
const BOARD = "faults";

describe(`a room that moves while something goes wrong (MOVES_SEED=${SEED})`, function () {
  this.timeout(60_000 * ROUNDS);
  const random = seededRandom(SEED);
  let cluster: TestCluster;
  let bots: readonly BoardBot[] = [];
  before(async () => {
    cluster = await TestCluster.start({ nodes: ["n1", "n2"] });
    bots = await Promise.all(["a", "b"].map((name) => BoardBot.open(cluster, BOARD, name)));
  });
  after(async () => {
    await Promise.all(bots.map((bot) => bot.stop()));
    await cluster?.stop();
  });

  const other = (nodeId: string): string => (nodeId === "n1" ? "n2" : "n1");
  const place = async (): Promise<{ roomId: string; nodeId: string }> => {
    for (;;) {
      const [room] = await cluster.rooms("whiteboard").catch(() => []);
      if (room) return room;
      await delay(50); // a failed question costs the cluster nothing, and there is nothing to wait for
    }
  };
  const kill = async (nodeId: string): Promise<void> => {
    const { child, ended } = cluster.process(nodeId);
    child.kill("SIGKILL");
    await ended;
    await cluster.add(nodeId, "node");
  };
  const happen = async (fault: (typeof FAULTS)[number], source: string): Promise<void> => {
    if (fault === "the source is killed") await kill(source);
    else if (fault === "the target is killed") await kill(other(source));
    else if (fault === "Redis is killed") {
      await cluster.redis.kill();
      await delay(random() * MAX_AWAY_MS);
      await cluster.redis.restart();
    } else {
      cluster.redis.pause();
      await delay(random() * MAX_AWAY_MS);
      cluster.redis.resume();
    }
  };
  const runningAt = async (nodeId: string): Promise<number> => {
    const text = await (await fetch(`http://${cluster.address(nodeId)}/metrics`)).text();
    return Number(/^arena_rooms\{name="whiteboard"\} (\d+)/m.exec(text)?.[1] ?? 0);
  };
  /** All who push are heard again, wherever the room is. */
  const goOn = async (): Promise<void> => {
    for (const { document } of bots) {
      const { seq } = document;
      while (document.seq === seq) await turn();
    }
  };

  for (const fault of FAULTS) {
    it(`[HND4] is in one place when ${fault}, with all that was acknowledged`, async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const { roomId, nodeId: source } = await place();

        const moving = cluster.move(roomId, other(source)).catch(() => {}); // what comes of it is seen below
        await delay(random() * MAX_DELAY_MS);
        await happen(fault, source);
        await moving;
        await goOn();

        const counts = await Promise.all([runningAt("n1"), runningAt("n2")]);
        assert.equal(counts[0] + counts[1], 1, `${counts}`);
      }
    });
  }

  it("[HND4] has each push once after all of it", async () => {
    await assertSameBoard(cluster, BOARD, bots);
  });
});
