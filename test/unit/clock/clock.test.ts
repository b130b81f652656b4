import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { type Clock, systemClock } from "../../../src/clock/clock.ts";

describe("the system clock", () => {
  const clock: Clock = systemClock();
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  /** Timers do not keep the process alive, so something else must. */
  const keeper = createServer();
  before(() => once(keeper.listen(0, "127.0.0.1"), "listening"));
  after(() => void keeper.close());

  it("never goes back", () => {
    const times = Array.from({ length: 1000 }, () => clock.nowMs());

    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
  });

  it("tells the time of the wall in ms since 1970", () => {
    assert.ok(Math.abs(clock.wallMs() - Date.now()) < 1000);
  });

  it("waits for as long as it was asked to", async () => {
    const startMs = clock.nowMs();

    await wait(20);

    assert.ok(clock.nowMs() - startMs >= 19);
  });

  it("does not run a timer that was stopped", async () => {
    let hasRun = false;
    const stop = clock.after(1, () => {
      hasRun = true;
    });

    stop();
    await wait(5);

    assert.equal(hasRun, false);
  });

  it("repeats until it is stopped", async () => {
    let runs = 0;
    await new Promise<void>((resolve) => {
      const stop = clock.every(1, () => {
        runs++;
        if (runs < 3) return;
        stop();
        resolve();
      });
    });

    await wait(10);

    assert.equal(runs, 3);
  });

  it("runs what waits for a poll", async () => {
    await new Promise<void>((resolve) => clock.afterPoll(resolve));
  });

  it("has numbers from 0 to below 1", () => {
    for (let draw = 0; draw < 1000; draw++) {
      const number = clock.random();
      assert.ok(number >= 0 && number < 1, `${number}`);
    }
  });

  it("keeps no process alive by its timers", () => {
    const script = `
      import { systemClock } from "./src/clock/clock.ts";
      systemClock().after(60_000, () => {});
      systemClock().every(60_000, () => {});`;

    const { status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 10_000 });

    assert.equal(status, 0);
  });
});
