import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Room } from "@colyseus/sdk";
import { TestCluster, turn } from "../support/cluster-processes.ts";
import { arenaBot, assertSameAsNewcomer, assertSameBoard, BoardBot } from "../support/move-bots.ts";

const run = promisify(execFile);
const NODES = ["n1", "n2", "n3"];
const BOARDS = ["one", "two", "three"];

describe("nodes that are emptied", function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start({ nodes: NODES });
  });
  after(() => cluster?.stop());

  /** Runs a command against the edge. */
  const arena = async (...args: string[]): Promise<string> => {
    const url = ["--url", `http://${cluster.address()}`];
    const { stdout } = await run(process.execPath, ["src/main.ts", ...args, ...url], { env: cluster.adminEnv });
    return stdout;
  };
  /** Starts each node again when it has ended, as what supervises it would; gives how they ended. */
  const supervise = (): Promise<readonly unknown[]> =>
    Promise.all(
      NODES.map(async (name) => {
        const { ended } = cluster.process(name);
        const code = await ended;
        await cluster.add(name, "node");
        return code;
      }),
    );

  it("[DRN1] a rolling restart by one command loses no session, and neither loses nor doubles a push", async () => {
    const first = [await arenaBot(cluster), await arenaBot(cluster)];
    const players = [...first, ...(await Promise.all(first.map(({ room }) => arenaBot(cluster, room.roomId))))];
    const boards = await Promise.all(
      BOARDS.map(async (id) => ({
        id,
        bots: await Promise.all([0, 1].map((n) => BoardBot.open(cluster, id, `b${n}`))),
      })),
    );
    const ended = supervise();

    const words = await arena("restart", "--only", "node", "--nodes", "3", "--budget-ms", "8000");

    assert.deepEqual(await ended, [0, 0, 0]);
    assert.equal(words.match(/back as/g)?.length, 3, words);
    const wrongs = [...players, ...boards.flatMap(({ bots }) => bots)].flatMap((bot) => bot.wrongs);
    assert.deepEqual(wrongs, []);
    for (const { id, bots } of boards) await assertSameBoard(cluster, id, bots);
    const newcomer = await arenaBot(cluster, first[0]?.room.roomId);
    const [one, , two] = players;
    await assertSameAsNewcomer(
      [one, two].filter((bot) => bot !== undefined),
      newcomer,
    );
    for (const bot of [...players, newcomer, ...boards.flatMap(({ bots }) => bots)]) await bot.stop();
  });

  /** A lobby of a node, with somebody in it. */
  const lobbyOn = async (nodeId: string): Promise<Room> => {
    for (;;) {
      const lobby = (await cluster.sdk().create("lobby")) as Room;
      const rooms = await cluster.rooms("lobby");
      if (rooms.some(({ roomId, nodeId: owner }) => roomId === lobby.roomId && owner === nodeId)) return lobby;
      await lobby.leave();
    }
  };

  it("[DRN2] [DRN3] a node is emptied and stays; its rooms are elsewhere, and it is told of", async () => {
    const bot = await arenaBot(cluster);
    const ownerOf = async () => (await cluster.rooms("arena")).find(({ roomId }) => roomId === bot.room.roomId)?.nodeId;
    const owner = (await ownerOf()) ?? "";
    const lobby = await lobbyOn(owner);
    const left = new Promise<number>((resolve) => lobby.onLeave((code) => resolve(code)));

    await arena("drain", owner, "--budget-ms", "5000");
    const code = await left;
    const again = await cluster.sdk().joinOrCreate("lobby");
    while ((await ownerOf()) === owner) await turn();

    assert.deepEqual([bot.wrongs, code, again.roomId === lobby.roomId], [[], 4001, false]);
    await again.leave();
    while (!(await arena("status")).match(new RegExp(`${owner} .*drained: \\d+ of \\d+ moved, 0 left`))) await turn();
    await assert.rejects(arena("restart", "--only", "node"), /CLUSTER_INCOMPLETE|Not every node is there/);
    await bot.stop();
  });
});
