import assert from "node:assert/strict";
import { once } from "node:events";
import type { WebSocket } from "ws";
import { ArenaError } from "../../../src/errors/errors.ts";
import { parseCloseReason } from "../../../src/protocol/protocol.ts";
import { FrameOnce } from "../../../src/transport/wire-frame.ts";
import type { Owner } from "../../../src/trunk/trunk.ts";
import {
  type Arrival,
  type Edge,
  type OwnerProcess,
  openClient,
  openEdge,
  openOwner,
  until,
} from "../../support/forwarding.ts";

/** What an owner has of one client. */
interface Taken extends Arrival {
  readonly heard: string[];
  readonly codes: number[];
}

/** The frame with which a client asks to leave. */
const LEAVE = Buffer.of(12);
const TICKET = { sessionId: "s", token: "t", user: { userId: "u" } };

describe("a client whose room goes from one process to another", () => {
  let edge: Edge;
  let before: OwnerProcess;
  let next: OwnerProcess;
  /** Who has the room, when it is asked for; and how often it was. */
  let whereabouts: () => Promise<Owner | undefined>;
  let questions: number;
  let clients: WebSocket[];
  beforeEach(async () => {
    [before, next] = await Promise.all([openOwner("before"), openOwner("next")]);
    whereabouts = async () => before.owner;
    questions = 0;
    clients = [];
    const ownerOf = (): Promise<Owner | undefined> => {
      questions++;
      return whereabouts();
    };
    edge = await openEdge(ownerOf, { nodeOf: (bootId) => (bootId === "next" ? next.owner : undefined) });
  });
  afterEach(async () => {
    for (const client of clients) client.terminate();
    await edge.close();
    await before.close();
    await next.close();
  });

  const take = async (owner: OwnerProcess): Promise<Taken> => {
    const arrival = await owner.next();
    const taken: Taken = { ...arrival, heard: [], codes: [] };
    arrival.channel.accept();
    arrival.channel.listen({
      message: (data) => taken.heard.push(String(data)),
      drained: () => {},
      closed: (code) => taken.codes.push(code),
    });
    return taken;
  };
  const come = async (): Promise<{ client: WebSocket; got: string[]; at: Taken }> => {
    const client = openClient(edge.port);
    clients.push(client);
    const got: string[] = [];
    client.on("message", (data: Buffer) => got.push(String(data)));
    const at = await take(before);
    await once(client, "open");
    return { client, got, at };
  };
  const frame = (text: string): Buffer => new FrameOnce().frame(Buffer.from(text)).bytes;
  /** Resolves when it has come where the client came in. */
  const giveTicket = async ({ at, got }: { at: Taken; got: string[] }): Promise<void> => {
    at.channel.tellTicket(TICKET);
    at.channel.write(frame("behind it"));
    await until(() => got.length === 1);
  };
  /** Lets time pass, and sockets move, until something is so. */
  const pass = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) {
      edge.clock.advance(50);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it("[HND5] sends nothing more once it is held, and all of it when it is released", async () => {
    const { client, at } = await come();
    client.send("1");
    await until(() => at.heard.length === 1);

    await at.channel.hold();
    client.send("2");
    await pass(() => edge.clock.nowMs() > 1000);
    const meanwhile = [...at.heard];
    at.channel.release();
    await until(() => at.heard.length === 2);

    assert.deepEqual([meanwhile, at.heard], [["1"], ["1", "2"]]);
  });

  it("[HND1] stays where it is, gets what was sent before, and is heard there when it has been told", async () => {
    const { client, got, at } = await come();
    await at.channel.hold();
    client.send("kept");

    at.channel.write(frame("last"));
    at.channel.lead("next", TICKET);
    const there = await take(next);
    await pass(() => edge.clock.nowMs() > 2000);
    const early = [...there.heard];
    there.channel.write(frame("welcome"));
    await until(() => there.heard.length === 1 && got.length === 2);

    assert.deepEqual([early, there.heard, got], [[], ["kept"], ["last", "welcome"]]);
    const { url, ticket, headers } = there.opening;
    assert.equal(url, "/next/room?sessionId=s&reconnectionToken=t&skipHandshake=1");
    assert.deepEqual([ticket, headers["x-mine"]], [TICKET, "1"]);
    client.close(4000);
    await until(() => there.codes.length === 1);
    assert.deepEqual([there.codes, client.readyState > 1], [[4000], true]);
  });

  it("[HND1] is gone for both where it goes while it is led", async () => {
    const { client, at } = await come();
    await at.channel.hold();
    at.channel.lead("next", TICKET);
    const arrival = await next.next();
    const codes: number[] = [];
    arrival.channel.listen({ message: () => {}, drained: () => {}, closed: (code) => codes.push(code) });

    client.terminate();
    for (const socket of edge.sockets) socket.destroy(); // nothing is read of a client that is held
    await until(() => edge.forwarder.count === 0);
    arrival.channel.accept();
    await until(() => codes.length === 1);

    assert.deepEqual(codes, [1006]);
  });

  it("[HND6] finds its room again after its owner was lost, with one question for all at a time", async () => {
    const seats = [await come(), await come(), await come()];
    for (const seat of seats) await giveTicket(seat);
    const asked = questions;
    whereabouts = async () => {
      if (questions < asked + 4) throw new ArenaError("PEER_UNREACHABLE");
      return next.owner;
    };

    before.trunks[0]?.trunk.link.fail();
    const [first, ...others] = [take(next), take(next), take(next)];
    let isLed = false;
    void Promise.all([first, ...others]).then(() => {
      isLed = true;
    });
    await pass(() => isLed);
    for (const taken of await Promise.all([first, ...others])) taken.channel.write(frame("welcome"));
    await until(() => seats.every(({ got }) => got.length === 2));

    assert.ok(questions - asked <= 5, `${questions - asked} questions`);
    assert.ok(seats.every(({ client }) => client.readyState === client.OPEN));
  });

  it("[HND8] leaves the next owner, too, where it had asked to leave before the first was lost", async () => {
    const [leaver, asker] = [await come(), await come()];
    for (const seat of [leaver, asker]) await giveTicket(seat);
    leaver.client.send(LEAVE);
    await until(() => leaver.at.heard.length === 1);
    whereabouts = async () => next.owner;

    before.trunks[0]?.trunk.link.fail();
    const one = await take(next);
    asker.client.send("while it is held");
    asker.client.send(LEAVE);
    const other = await take(next);
    for (const { channel } of [one, other]) channel.write(frame("welcome"));
    await until(() => one.heard.length + other.heard.length >= 3);
    for (const { client } of [leaver, asker]) client.close();
    await until(() => one.codes.length + other.codes.length === 2);

    assert.deepEqual([one.heard, other.heard].toSorted(), [[LEAVE.toString()], ["while it is held", LEAVE.toString()]]);
  });

  it("[HND5] keeps what it sends for as long as it takes to find the next owner", async () => {
    const seat = await come();
    await giveTicket(seat);
    let found = (_owner: Owner): void => {};
    whereabouts = () =>
      new Promise((resolve) => {
        found = resolve;
      });

    before.trunks[0]?.trunk.link.fail();
    seat.client.send("meanwhile");
    await pass(() => edge.clock.nowMs() > 12_000);
    found(next.owner);
    const there = await take(next);
    there.channel.write(frame("welcome"));
    await until(() => there.heard.length === 1);

    assert.deepEqual(there.heard, ["meanwhile"]);
  });

  it("[HND8] leaves the next owner also where it hangs up while it is led", async () => {
    const seat = await come();
    await giveTicket(seat);
    seat.client.send(LEAVE);
    await until(() => seat.at.heard.length === 1);
    whereabouts = async () => next.owner;

    before.trunks[0]?.trunk.link.fail();
    const arrival = await next.next();
    const told: string[] = [];
    arrival.channel.listen({
      message: (data) => told.push(String(data)),
      drained: () => {},
      closed: (code) => told.push(String(code)),
    });
    seat.client.terminate();
    for (const socket of edge.sockets) socket.destroy();
    await until(() => edge.forwarder.count === 0);
    arrival.channel.accept();
    await until(() => told.length === 2);

    assert.deepEqual(told, [LEAVE.toString(), "1006"]);
  });

  it("[HND8] is closed as one that has left where its owner is lost and there is no next one", async () => {
    const seat = await come();
    seat.client.send(LEAVE);
    await until(() => seat.at.heard.length === 1);

    before.trunks[0]?.trunk.link.fail();
    const [code] = await once(seat.client, "close");

    assert.equal(code, 4000);
  });

  it("[HND6] is told to come back where its room is nowhere after 8 s, and at once where it has no ticket", async () => {
    const [held, plain] = [await come(), await come()];
    await giveTicket(held);
    whereabouts = () => Promise.reject(new ArenaError("PEER_UNREACHABLE"));
    const codes = new Map<WebSocket, unknown[]>();
    for (const { client } of [held, plain]) {
      client.on("close", (code: number, reason: Buffer) =>
        codes.set(client, [code, parseCloseReason(String(reason))?.code]),
      );
    }
    const startMs = edge.clock.nowMs();

    before.trunks[0]?.trunk.link.fail();
    await until(() => codes.has(plain.client));
    const atOnce = codes.has(held.client);
    await pass(() => codes.has(held.client));

    assert.equal(atOnce, false);
    assert.ok(edge.clock.nowMs() - startMs < 10_000);
    assert.deepEqual(
      [...codes.values()],
      [
        [4010, "PEER_UNREACHABLE"],
        [4010, "PEER_UNREACHABLE"],
      ],
    );
  });
});
