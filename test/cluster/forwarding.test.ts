import assert from "node:assert/strict";
import { once } from "node:events";
import { WebSocket } from "ws";
import { parseCloseReason } from "../../src/protocol/protocol.ts";
import { TestCluster, turn } from "../support/cluster-processes.ts";

interface Seat {
  readonly processId: string;
  readonly roomId: string;
  readonly sessionId: string;
}

describe("clients that are passed on", function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  afterEach(() => cluster.stop());

  const reserve = async (): Promise<Seat> => {
    const answer = await fetch(`http://${cluster.address()}/matchmake/create/arena`, {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    assert.equal(answer.status, 200);
    return (await answer.json()) as Seat;
  };
  const open = (path: string, { via, from = "198.51.100.1" }: { via?: string; from?: string } = {}): WebSocket => {
    const socket = new WebSocket(`ws://${cluster.address(via)}${path}`, { headers: { "x-forwarded-for": from } });
    socket.on("error", () => {}); // what is refused is told by its own event
    return socket;
  };
  const pathOf = ({ processId, roomId, sessionId }: Seat): string => `/${processId}/${roomId}?sessionId=${sessionId}`;
  const closeOf = async (socket: WebSocket): Promise<{ code: number; reason: string }> => {
    const [code, reason] = await once(socket, "close");
    return { code, reason: String(reason) };
  };
  const statusOf = async (socket: WebSocket): Promise<number> => {
    const [, answer] = await once(socket, "unexpected-response");
    return answer.statusCode;
  };
  const metric = async (node: string, name: string): Promise<number> => {
    const text = await (await fetch(`http://${cluster.address(node)}/metrics`)).text();
    const rows = text.split("\n").filter((row) => row.startsWith(name));
    return rows.reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(" "))), 0);
  };

  it("[FWD4] hear that their owner is frozen, and come back by the stock SDK when it goes on", async () => {
    cluster = await TestCluster.start({ nodes: ["n1"] });
    const room = await cluster.sdk().create("arena", {});
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve())); // from now on its seat is kept
    Object.assign(room.reconnection, { minUptime: 0, delay: 500, maxRetries: 60 });
    const [dropped, back] = [
      new Promise<number>((resolve) => room.onDrop(resolve)),
      new Promise<void>((resolve) => room.onReconnect(resolve)),
    ];
    const owner = cluster.process("n1").child;

    owner.kill("SIGSTOP");
    const code = await dropped;
    owner.kill("SIGCONT");

    assert.equal(code, 4010);
    await back;
    while ((await metric("edge", 'arena_forward_failures_total{stage="flow"}')) === 0) await turn();
    await room.leave();
  });

  it("[FWD5] are told to come back while the room of a killed node may come again, and of one that never was that there is none", async () => {
    cluster = await TestCluster.start({ nodes: ["n1", "n2"] });
    const seat = await reserve();
    const [host] = await cluster.rooms("arena");
    const first = open(pathOf(seat));
    await once(first, "open");
    const lost = closeOf(first);
    cluster.process(host?.nodeId).child.kill("SIGKILL");
    assert.equal((await lost).code, 4010);

    const returned = await closeOf(open(`${pathOf(seat)}&reconnectionToken=token`));
    const nowhere = await closeOf(open("/nobody/never?sessionId=s&reconnectionToken=token"));

    assert.equal(returned.code, 4010);
    assert.equal(parseCloseReason(returned.reason)?.code, "PEER_UNREACHABLE");
    assert.equal(nowhere.code, 4003);
  });

  it("[FWD1] [HB1] leave their room when the process that they came in at is killed, or stands still", async () => {
    const edges = ["killed", "frozen"];
    cluster = await TestCluster.start({ nodes: ["n1"], edges, args: ["--heartbeat-ms", "2000"] });
    const kept = await cluster.sdk("n1").create("arena", {});
    for (const via of edges) {
      const room = await cluster.sdk(via).create("arena", {});
      room.reconnection.enabled = false;
    }
    const untilLeft = async (connections: number): Promise<void> => {
      while ((await metric("n1", "arena_connections ")) > connections) await turn();
    };
    assert.equal(await metric("n1", "arena_connections "), 3);

    cluster.process("killed").child.kill("SIGKILL");
    await untilLeft(2);
    cluster.process("frozen").child.kill("SIGSTOP");
    await untilLeft(1);

    cluster.process("frozen").child.kill("SIGCONT");
    await kept.leave();
  });

  it("[FWD6] are told to come back by a process that ends, which ends in time", async () => {
    cluster = await TestCluster.start({ nodes: ["n1"] });
    const socket = open(pathOf(await reserve()));
    await once(socket, "open");
    const closed = closeOf(socket);

    cluster.process("edge").child.kill("SIGTERM");

    assert.deepEqual([(await closed).code, await cluster.process("edge").ended], [4010, 0]);
  });

  it("[FWD7] count under their own address at the owner of their room, and cost it nothing where they are refused before", async () => {
    const args = ["--trusted-proxies", "127.0.0.1", "--max-connections-per-ip", "1"];
    cluster = await TestCluster.start({ nodes: ["n1"], args });
    const [one, two, three] = [await reserve(), await reserve(), await reserve()].map(pathOf);
    const [here, there] = [open(one ?? ""), open(two ?? "", { from: "198.51.100.2" })];
    await Promise.all([once(here, "open"), once(there, "open")]);

    assert.equal(await statusOf(open(three ?? "")), 429);
    assert.equal(await metric("n1", "arena_refusals_total"), 0);
    assert.equal(await statusOf(open(three ?? "", { via: "n1" })), 429);
    assert.equal(await metric("n1", 'arena_refusals_total{code="TOO_MANY_CONNECTIONS"'), 1);
    for (const socket of [here, there]) socket.terminate();
  });
});
