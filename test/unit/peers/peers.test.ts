import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { systemClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { CALL_HEADER, CALL_PATH, openPeers, type Peers } from "../../../src/peers/peers.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";

const [clock, telemetry] = [systemClock(), createTelemetry()];
const peersOf = (bootId: string, secret = 1): Peers =>
  openPeers({ clock, telemetry, signing: { secret: Buffer.alloc(32, secret), bootId } });

describe("processes of a cluster", () => {
  let server: Server;
  let [caller, callee] = [peersOf("a"), peersOf("b")];
  let address: { bootId: string; internalAddress: string };
  let isSilent = false;
  beforeEach(async () => {
    [caller, callee, isSilent] = [peersOf("a"), peersOf("b"), false];
    server = createServer(async (request, response) => {
      const method = (request.url ?? "").slice(CALL_PATH.length);
      const body = await buffer(request);
      if (isSilent) return;
      if (!callee.isPeer(method, String(request.headers[CALL_HEADER]))) response.writeHead(404).end();
      else response.end(Buffer.from(await callee.handle(method, body)));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo; // a port, never a pipe
    address = { bootId: "b", internalAddress: `127.0.0.1:${port}` };
  });
  afterEach(() => {
    caller.close();
    server.closeAllConnections();
    server.close();
  });

  it("call one another and get what the method gives", async () => {
    callee.on("add", async (payload) => ({ got: payload, at: new Date(5), none: Number.POSITIVE_INFINITY }));

    const answer = await caller.call(address, "add", { x: 1 }, 1000);

    assert.deepEqual(answer, { got: { x: 1 }, at: new Date(5), none: Number.POSITIVE_INFINITY });
  });

  it("get the errors that the method throws, as they were", async () => {
    callee.on("fail", async () => {
      throw new ArenaError("ROOM_FULL", "of 4");
    });
    callee.on("author", async () => {
      throw Object.assign(new Error("no hats"), { code: 4242 });
    });
    callee.on("leak", async () => {
      throw new Error("the password is 1234");
    });

    await assert.rejects(caller.call(address, "fail", {}, 1000), { code: "ROOM_FULL", message: /of 4/ });
    await assert.rejects(caller.call(address, "author", {}, 1000), { code: 4242, message: "no hats" });
    await assert.rejects(caller.call(address, "leak", {}, 1000), (error: Error) => !error.message.includes("1234"));
  });

  it("know that nothing was done where nobody listens", async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");

    await assert.rejects(caller.call(address, "add", {}, 1000), { code: "PEER_UNREACHABLE" });
  });

  it("do not know what was done where no answer comes in time", async () => {
    isSilent = true;

    await assert.rejects(caller.call(address, "add", {}, 50), { code: "PEER_UNCERTAIN" });
  });

  it("[PER1] answer nobody who has another secret, nor what was signed for another process", async () => {
    callee.on("add", async () => "never");

    await assert.rejects(peersOf("x", 2).call(address, "add", {}, 1000), { code: "PEER_UNREACHABLE" });
    await assert.rejects(caller.call({ ...address, bootId: "c" }, "add", {}, 1000), { code: "PEER_UNREACHABLE" });
    assert.equal(callee.isPeer("add", "junk"), false);
  });

  it("[FWD3] believe what one of them says of a client, and nobody else", () => {
    const header = caller.passageTo("b", { address: "203.0.113.9" });

    assert.deepEqual(callee.passageOf(header), { address: "203.0.113.9" });
    for (const forged of [`${header}x`, "x.y", "", peersOf("x", 2).passageTo("b", { address: "::1" })]) {
      assert.throws(() => callee.passageOf(forged), { code: "FORWARD_FORGED" });
    }
    assert.throws(() => peersOf("c").passageOf(header), { code: "FORWARD_FORGED" });
  });
});
