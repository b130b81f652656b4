import assert from "node:assert/strict";
import { readClusterCommand } from "../../../src/cli/cluster.ts";
import { restartPolicy } from "../../../src/cli/restarts.ts";

describe("the command `cluster`", () => {
  const read = (...args: string[]) => readClusterCommand({ args, env: {} });

  it("takes how many nodes there are, and hands the other options to each process", () => {
    const { nodes, args, config } = read("--nodes", "5", "--port", "3000", "--synthetic", "--log-level=warn");

    assert.deepEqual([nodes, args, config.port], [5, ["--synthetic=1", "--log-level=warn"], 3000]);
  });

  it("has three nodes where nothing is said", () => {
    assert.equal(read().nodes, 3);
  });

  for (const bad of ["0", "65", "many", ""]) {
    it(`refuses "${bad}" nodes in a sentence`, () => {
      assert.throws(() => read(`--nodes=${bad}`), { code: "CONFIG_INVALID", message: /--nodes: expected/ });
    });
  }
});

describe("a process that ends", () => {
  it("is started again, each time later, up to a bound", () => {
    const policy = restartPolicy();

    const waits = Array.from({ length: 7 }, () => policy.after(1000, true));

    assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  it("begins anew once it has lived for a while", () => {
    const policy = restartPolicy();
    for (let ends = 0; ends < 5; ends++) policy.after(1000, true);

    assert.equal(policy.after(60_000, true), 500);
  });

  it("is given up at once when its first start fails, and never once it was ready", () => {
    const [never, once] = [restartPolicy(), restartPolicy()];
    once.after(1000, true);

    const waits = Array.from({ length: 20 }, () => once.after(100, false));

    assert.deepEqual([never.after(100, false), waits.includes(undefined), waits.at(-1)], [undefined, false, 10_000]);
  });
});
