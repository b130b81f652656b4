import assert from "node:assert/strict";
import { FsyncGate } from "../../../src/redis/fsync-gate.ts";

/** A gate whose waits end when the test says so. */
function manualGate() {
  const waits: PromiseWithResolvers<void>[] = [];
  const gate = new FsyncGate(() => {
    const wait = Promise.withResolvers<void>();
    waits.push(wait);
    return wait.promise;
  });
  return { gate, waits };
}

describe("a gate before the disk", () => {
  it("lets one wait serve all who came while another was under way", async () => {
    const { gate, waits } = manualGate();
    const first = gate.pass();
    const others = [gate.pass(), gate.pass()];

    waits[0]?.resolve();
    await first;
    waits[1]?.resolve();
    await Promise.all(others);

    assert.equal(waits.length, 2);
  });

  it("keeps those who came during a wait until one that began after them has ended", async () => {
    const { gate, waits } = manualGate();
    const passed: string[] = [];
    const first = gate.pass().then(() => passed.push("first"));
    const second = gate.pass().then(() => passed.push("second"));

    waits[0]?.resolve();
    await first;
    assert.deepEqual(passed, ["first"]);

    waits[1]?.resolve();
    await second;
  });

  it("fails those alone whose wait failed", async () => {
    const { gate, waits } = manualGate();
    const first = assert.rejects(gate.pass(), /disk/);
    const second = gate.pass();

    waits[0]?.reject(new Error("The disk is slow."));
    await first;
    waits[1]?.resolve();

    await second;
  });

  it("waits anew for whoever comes later", async () => {
    const { gate, waits } = manualGate();
    const first = gate.pass();
    waits[0]?.resolve();
    await first;

    const later = gate.pass();
    waits[1]?.resolve();
    await later;

    assert.equal(waits.length, 2);
  });
});
