import assert from "node:assert/strict";
import fc from "fast-check";
import { createRevocations } from "../../../src/tokens/revocations.ts";

const LIFE_MS = 1000;

describe("createRevocations", () => {
  it("[TOK9] holds an id until its life has passed", () => {
    const revocations = createRevocations(10, LIFE_MS);

    revocations.add("user ada", 0);

    assert.deepEqual(
      [999, 1000].map((nowMs) => revocations.has("user ada", nowMs)),
      [true, false],
    );
  });

  it("[TOK9] begins an id's life anew when it is revoked again", () => {
    const revocations = createRevocations(10, LIFE_MS);
    revocations.add("user ada", 0);

    revocations.add("user ada", 900);

    assert.equal(revocations.has("user ada", 1500), true);
  });

  it("[TOK9] refuses an id past its bound and forgets none for it", () => {
    const revocations = createRevocations(2, LIFE_MS);
    revocations.add("user ada", 0);
    revocations.add("user bob", 0);

    const outcome = revocations.add("user cyd", 500);

    assert.equal(outcome, "full");
    assert.deepEqual(
      ["user ada", "user bob", "user cyd"].map((id) => revocations.has(id, 500)),
      [true, true, false],
    );
  });

  it("[TOK9] takes an id again that a full list holds already", () => {
    const revocations = createRevocations(1, LIFE_MS);
    revocations.add("user ada", 0);

    assert.equal(revocations.add("user ada", 500), "added");
  });

  it("[TOK9] has room again when a life has passed", () => {
    const revocations = createRevocations(1, LIFE_MS);
    revocations.add("user ada", 0);

    assert.equal(revocations.add("user bob", 1000), "added");
    assert.equal(revocations.size, 1);
  });

  it("[TOK9] has room again although an older id was revoked anew", () => {
    const revocations = createRevocations(2, LIFE_MS);
    revocations.add("user ada", 0);
    revocations.add("user bob", 100);
    revocations.add("user ada", 900);

    assert.equal(revocations.add("user cyd", 1100), "added");
  });

  it("[TOK9] agrees with a list that keeps everything, and never passes its bound", () => {
    const steps = fc.array(fc.record({ id: fc.integer({ min: 0, max: 6 }).map(String), passMs: fc.nat(600) }));
    fc.assert(
      fc.property(steps, (taken) => {
        const revocations = createRevocations(3, LIFE_MS);
        const addedAtMs = new Map<string, number>();
        let nowMs = 0;
        for (const { id, passMs } of taken) {
          nowMs += passMs;
          if (revocations.add(id, nowMs) === "added") addedAtMs.set(id, nowMs);
          assert.ok(revocations.size <= 3);
          for (const [other, atMs] of addedAtMs) assert.equal(revocations.has(other, nowMs), nowMs - atMs < LIFE_MS);
        }
      }),
    );
  });
});
