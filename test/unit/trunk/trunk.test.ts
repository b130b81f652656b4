import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { manualClock, seededRandom, systemClock } from "../../../src/clock/clock.ts";
import { EdgeTrunk } from "../../../src/trunk/edge-trunk.ts";
import { openRecord } from "../../../src/trunk/records.ts";
import { type OwnerChannel, OwnerTrunk } from "../../../src/trunk/trunk.ts";

const SEED = Number(process.env["TRUNK_SEED"] ?? (process.env["CI"] === "true" ? 1 : Date.now() % 1_000_000));
const NOTHING = Buffer.alloc(0);

/** The two ends of a line in this process. */
function openLine(): [Socket, Socket] {
  const ends: Duplex[] = [];
  for (const other of [1, 0]) {
    ends.push(
      Object.assign(
        new Duplex({
          read: () => {},
          write: (bytes, _encoding, done) => {
            ends[other]?.push(bytes);
            done();
          },
          destroy: (error, done) => {
            ends[other]?.push(null);
            done(error);
          },
        }),
        { setTimeout: () => {}, setNoDelay: () => {} },
      ),
    );
  }
  return ends as unknown as [Socket, Socket]; // has what a trunk uses of one
}

describe(`a trunk (TRUNK_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);
  const turns = async (count = 5): Promise<void> => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const junk = (): Buffer => {
    const bytes = Buffer.from(Array.from({ length: 4 + random() * 60 }, () => Math.floor(random() * 256)));
    if (random() < 0.7) bytes.fill(0, 0, 3); // a length that comes
    return bytes;
  };

  it("[FLT3] ends where the other end sends junk, with everybody in it, and takes nothing more", async () => {
    for (let run = 0; run < 200; run++) {
      const [mine, others] = openLine();
      let ended = 0;
      const isOwner = run % 2 === 0;
      const parts = { clock: systemClock(), silenceMs: 1000, onEnd: () => void ended++ };
      if (isOwner)
        new OwnerTrunk(mine, NOTHING, { ...parts, maxMessageBytes: 1000, onOpen: (channel) => channel.accept() });
      else new EdgeTrunk(mine, NOTHING, parts).open({ url: "/", headers: {}, address: "" });

      for (let sent = 0; sent < 40; sent++) others.write(junk());
      others.write(Buffer.alloc(4)); // a record of no length, if all else was one
      others.write(Buffer.alloc(2000, 255));
      others.end();
      others.destroy();
      await turns();

      assert.equal(ended, 1);
    }
  });

  it("[FLT3] ends where it is told of more that was taken than was sent, or of a channel twice", async () => {
    for (const bytes of [
      Buffer.from([0, 0, 0, 9, 7, 0x40, 0, 0, 0, 0, 0, 0, 0]),
      Buffer.from([0, 0, 0, 9, 7, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
    ]) {
      const [mine, others] = openLine();
      let ended = 0;
      const onEnd = (): void => void ended++;
      new OwnerTrunk(mine, NOTHING, {
        clock: systemClock(),
        silenceMs: 1000,
        maxMessageBytes: 9,
        onOpen: () => {},
        onEnd,
      });

      others.write(bytes);
      await turns();

      assert.equal(ended, 1);
    }
  });

  it("[HB1] ends with everybody in it where nothing came from the other end for too long, a ping neither", async () => {
    const [mine, others] = openLine();
    const clock = manualClock();
    const causes: (Error | undefined)[] = [];
    const channels: OwnerChannel[] = [];
    const onEnd = (cause: Error | undefined): void => void causes.push(cause);
    const parts = { clock, silenceMs: 1000, maxMessageBytes: 9, onEnd };
    const { link } = new OwnerTrunk(mine, NOTHING, { ...parts, onOpen: (channel) => channels.push(channel) });
    const edge = new EdgeTrunk(others, NOTHING, { clock: systemClock(), silenceMs: 1000, onEnd: () => {} });
    edge.open({ url: "/", headers: {}, address: "" }).answer.catch(() => {});
    await turns();
    const codes: number[] = [];
    channels[0]?.listen({ message: () => {}, drained: () => {}, closed: (code) => void codes.push(code) });

    clock.advance(900);
    edge.link.ping();
    await turns();
    clock.advance(999);
    assert.equal(link.isSilent(clock.nowMs()), false);
    clock.advance(1);
    assert.equal(link.isSilent(clock.nowMs()), true);
    link.bury();

    assert.deepEqual(codes, [1006]);
    assert.match(String(causes[0]), /two heartbeats/);
  });

  it("[HB1] is heard no later than now where this process stood still", () => {
    const clock = manualClock();
    const { link } = new EdgeTrunk(openLine()[0], NOTHING, { clock, silenceMs: 1000, onEnd: () => {} });
    clock.advance(100);

    link.forgive(60_000);

    clock.advance(1000);
    assert.equal(link.isSilent(clock.nowMs()), true);
  });

  it("gives channels the numbers from the beginning where there are no more, but none that is in use", () => {
    const parts = { clock: manualClock(), silenceMs: 1000, onEnd: () => {} };
    const edge = new EdgeTrunk(openLine()[0], NOTHING, { ...parts, lastChannel: 0xffff_fffd });
    const opening = { url: "/", headers: {}, address: "" };
    const ids = [1, 2, 3, 4].map(() => edge.open(opening).id);
    const again = new EdgeTrunk(openLine()[0], NOTHING, { ...parts, lastChannel: 0xffff_ffff });
    const first = again.open(opening).id;

    assert.deepEqual([ids, first], [[0xffff_fffe, 0xffff_ffff, 1, 2], 1]);
  });

  it("[FLT3] ends, and takes nothing that came behind, where what came cannot be done", async () => {
    const [mine, others] = openLine();
    const causes: (Error | undefined)[] = [];
    const opened: number[] = [];
    new OwnerTrunk(mine, NOTHING, {
      clock: systemClock(),
      silenceMs: 1000,
      maxMessageBytes: 9,
      onOpen: ({ id }) => {
        opened.push(id);
        throw new Error("a fault of ours");
      },
      onEnd: (cause) => void causes.push(cause),
    });
    const thrown: unknown[] = [];
    const opening = { url: "/", headers: {}, address: "" };
    try {
      mine.emit("data", Buffer.concat([openRecord(1, opening), openRecord(2, opening)]));
    } catch (error) {
      thrown.push(error);
    }
    others.destroy();

    assert.match(String(thrown[0]), /a fault of ours/);
    assert.deepEqual([opened, causes.length], [[1], 1]);
  });

  it("[FRM2] closes a channel with 1009 whose process lets more through than the owner takes", async () => {
    const [mine, others] = openLine();
    const channels: OwnerChannel[] = [];
    const clock = manualClock();
    new OwnerTrunk(mine, NOTHING, {
      clock,
      silenceMs: 1000,
      maxMessageBytes: 9,
      onOpen: (channel) => channels.push(channel),
      onEnd: () => {},
    });
    const edge = new EdgeTrunk(others, NOTHING, { clock: systemClock(), silenceMs: 1000, onEnd: () => {} });
    const channel = edge.open({ url: "/", headers: {}, address: "" });
    const closed: number[] = [];
    channel.attach({
      waitingBytes: 0,
      write: () => true,
      close: (code) => void closed.push(code),
      cut: () => {},
      pause: () => {},
      resume: () => {},
      hold: () => {},
      release: () => {},
      lead: () => {},
      lost: () => {},
    });
    await turns();
    const got: number[] = [];
    channels[0]?.listen({ message: ({ length }) => void got.push(length), drained: () => {}, closed: () => {} });

    channel.send(Buffer.alloc(9), true);
    channel.send(Buffer.alloc(10), true);
    await turns();

    assert.deepEqual([got, closed], [[9], [1009]]);
  });
});
