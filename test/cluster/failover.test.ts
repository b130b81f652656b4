import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { TestCluster, turn } from "../support/cluster-processes.ts";
import { FailoverCrowd } from "../support/failover-crowd.ts";

/** How often an owner is stopped for longer than its lease. */
const STOPS = Number(process.env["STOPS"] ?? 2);
const STOP_MS = STOPS > 2 ? 10_000 : 4000;

describe("rooms whose node is lost, under stock clients", function () {
  this.timeout(60_000 + STOPS * 30_000);
  let cluster: TestCluster;
  let crowd: FailoverCrowd;
  beforeEach(async () => {
    cluster = await TestCluster.start({ nodes: ["n1"], args: ["--synthetic"] });
    crowd = new FailoverCrowd(cluster);
  });
  afterEach(async () => {
    crowd.close();
    await cluster.stop();
  });

  it("[FOV1] go on elsewhere after a kill, with every client, each state as the server has it, and every acknowledged op", async () => {
    await crowd.enter({ rooms: 8, boards: 4, clients: 2, via: ["edge"] });
    await Promise.all([cluster.add("n2", "node"), cluster.add("n3", "node")]);
    await crowd.kept();

    const lost = new Set((await crowd.rooms()).get("n1"));

    cluster.process("n1").child.kill("SIGKILL");
    const _outcome = await crowd.recovered(lost);

    assert.deepEqual([lost.size, await crowd.wrongs(), await crowd.differences()], [12, [], []]);
    assert.deepEqual(new Set((await crowd.rooms()).keys()), new Set(["n2", "n3"]));
  });

  it("[HND6] keep the connections of who came in at the process that takes them", async () => {
    await cluster.add("n2", "node");
    await crowd.enter({ rooms: 2, boards: 1, clients: 2, via: ["n2"] });
    for (const roomId of (await crowd.rooms()).get("n2") ?? []) await cluster.move(roomId, "n1");
    await crowd.kept();
    const lost = new Set((await crowd.rooms()).get("n1"));
    const before = crowd.drops;

    cluster.process("n1").child.kill("SIGKILL");
    await crowd.recovered(lost);

    assert.deepEqual([lost.size, crowd.drops - before, await crowd.wrongs()], [3, 0, []]);
    assert.deepEqual([...(await crowd.rooms()).keys()], ["n2"]);
  });

  it("[HND8] are left by who asks to leave while their node stands still", async () => {
    await crowd.enter({ rooms: 1, boards: 0, clients: 2, via: ["edge"] });
    await cluster.add("n2", "node");
    await crowd.kept();
    const lost = new Set((await crowd.rooms()).get("n1"));

    cluster.process("n1").child.kill("SIGSTOP");
    const [code] = await Promise.all([crowd.leave(), crowd.recovered(lost)]);
    while ((await cluster.rooms("synthetic"))[0]?.clients !== 1) await turn();

    assert.deepEqual([code, await crowd.wrongs()], [4000, []]);
  });

  it(`[OWN1] [FOV2] have one owner at a time for clients at every door, while it is stopped and goes on ${STOPS} times`, async () => {
    await Promise.all([cluster.add("n2", "node"), cluster.add("n3", "node")]);
    await crowd.enter({ rooms: 3, boards: 0, clients: 3, via: ["edge", "n1", "n2"] });

    for (let stop = 0; stop < STOPS; stop++) {
      await crowd.kept();
      const [[owner, roomIds] = ["", []]] = [...(await crowd.rooms())];
      const { child } = cluster.process(owner);
      child.kill("SIGSTOP");
      const recovered = crowd.recovered(new Set(roomIds));
      await delay(STOP_MS); // what is tried is a time in which it stands still
      child.kill("SIGCONT");
      await recovered;
      assert.deepEqual(await crowd.wrongs(), [], `stop ${stop} of ${owner}`);
    }
  });
});
