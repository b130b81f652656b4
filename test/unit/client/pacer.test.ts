import assert from "node:assert/strict";
import { Pacer } from "../../../src/client/pacer.ts";
import { manualClock } from "../../../src/clock/clock.ts";

const PACE = { perSecond: 10, burst: 20, bytesPerSecond: 1000, byteBurst: 5000 };

function start(): {
  pacer: Pacer;
  sent: number[];
  clock: ReturnType<typeof manualClock>;
  put: (bytes: number) => void;
} {
  const clock = manualClock();
  const pacer = new Pacer(clock, PACE);
  const sent: number[] = [];
  let puts = 0;
  const put = (bytes: number): void => {
    const which = puts++;
    pacer.put(bytes, () => sent.push(which));
  };
  return { clock, pacer, sent, put };
}

describe("pacer", () => {
  it("sends a burst at once, then so many a second, in order", () => {
    const { clock, sent, put } = start();

    for (let frame = 0; frame < 100; frame++) put(1);
    const atOnce = sent.length;
    clock.advance(1000);
    const afterOne = sent.length;
    clock.advance(60_000);

    assert.deepEqual([atOnce, afterOne], [20, 30]);
    assert.deepEqual(sent, [...Array(100).keys()]);
  });

  it("sends no more bytes than it may", () => {
    const { clock, sent, put } = start();

    for (let frame = 0; frame < 10; frame++) put(1000);
    const atOnce = sent.length;
    clock.advance(2000);

    assert.deepEqual([atOnce, sent.length], [5, 7]);
  });

  it("sends a frame that is larger than the burst, late", () => {
    const { clock, sent, put } = start();

    put(1000);
    put(6000);
    clock.advance(1000);

    assert.deepEqual(sent, [0, 1]);
  });

  it("has its burst again after a quiet time", () => {
    const { clock, sent, put } = start();
    for (let frame = 0; frame < 20; frame++) put(1);
    clock.advance(2000);

    for (let frame = 0; frame < 20; frame++) put(1);

    assert.equal(sent.length, 40);
  });

  it("is half as fast, and has no burst, when it was too fast", () => {
    const { clock, pacer, sent, put } = start();

    pacer.slowDown();
    for (let frame = 0; frame < 20; frame++) put(1);
    clock.advance(2000);

    assert.ok(sent.length <= 10, `${sent.length} sent`);
    assert.ok(sent.length > 0);
  });

  it("sends nothing of what it was to forget", () => {
    const { clock, pacer, sent, put } = start();
    for (let frame = 0; frame < 30; frame++) put(1);

    pacer.clear();
    clock.advance(10_000);

    assert.equal(sent.length, 20);
    assert.equal(clock.pendingTimers, 0);
  });
});
