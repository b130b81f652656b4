import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type Room } from "@colyseus/sdk";
import type { ArenaState } from "../../rooms/arena/arena-state.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";

/** What a client of the synthetic room holds. */
interface Synthetic {
  readonly entities: Map<string, { readonly x: number; readonly y: number }>;
}

describe("a node that comes after another in the same data folder", () => {
  let folder: string;
  let node: NodeProcess;
  let port = 0;
  const rooms: Room[] = [];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "arena-checkpoints-"));
    node = await start(0);
  });
  afterEach(async () => {
    for (const room of rooms.splice(0)) room.reconnection.enabled = false;
    node.child.kill("SIGKILL");
    await node.ended;
    rmSync(folder, { recursive: true });
  });

  const start = async (at: number): Promise<NodeProcess> => {
    const args = ["--port", String(at), "--host", "127.0.0.1", "--data-dir", folder, "--reconnect-seconds", "20"];
    const started = spawnNode(args, { ARENA_SYNTHETIC: "1" });
    ({ port } = await started.ready);
    return started;
  };
  const enter = async <State>(name: string, options: object): Promise<Room<unknown, State>> => {
    const room = (await new Client(`ws://127.0.0.1:${port}`).joinOrCreate(name, options)) as Room<unknown, State>;
    room.reconnection.minUptime = 0; // an SDK gives up on a connection that was lost in its first 5 s
    rooms.push(room as unknown as Room);
    room.onMessage("*", () => {});
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
    return room;
  };
  const back = (
    room: Pick<Room, "onReconnect" | "onLeave"> & { onStateChange: { once(run: () => void): void } },
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      room.onReconnect(() => room.onStateChange.once(() => resolve()));
      room.onLeave((code, reason) => reject(new Error(`left with ${code} ${reason}`)));
    });
  const killed = async (signal: NodeJS.Signals): Promise<number | string> => {
    node.child.kill(signal);
    return node.ended;
  };

  it("[CKP6] has the arena again after a kill, and its players go on in their ships", async () => {
    const room = await enter<ArenaState>("arena", { name: "Ann", bots: 3 });
    const { roomId, sessionId } = room;
    const secondsBefore = await new Promise<number>((resolve) =>
      setTimeout(() => resolve(room.state.secondsLeft), 2500),
    );
    const ships = [...room.state.ships.keys()].toSorted();
    const returned = back(room);

    await killed("SIGKILL");
    node = await start(port);
    await returned;

    assert.deepEqual([room.roomId, room.sessionId], [roomId, sessionId]);
    assert.deepEqual([...room.state.ships.keys()].toSorted(), ships);
    assert.equal(room.state.ships.get(sessionId)?.name, "Ann");
    assert.equal(room.state.ships.get(sessionId)?.isConnected, true);
    assert.ok(room.state.secondsLeft <= secondsBefore + 2, `${room.state.secondsLeft} of ${secondsBefore}`);
  });

  it("[CKP6] [CKP5] has a client hold exactly what the room has", async () => {
    const room = await enter<Synthetic>("synthetic", { id: "a", entities: 300, changed: 20, durability: "checkpoint" });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const returned = back(room);

    await killed("SIGKILL");
    node = await start(port);
    await returned;
    const frozen = new Promise<{ entities: Record<string, [number, number]> }>((resolve) =>
      room.onMessage("frozen", resolve),
    );
    room.send("freeze");
    const { entities } = await frozen;

    const held = Object.fromEntries([...room.state.entities].map(([key, { x, y }]) => [key, [x, y]]));
    assert.deepEqual(held, entities);
  });

  it("[CKP7] asked to end, keeps all as it is and asks its clients to come back", async () => {
    const room = await enter<ArenaState>("arena", { name: "Ann", bots: 0 });
    const reasons: [number, string | undefined][] = [];
    room.onDrop((code, reason) => void reasons.push([code, reason]));
    const { sessionId } = room;
    const returned = back(room);

    const code = await killed("SIGTERM");
    node = await start(port);
    await returned;

    assert.equal(code, 0);
    assert.equal(reasons[0]?.[0], 4010);
    assert.equal(JSON.parse(reasons[0]?.[1] ?? "").code, "DRAINING");
    assert.equal(room.state.ships.get(sessionId)?.name, "Ann");
  });
});
