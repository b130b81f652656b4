import assert from "node:assert/strict";
import fc from "fast-check";
import { parseOptions } from "../../../loadtest/options.ts";
import { ordersOf } from "../../../loadtest/runner.ts";

describe("loadtest runner", () => {
  it("gives each bot to exactly one thread, and no thread more than one bot more than another", () => {
    const sizes = fc
      .integer({ min: 1, max: 64 })
      .chain((workers) =>
        fc.record({ workers: fc.constant(workers), bots: fc.integer({ min: workers, max: 20_000 }) }),
      );
    fc.assert(
      fc.property(sizes, ({ workers, bots }) => {
        const orders = ordersOf({ ...parseOptions([]), workers, bots });

        let next = 0;
        for (const order of orders) {
          assert.equal(order.firstBot, next);
          next += order.bots;
        }
        const counts = orders.map((order) => order.bots);
        assert.equal(next, bots);
        assert.ok(Math.max(...counts) - Math.min(...counts) <= 1);
      }),
    );
  });

  it("shares the ramp out", () => {
    const orders = ordersOf({ ...parseOptions([]), workers: 4, rampPerSecond: 50 });

    assert.deepEqual(
      orders.map(({ rampPerSecond }) => rampPerSecond),
      [12.5, 12.5, 12.5, 12.5],
    );
  });

  it("lets all threads of a run meet in one room, and two runs in two", () => {
    const options = { ...parseOptions([]), workers: 2 };

    const instances = [...ordersOf(options), ...ordersOf(options)].map(({ instance }) => instance);

    assert.equal(new Set(instances).size, 2);
    assert.equal(instances[0], instances[1]);
  });
});
