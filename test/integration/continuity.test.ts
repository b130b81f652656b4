import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { schema, t } from "@colyseus/schema";
import { Client } from "@colyseus/sdk";
import { WebSocket } from "ws";
import { Room } from "../../src/room/room.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const Input = schema({ x: t.number() }, "FragileInput");

/** A room whose author made a mistake in the one place that runs before any handler. */
class FragileRoom extends Room {
  override readonly inputs = this.defineInput(Input, {
    sanitize: () => {
      throw new Error("sanitize failed");
    },
  });
}

describe("going on", () => {
  let test: TestNode;
  let proxy: FaultProxy | undefined;
  afterEach(async () => {
    await proxy?.close();
    proxy = undefined;
    await test.close();
  });

  it("[SES5] gives a session its seat at once when it comes back while its old line still seems open", async () => {
    test = await startNode();
    proxy = await openFaultProxy({ targetPort: test.node.port });
    const room = await new Client(`ws://127.0.0.1:${proxy.port}`).joinOrCreate("arena", { bots: 0 });
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
    room.reconnection.enabled = false;
    const token = room.reconnectionToken.split(":")[1];
    proxy.stall();

    const url = `${test.wsUrl}/node/${room.roomId}?sessionId=${room.sessionId}&reconnectionToken=${token}&skipHandshake=1`;
    const [frame] = (await once(new WebSocket(url), "message")) as [Buffer];

    assert.equal(Number(frame[0]), 10, "the first frame takes the client in");
  });

  it("[SES2] gives a session its seat again with the token that it has, until it has shown that it got the next one", async () => {
    test = await startNode();
    const room = await test.colyseus.sdk.joinOrCreate("arena", { bots: 0 });
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
    room.reconnection.enabled = false;
    const token = room.reconnectionToken.split(":")[1];
    const comeBack = async (withToken = token): Promise<{ line: WebSocket; kind: number; next: string }> => {
      const query = `sessionId=${room.sessionId}&reconnectionToken=${withToken}&skipHandshake=1`;
      const line = new WebSocket(`${test.wsUrl}/node/${room.roomId}?${query}`);
      const [frame] = (await once(line, "message")) as [Buffer];
      return { line, kind: Number(frame[0]), next: frame.toString("utf8", 2, 2 + Number(frame[1])) };
    };
    const lose = async (line: WebSocket): Promise<void> => {
      const dropped = test.nextEvent("session:dropped");
      line.terminate();
      await dropped;
    };

    const first = await comeBack(); // its old line is still open
    const second = await comeBack();
    await lose(second.line);
    const third = await comeBack();
    await new Promise((resolve) => third.line.send(Uint8Array.of(10), resolve));
    await lose(third.line); // before it got the state
    const refused = await comeBack();
    const fourth = await comeBack(third.next);

    assert.deepEqual([first.kind, second.kind, third.kind, fourth.kind], [10, 10, 10, 10]);
    assert.equal(refused.kind, 11, "who has shown that it got the next one comes with that");
  });

  it("[FLT1] an input that a room's own sanitizer fails on ends neither the room nor the node", async () => {
    test = await startNode({}, { fragile: { room: FragileRoom } });
    const room = await test.colyseus.sdk.joinOrCreate("fragile");
    const failed = test.nextEvent("room:failed");
    const input = room.input<{ x: number }>();

    input.data.x = 1;
    input.send();

    assert.equal((await failed).hook, "frame");
    assert.equal((await fetch(`${test.httpUrl}/healthz`)).status, 200);
    await room.leave();
  });

  it("[HTP5] keeps a line that waits for our answer, however long nothing moved on it", async () => {
    const made = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    class SlowRoom extends Room {
      override onCreate(): Promise<void> {
        begun.resolve();
        return made.promise;
      }
    }
    test = await startNode({}, { slow: { room: SlowRoom } });
    const { server } = test.node.server.transport;
    const lines: Socket[] = [];
    server?.on("connection", (line: Socket) => lines.push(line));
    const asked = fetch(`${test.httpUrl}/matchmake/create/slow`, { method: "POST" });
    await begun.promise;

    for (const line of lines) server?.emit("timeout", line);
    made.resolve();

    assert.equal((await asked).status, 200);
  });

  it("[HTP5] cuts a line that asks on and on without taking its answers", async () => {
    test = await startNode();
    const line = connect(test.node.port, "127.0.0.1");
    line.on("error", () => {}); // it is cut
    line.pause();

    line.write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200));

    let answers = "";
    line.on("data", (data) => {
      answers += data.toString();
    });
    line.resume();
    await once(line, "close");
    assert.ok(answers.split("HTTP/1.1 200").length <= 17, "no more than 16 were answered");
    assert.equal((await fetch(`${test.httpUrl}/healthz`)).status, 200);
  });
});
