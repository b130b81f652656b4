import assert from "node:assert/strict";
import type { Room } from "@colyseus/sdk";
import type { UserPresence } from "../../src/protocol/protocol.ts";
import { TestCluster, turn } from "../support/cluster-processes.ts";

interface Player {
  readonly userId: string;
  readonly room: Room;
}

describe("presence in a cluster", function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  before(async () => {
    cluster = await TestCluster.start();
  });
  after(() => cluster.stop());

  const play = async (): Promise<Player> => {
    const answer = await fetch(`http://${cluster.address()}/api/token`, { method: "POST" });
    const { token, userId } = (await answer.json()) as { token: string; userId: string };
    const sdk = cluster.sdk();
    sdk.auth.token = token;
    const room = await sdk.create("arena");
    room.reconnection.enabled = false;
    return { userId, room };
  };
  const presenceOf = async ({ userId }: Player, via?: string): Promise<UserPresence> => {
    const { users } = (await cluster.ask(`/api/presence?users=${userId}`, via)) as {
      users: Record<string, UserPresence>;
    };
    return users[userId] ?? { online: false, sessions: [] };
  };
  const until = async (player: Player, fits: (presence: UserPresence) => boolean): Promise<void> => {
    while (!fits(await presenceOf(player).catch(() => ({ online: false, sessions: [] })))) await turn();
  };
  const isInRoom =
    ({ room }: Player) =>
    ({ sessions }: UserPresence): boolean =>
      sessions.some(({ roomId }) => roomId === room.roomId);

  it("[PRS2] shows in every process who is where, and a killed node's users as gone, those elsewhere not", async () => {
    const players: Player[] = [];
    for (let count = 0; count < 6; count++) players.push(await play());
    await Promise.all(players.map((player) => until(player, isInRoom(player))));
    const nodeOf = async (player: Player): Promise<string | undefined> =>
      (await presenceOf(player)).sessions[0]?.nodeId;
    const victim = await nodeOf(players[0] as Player);
    const homes = await Promise.all(players.map(nodeOf));
    const [there, elsewhere] = [true, false].map((isThere) =>
      players.filter((_, n) => (homes[n] === victim) === isThere),
    );

    cluster.process(victim).child.kill("SIGKILL");
    await Promise.all((there ?? []).map((player) => until(player, ({ online }) => !online)));

    for (const player of elsewhere ?? []) {
      for (const via of ["edge", ...new Set(homes)].filter((name) => name !== victim)) {
        assert.equal(isInRoom(player)(await presenceOf(player, via)), true, `${via} of ${player.userId}`);
      }
    }
    assert.ok((elsewhere ?? []).length > 0);
  });

  it("[PRS2] is exact again where Redis comes back empty", async () => {
    const player = await play();
    await until(player, isInRoom(player));

    await cluster.redis.restart({ isEmpty: true });

    await until(player, isInRoom(player));
  });
});
