import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { ArenaError } from "../../../src/errors/errors.ts";
import { PastReaders, type PastSource } from "../../../src/op-lane/past-readers.ts";
import { encode, packArray } from "../../../src/op-log/msgpack.ts";
import type { Past, PastPart } from "../../../src/op-log/op-log.ts";
import { settled } from "../../support/lane-bench.ts";
import { LaneClient } from "../../support/lane-client.ts";

/** A past of so many parts of 60 kB, that may break off with an error. */
class FakeSource implements PastSource {
  readonly epoch = 7;
  readonly asked: (number | undefined)[] = [];
  readonly failures: string[] = [];
  read = 0;
  parts = 3;
  error: ArenaError | undefined;

  past(before?: number): Past {
    this.asked.push(before);
    return { base: 10, to: 20, hasOlder: true, parts: () => this.#parts() };
  }

  pastFailed(error: ArenaError): void {
    this.failures.push(error.code);
  }

  async *#parts(): AsyncGenerator<PastPart> {
    for (let part = 0; part < this.parts; part++) {
      this.read++;
      yield { kind: part === 0 ? "records" : "batches", data: packArray([encode(new Uint8Array(60_000))]) };
    }
    if (this.error) throw this.error;
  }
}

describe("readers of the past", () => {
  let clock: ManualClock;
  let readers: PastReaders;
  let source: FakeSource;
  let client: LaneClient;
  beforeEach(() => {
    clock = manualClock();
    readers = new PastReaders(clock);
    source = new FakeSource();
    client = new LaneClient("ann");
  });

  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed++) {
      clock.advance(1);
      await settled();
    }
  };
  const told = (one = client): readonly string[] =>
    one.of("op:past").map((past) => {
      const what = (["records", "batches", "end", "isDamaged"] as const).filter((field) => past[field]);
      return past.code ?? `${past.part} ${what.join(" ")}`;
    });

  it("[HIS1] are sent all parts in order, and told that there is more", async () => {
    readers.ask(client, source, 21);
    await pass(100);

    assert.deepEqual(told(), ["0 records", "1 batches", "2 batches", "3 end"]);
    const [first] = client.of("op:past");
    assert.deepEqual([first?.epoch, first?.base, first?.to, first?.hasOlder, source.asked], [7, 10, 20, true, [21]]);
  });

  it("[HIS2] are read for no faster than a part in 5 ms", async () => {
    source.parts = 100;
    readers.ask(client, source);

    await pass(50);

    assert.ok(source.read <= 11, `${source.read} parts`);
  });

  it("[HIS2] are read for only as fast as their line takes it", async () => {
    source.parts = 100;
    client.pause();
    readers.ask(client, source);
    await pass(500);
    const waiting = [source.read, client.peakBytes < 200_000];

    client.resume();
    await pass(1000);

    assert.deepEqual(waiting, [3, true]);
    assert.equal(told().at(-1), "100 end");
  });

  it("are refused a second stretch while one is on its way, and given it after that", async () => {
    readers.ask(client, source);
    readers.ask(client, source);
    await pass(100);
    readers.ask(client, source);
    await pass(100);

    assert.equal(told().filter((one) => one === "RATE_LIMITED").length, 1);
    assert.equal(told().filter((one) => one.endsWith("end")).length, 2);
  });

  it("[HIS2] are at most eight at a time", async () => {
    const clients = Array.from({ length: 9 }, (_, index) => new LaneClient(`c${index}`));
    for (const one of clients) readers.ask(one, source);
    await pass(100);

    assert.deepEqual(
      clients.map((one) => told(one).at(-1)),
      [...Array.from({ length: 8 }, () => "3 end"), "RATE_LIMITED"],
    );
  });

  it("[HIS2] are at most two at a time of one user", async () => {
    const user = { userId: "ann", roles: [], isGuest: true, tokenId: "t", expiresAtMs: 0 };
    const tabs = Array.from({ length: 3 }, (_, index) => new LaneClient(`c${index}`, user));
    for (const one of [...tabs, client]) readers.ask(one, source);
    await pass(100);

    assert.deepEqual(
      [...tabs, client].map((one) => told(one).at(-1)),
      ["3 end", "3 end", "RATE_LIMITED", "3 end"],
    );
  });

  it("[HIS3] give their place to who waits for one where their line takes less than 32 kB/s, but for 15 s", async () => {
    source.parts = 100;
    const slow = Array.from({ length: 8 }, (_, index) => new LaneClient(`c${index}`));
    for (const one of slow) {
      one.pause();
      readers.ask(one, source);
    }
    await pass(100);
    clock.advance(14_000);
    readers.ask(client, source);
    const early = told();
    clock.advance(8000);
    await settled();

    readers.ask(client, source);
    await pass(1000);

    assert.deepEqual([early, told().at(-1)], [["RATE_LIMITED"], "100 end"]);
    assert.equal(slow.filter((one) => told(one).at(-1) === "RATE_LIMITED").length, 1);
  });

  it("[HIS3] give it too where their line took much at first, and nothing since", async () => {
    source.parts = 200;
    const slow = Array.from({ length: 8 }, (_, index) => new LaneClient(`c${index}`));
    for (const one of slow) readers.ask(one, source);
    await pass(500);
    for (const one of slow) one.pause();
    await pass(100);
    clock.advance(16_000);
    await settled();

    readers.ask(client, source);
    await pass(2000);

    assert.equal(told().at(-1), "200 end");
  });

  it("[HIS3] keep their place, however slow, where nobody waits for it", async () => {
    client.pause();
    readers.ask(client, source);
    await pass(10);
    clock.advance(600_000);

    client.resume();
    await pass(100);

    assert.equal(told().at(-1), "3 end");
  });

  it("are read for no more once they are gone", async () => {
    source.parts = 100;
    readers.ask(client, source);
    await pass(10);
    const read = source.read;

    readers.leave(client);
    await pass(100);

    assert.ok(source.read <= read + 1);
  });

  it("are told that a stretch is damaged, and so is whoever runs the server", async () => {
    source.error = new ArenaError("LOG_CORRUPT", "Entries 11 to 12.");
    readers.ask(client, source);
    await pass(100);

    assert.deepEqual([told().at(-1), source.failures], ["3 end isDamaged", ["LOG_CORRUPT"]]);
  });

  it("are told to ask again where it cannot be read now", async () => {
    source.error = new ArenaError("LOG_UNAVAILABLE", "Redis is away.");
    readers.ask(client, source);
    await pass(100);

    assert.equal(told().at(-1), "UNAVAILABLE");
    assert.equal(client.of("op:past").at(-1)?.retryAfterMs, 1000);
  });
});
