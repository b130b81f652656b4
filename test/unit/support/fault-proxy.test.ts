import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { type FaultProxy, type FaultProxyOptions, openFaultProxy } from "../../support/fault-proxy.ts";

/** A timer may fire this much early on the scale of performance.now(). */
const TIMER_SLACK_MS = 2;

describe("fault proxy", () => {
  let target: Server;
  let proxy: FaultProxy;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    target = createServer({ allowHalfOpen: true });
    target.listen(0, "127.0.0.1");
    await once(target, "listening");
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await proxy.close();
    target.close();
  });

  it("carries bytes both ways", async () => {
    const { client, served } = await open();

    client.write("up");
    const up = await read(served, 2);
    served.write("down");
    const down = await read(client, 4);

    assert.deepEqual([up, down], ["up", "down"]);
  });

  it("delays each direction", async () => {
    const delayMs = 30;
    const { client, served } = await open({ delayMs });
    served.pipe(served);

    const sentMs = performance.now();
    client.write("ping");
    await read(client, 4);

    assert.ok(performance.now() - sentMs >= 2 * (delayMs - TIMER_SLACK_MS));
  });

  it("keeps the order when the delay shrinks", async () => {
    const { client, served } = await open({ delayMs: 40 });
    client.write("first ");
    await roundTripOf(target);

    proxy.delayMs = 0;
    client.write("second");

    assert.equal(await read(served, 12), "first second");
  });

  it("throttles to the given rate", async () => {
    const bytesPerSecond = 100_000;
    const { client, served } = await open({ bytesPerSecond });

    const sentMs = performance.now();
    client.write(Buffer.alloc(10_000));
    await read(served, 10_000);

    // The last slice of 1/50 s is not waited for.
    assert.ok(performance.now() - sentMs >= 100 - 20 - TIMER_SLACK_MS);
  });

  it("lets the sender's buffer fill during a stall, and delivers everything after it", async () => {
    const { client, served } = await open();
    const bytes = 16 * 1024 * 1024; // more than the kernel's buffers hold

    proxy.stall();
    client.write(Buffer.alloc(bytes, "x"));
    await roundTripOf(target);
    const stuckBytes = client.writableLength;
    proxy.resume();
    const received = await read(served, bytes);

    assert.ok(stuckBytes > 0);
    assert.equal(received.length, bytes);
  });

  it("reads no further ahead of a slow reader than its bound", async () => {
    const { client, served } = await open({ bytesPerSecond: 1000 });

    client.write(Buffer.alloc(16 * 1024 * 1024));
    await once(served, "readable");

    assert.ok(client.writableLength > 0);
  });

  it("delivers nothing during a stall", async () => {
    const { client, served } = await open();
    let received = "";
    served.on("data", (bytes) => {
      received += bytes;
    });

    proxy.stall();
    client.write("late");
    await roundTripOf(target); // anything that got through would have arrived by now
    const whileStalled = received;
    proxy.resume();
    await once(served, "data");

    assert.deepEqual([whileStalled, received], ["", "late"]);
  });

  it("stalls connections that come during a stall", async () => {
    proxy = await openFaultProxy({ targetPort: portOf(target) });
    proxy.stall();
    const accepted = once(target, "connection");
    const client = dial(proxy.port);
    client.write("late");
    const [served] = await accepted;
    track(served);

    await roundTripOf(target);
    const whileStalled = served.read();
    proxy.resume();

    assert.equal(whileStalled, null);
    assert.equal(await read(served, 4), "late");
  });

  it("resets both ends on a cut", async () => {
    const { client, served } = await open();
    const errors = Promise.all([once(client, "error"), once(served, "error")]);
    client.resume();
    served.resume();

    proxy.cut();

    assert.deepEqual(
      (await errors).map(([error]) => error.code),
      ["ECONNRESET", "ECONNRESET"],
    );
  });

  it("half-closes towards the client only", async () => {
    const { client, served } = await open();
    client.resume();

    proxy.halfClose();
    await once(client, "end");
    client.write("still here");

    assert.equal(await read(served, 10), "still here");
  });

  it("passes an end on after the bytes before it", async () => {
    const { client, served } = await open({ delayMs: 5 });

    client.end("bye");
    const received = await read(served, 3);
    served.resume();
    await once(served, "end");

    assert.equal(received, "bye");
  });

  it("refuses new connections until told to accept them", async () => {
    const { client } = await open();

    proxy.refuse();
    const refused = dial(proxy.port);
    const [error] = await once(refused, "error");
    proxy.accept();
    const { served } = await join();

    assert.equal(error.code, "ECONNRESET");
    assert.equal(client.destroyed, false);
    assert.equal(served.destroyed, false);
  });

  it("resets the client when nobody listens on the target port", async () => {
    proxy = await openFaultProxy({ targetPort: portOf(target) });
    target.close();
    await once(target, "close");

    const client = dial(proxy.port);
    const [error] = await once(client, "error");

    assert.equal(error.code, "ECONNRESET");
  });

  it("resets what is open and gives its port back when it is closed", async () => {
    const { client } = await open();
    const error = once(client.resume(), "error");

    await proxy.close();
    const refused = once(dial(proxy.port), "error");

    assert.equal((await error)[0].code, "ECONNRESET");
    assert.equal((await refused)[0].code, "ECONNREFUSED");
    proxy = await openFaultProxy({ targetPort: portOf(target) });
  });

  it("counts open connections", async () => {
    const { client } = await open();
    const whileOpen = proxy.connections;

    client.resume();
    proxy.cut();
    await once(client, "error");

    assert.deepEqual([whileOpen, proxy.connections], [1, 0]);
  });

  async function open(options: Partial<FaultProxyOptions> = {}): Promise<{ client: Socket; served: Socket }> {
    proxy = await openFaultProxy({ targetPort: portOf(target), ...options });
    return join();
  }

  /** A client through the proxy, and the target's end of its connection. */
  async function join(): Promise<{ client: Socket; served: Socket }> {
    const accepted = once(target, "connection");
    const client = dial(proxy.port);
    const [served] = await accepted;
    return { client, served: track(served) };
  }

  function dial(port: number): Socket {
    return track(connect({ port, host: "127.0.0.1", allowHalfOpen: true }));
  }

  function track(socket: Socket): Socket {
    socket.on("error", () => {}); // shown by the events that the tests await
    sockets.add(socket);
    return socket;
  }

  /** A fresh connection to the server itself, there and back: the event loop has seen all that was ready before. */
  async function roundTripOf(server: Server): Promise<void> {
    const accepted = once(server, "connection");
    const probe = dial(portOf(server));
    const [served] = await accepted;
    track(served).write("x");
    await read(probe, 1);
  }
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** Reads exactly `length` bytes. */
async function read(socket: Socket, length: number): Promise<string> {
  const parts: Buffer[] = [];
  let missing = length;
  while (missing > 0) {
    const part: Buffer | null = socket.read(Math.min(missing, socket.readableLength || missing));
    if (part) {
      parts.push(part);
      missing -= part.length;
    } else await once(socket, "readable");
  }
  return Buffer.concat(parts).toString();
}
