import assert from "node:assert/strict";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import { Liveness, type Peer } from "../../../src/transport/liveness.ts";

const HEARTBEAT_MS = 15_000;
const MARGIN_MS = 1000;

/** A peer that answers pings while it is alive. */
class FakePeer implements Peer {
  nextPingMs = 0;
  isAlive = true;
  isBuried = false;
  pings = 0;
  heardMs: number;
  readonly #clock: ManualClock;

  constructor(clock: ManualClock) {
    this.#clock = clock;
    this.heardMs = clock.nowMs();
  }

  ping(): void {
    this.pings++;
    if (this.isAlive) this.heardMs = this.#clock.nowMs();
  }

  check(): void {}

  isSilent(nowMs: number): boolean {
    return nowMs - this.heardMs >= 2 * HEARTBEAT_MS - MARGIN_MS;
  }

  bury(): void {
    this.isBuried = true;
  }

  forgive(stallMs: number): void {
    this.heardMs += stallMs;
  }
}

describe("liveness", () => {
  let clock: ManualClock;
  let liveness: Liveness;
  let stalls: number[];
  beforeEach(() => {
    clock = manualClock();
    stalls = [];
    liveness = new Liveness({ clock, heartbeatMs: HEARTBEAT_MS, onStall: (stallMs) => stalls.push(stallMs) });
  });
  afterEach(() => liveness.close());

  const watched = (count = 1): FakePeer[] =>
    Array.from({ length: count }, () => {
      const peer = new FakePeer(clock);
      liveness.watch(peer);
      return peer;
    });

  it("[HB1] finds a peer that says nothing within two heartbeats", () => {
    const [peer] = watched();
    if (peer) peer.isAlive = false;

    clock.advance(2 * HEARTBEAT_MS);

    assert.equal(peer?.isBuried, true);
  });

  it("[HB1] leaves a peer alone that answers its pings", () => {
    const [peer] = watched();

    clock.advance(20 * HEARTBEAT_MS);

    assert.equal(peer?.isBuried, false);
  });

  it("pings each peer once a heartbeat", () => {
    const [peer] = watched();

    clock.advance(10 * HEARTBEAT_MS);

    assert.ok(Number(peer?.pings) >= 9 && Number(peer?.pings) <= 10, `${peer?.pings} pings in ten heartbeats`);
  });

  it("[HB1] pings in time where timers fire a little early", () => {
    liveness.close();
    const early = { ...clock, nowMs: () => clock.nowMs() * 0.9999 };
    liveness = new Liveness({ clock: early, heartbeatMs: 2000, onStall: () => {} });
    const [peer] = watched();

    clock.advance(60_000);

    assert.ok(Number(peer?.pings) >= 29, `${peer?.pings} pings in thirty heartbeats`);
  });

  it("[HB1] spreads the first pings of those who came together over the whole interval", () => {
    const peers = watched(100);

    const pinged = Array.from({ length: 15 }, () => {
      clock.advance(1000);
      return peers.filter(({ pings }) => pings > 0).length;
    });

    assert.ok(
      pinged.every((count, second) => Math.abs(count - (100 * (second + 1)) / 15) < 25),
      String(pinged),
    );
    assert.equal(pinged.at(-1), 100);
  });

  it("[HB1] leaves out of every deadline the time in which the process stood still", () => {
    const [peer] = watched();
    if (peer) peer.isAlive = false;
    clock.advance(10_000);

    clock.skip(60_000);
    clock.advance(0);

    assert.equal(peer?.isBuried, false);
    assert.equal(stalls.length, 1);
    clock.advance(2 * HEARTBEAT_MS);
    assert.equal(peer?.isBuried, true);
  });

  it("takes no ordinary lateness of a timer for a stall", () => {
    watched();

    clock.advance(900);
    clock.skip(300);
    clock.advance(10_000);

    assert.deepEqual(stalls, []);
  });

  it("[HB1] reads what had arrived before it buries anybody", () => {
    const [peer] = watched();
    if (peer) peer.isAlive = false;
    const poll: (() => void)[] = [];
    Object.assign(clock, { afterPoll: (fn: () => void) => poll.push(fn) });
    clock.advance(2 * HEARTBEAT_MS);

    if (peer) peer.heardMs = clock.nowMs();
    for (const fn of poll) fn();

    assert.ok(poll.length > 0);
    assert.equal(peer?.isBuried, false);
  });

  it("buries nobody who is watched no more", () => {
    const peer = new FakePeer(clock);
    peer.isAlive = false;
    const unwatch = liveness.watch(peer);

    unwatch();
    clock.advance(10 * HEARTBEAT_MS);

    assert.equal(peer.isBuried, false);
  });

  it("[HB1] looks at every peer each second, so that a deadline is never much overdue", () => {
    let checks = 0;
    const peer = Object.assign(new FakePeer(clock), { check: () => checks++ });
    liveness.watch(peer);

    clock.advance(10_000);

    assert.equal(checks, 10);
  });
});
