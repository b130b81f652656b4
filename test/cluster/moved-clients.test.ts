import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Room } from "@colyseus/sdk";
import type { PresenceTold, UserPresence } from "../../src/protocol/protocol.ts";
import { TestCluster, turn } from "../support/cluster-processes.ts";

const MOVES = Number(process.env["MOVES"] ?? 4);
const PAUSE_MS = 150;
const SEERS = 3;

/** Somebody with a token. */
interface Person {
  readonly userId: string;
  readonly sdk: ReturnType<TestCluster["sdk"]>;
}

describe("what others see of clients whose room moves, and what these see", function () {
  this.timeout(60_000 + MOVES * 3000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start({ nodes: ["n1", "n2"], program: "test/support/seen-node.ts" });
  });
  after(() => cluster?.stop());

  /** Moves a room to and fro; gives where it is then. */
  const moveOften = async (roomId: string): Promise<string> => {
    let nodeId = "";
    for (let moved = 0, tried = 0; moved < MOVES; tried++) {
      assert.ok(tried < 2 * MOVES, `${roomId} stays`);
      const answer = await cluster.move(roomId);
      if (answer.outcome === "moved") [nodeId, moved] = [answer.nodeId, moved + 1];
      await delay(PAUSE_MS); // clients and others are to hear of it
    }
    return nodeId;
  };
  const person = async (): Promise<Person> => {
    const answer = await fetch(`http://${cluster.address()}/api/token`, { method: "POST" });
    const { token, userId } = (await answer.json()) as { token: string; userId: string };
    const sdk = cluster.sdk();
    sdk.auth.token = token;
    return { userId, sdk };
  };

  it("[PRS1] who plays in it was never away for those who watch, and is where it is", async () => {
    const [player, watcher] = [await person(), await person()];
    const hello = await player.sdk.joinOrCreate("people", {});
    const list = await watcher.sdk.joinOrCreate("people", {});
    await hello.leave(); // from now on the player is online by the game alone
    const game = await player.sdk.create("arena", {});
    await new Promise<void>((resolve) => game.onStateChange.once(() => resolve()));
    const told: UserPresence[] = [];
    list.onMessage("presence", ({ users }: PresenceTold) => void told.push(...Object.values(users)));
    list.onMessage("*", () => {});
    list.send("presence:watch", { users: [player.userId] });
    const games = ({ sessions }: UserPresence) => sessions.filter(({ roomId }) => roomId === game.roomId);
    while (!told.some((presence) => games(presence).length > 0)) await turn();
    told.splice(
      0,
      told.findIndex((presence) => games(presence).length > 0),
    );

    const nodeId = await moveOften(game.roomId);
    while (games(told.at(-1) as UserPresence)[0]?.nodeId !== nodeId) await turn();

    assert.deepEqual(
      told.filter((presence) => !presence.online || games(presence).length !== 1),
      [],
    );
    await Promise.all([game.leave(), list.leave()]);
  });

  it("[HND1] [CKP5] who sees a part of the state goes on seeing exactly that part", async () => {
    const seers: Room[] = [];
    for (let n = 0; n < SEERS; n++) seers.push((await cluster.sdk().joinOrCreate("seen", { id: "a" })) as Room);
    const wrongs: string[] = [];
    for (const room of seers) {
      room.onLeave((code) => void wrongs.push(`left with ${code}`));
      room.onDrop((code) => void wrongs.push(`dropped with ${code}`));
    }

    await moveOften(seers[0]?.roomId ?? "");

    for (const room of seers) {
      const expected = (await room.request("freeze")) as Record<string, number>;
      const held = (): Record<string, number> => {
        const { things } = room.state as { things: Map<string, { x: number }> };
        return Object.fromEntries([...things.entries()].map(([key, { x }]) => [key, x]).toSorted());
      };
      assert.ok(Object.keys(expected).length > 1);
      assert.deepEqual(held(), expected);
    }
    assert.deepEqual(wrongs, []);
    await Promise.all(seers.map((room) => room.leave()));
  });
});
