import assert from "node:assert/strict";
import { Client, type Room } from "@colyseus/sdk";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { openRawClient, type RawClient } from "../support/raw-client.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const ROOM = { id: "shared", entities: 2000, changed: 200, tickMs: 20 };
const STATE = 14;
const PATCH = 15;

describe("clients beside one that hangs", () => {
  let test: TestNode;
  let proxy: FaultProxy;
  let slow: Room;
  let others: RawClient[];
  beforeEach(async () => {
    test = await startNode({ softBytes: 131_072, hardBytes: 262_144 });
    proxy = await openFaultProxy({ targetPort: test.node.port });
    slow = await new Client(`ws://127.0.0.1:${proxy.port}`).joinOrCreate("synthetic", ROOM);
    others = await Promise.all(Array.from({ length: 10 }, () => openRawClient(test.httpUrl, "synthetic", ROOM)));
    await Promise.all(others.map((other) => other.frame(10)));
  });
  afterEach(async () => {
    slow.reconnection.enabled = false;
    for (const other of others) other.socket.terminate();
    await proxy.close();
    await test.close();
  });

  /** Counts frames of each kind from the first full state on. */
  const count = (client: RawClient): Map<number, number> => {
    const counts = new Map<number, number>();
    client.socket.on("message", (frame: Buffer) => {
      const kind = Number(frame[0]) & 0x1f;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    });
    return counts;
  };

  it("[OUT4] get every patch and no full state in its place", async () => {
    const counts = others.map(count);
    for (const other of others) other.acknowledgeJoin();
    await Promise.all(others.map((other) => other.frame(STATE)));

    proxy.stall();
    const received = (): number[] => counts.map((of) => of.get(PATCH) ?? 0);
    while (Math.min(...received()) < 100) await test.nextEvent("traffic:counted");

    assert.ok(Math.max(...received()) - Math.min(...received()) <= 1, `all got the same: ${received()}`);
    assert.deepEqual(
      counts.map((of) => of.get(STATE)),
      others.map(() => 1),
    );
  });
});
