import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Packr } from "msgpackr";
import { systemClock } from "../../../src/clock/clock.ts";
import { manualClock } from "../../../src/clock/clock-manual.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { CALL_HEADER, CALL_PATH, type CallHead, openPeers, type Peers } from "../../../src/peers/peers.ts";
import { createTelemetry } from "../../../src/telemetry/telemetry.ts";

const [clock, telemetry] = [systemClock(), createTelemetry()];
const peersOf = (bootId: string, secret = 1): Peers =>
  openPeers({ clock, telemetry, signing: { secret: Buffer.alloc(32, secret), bootId } });

const headOf = ({ url = "", headers }: IncomingMessage): CallHead => ({
  method: url.slice(CALL_PATH.length),
  proof: String(headers[CALL_HEADER]),
});

describe("processes of a cluster", () => {
  let server: Server;
  let [caller, callee] = [peersOf("a"), peersOf("b")];
  let address: { bootId: string; internalAddress: string };
  /** What the callee's end does with the next calls: answers them, says nothing, or takes them and cuts the line. */
  let mood: "answers" | "silent" | "cuts" = "answers";
  let heads: CallHead[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const head = headOf(request);
    heads.push(head);
    const body = await buffer(request);
    if (mood === "silent") return;
    const answer = callee.isPeer(head) ? await callee.handle(head, body) : undefined;
    if (mood === "cuts") request.socket.destroy();
    else response.writeHead(answer ? 200 : 404).end(answer);
  };
  beforeEach(async () => {
    [caller, callee, mood, heads] = [peersOf("a"), peersOf("b"), "answers", []];
    server = createServer((request, response) => void take(request, response)).listen(0, "127.0.0.1");
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

  it("[PER2] know that nothing was done where nobody listens", async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");

    await assert.rejects(caller.call(address, "add", {}, 1000), { code: "PEER_UNREACHABLE" });
  });

  it("[PER2] do not know what was done where no answer comes in time", async () => {
    mood = "silent";

    await assert.rejects(caller.call(address, "add", {}, 50), { code: "PEER_UNCERTAIN" });
  });

  it("[PER2] know that nothing was done where no line came to stand in time", async () => {
    const nowhere = { bootId: "b", internalAddress: "192.0.2.1:9" }; // kept for documents (RFC 5737)

    await assert.rejects(caller.call(nowhere, "add", {}, 50), { code: "PEER_UNREACHABLE" });
  });

  it("[PER2] know that nothing was done where a call waited for a line until its end", async () => {
    mood = "silent";
    const others = Array.from({ length: 64 }, () => caller.call(address, "add", {}, 60_000).catch(() => {}));

    await assert.rejects(caller.call(address, "add", {}, 50), { code: "PEER_UNREACHABLE" });
    while (heads.length < others.length) await new Promise((resolve) => setImmediate(resolve)); // those that had a line
    caller.close();
    server.closeAllConnections();
    await Promise.all(others);
    assert.equal(heads.length, 64);
  });

  it("[PER2] do a call once whose line is cut before the answer, and say that they do not know", async () => {
    let times = 0;
    callee.on("add", async () => times++);
    await caller.call(address, "add", {}, 1000);
    mood = "cuts";

    await assert.rejects(caller.call(address, "add", {}, 1000), { code: "PEER_UNCERTAIN" });

    assert.deepEqual([times, heads.length], [2, 3]);
  });

  it("[PER2] take a call that somebody caught on its way neither twice nor with another body", async () => {
    let times = 0;
    callee.on("add", async () => times++);
    const body = new Packr({ useRecords: false }).pack({ x: 1 });
    await caller.call(address, "add", { x: 1 }, 1000);
    const [caught] = heads;
    assert.ok(caught);

    assert.equal(await callee.handle(caught, body), undefined);
    mood = "silent";
    await assert.rejects(caller.call(address, "add", { x: 1 }, 50));
    const unused = heads.at(-1) ?? caught;
    assert.equal(await callee.handle(unused, Buffer.from("other")), undefined);
    assert.equal(await callee.handle({ ...unused, method: "subtract" }, body), undefined);
    assert.equal(times, 1);
    assert.ok(await callee.handle(unused, body));
  });

  it("[PER2] take calls whatever their clocks say", async () => {
    const late = manualClock();
    const [early, other] = [manualClock(), peersOf("b")];
    early.advance(3_600_000);
    callee = openPeers({ clock: early, telemetry, signing: { secret: Buffer.alloc(32, 1), bootId: "b" } });
    callee.on("add", async () => "sum");
    const slow = openPeers({ clock: late, telemetry, signing: { secret: Buffer.alloc(32, 1), bootId: "slow" } });

    assert.equal(await slow.call(address, "add", {}, 1000), "sum");
    slow.close();
    other.close();
  });

  it("[PER1] answer nobody who has another secret, nor what was signed for another process", async () => {
    callee.on("add", async () => "never");

    await assert.rejects(peersOf("x", 2).call(address, "add", {}, 1000), { code: "PEER_UNREACHABLE" });
    await assert.rejects(caller.call({ ...address, bootId: "c" }, "add", {}, 1000), { code: "PEER_UNREACHABLE" });
    assert.equal(callee.isPeer({ method: "add", proof: "junk" }), false);
  });

  it("[FWD3] take a line for clients from one of them, once, and from nobody else", () => {
    const header = caller.passageTo("b", "/trunk");

    for (const forged of [`${header}x`, "x.y", "", peersOf("x", 2).passageTo("b", "/trunk")]) {
      assert.throws(() => callee.usePassage(forged, "/trunk"), { code: "FORWARD_FORGED" });
    }
    assert.throws(() => peersOf("c").usePassage(header, "/trunk"), { code: "FORWARD_FORGED" });
    assert.throws(() => callee.usePassage(header, "/other"), { code: "FORWARD_FORGED" });
    callee.usePassage(header, "/trunk");
    assert.throws(() => callee.usePassage(header, "/trunk"), { code: "FORWARD_FORGED" });
  });
});
