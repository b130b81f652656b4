import assert from "node:assert/strict";
import { SOURCE_STEPS, TARGET_STEPS } from "../../src/handoff/move-steps.ts";
import { explore, PRODUCT, type Rules } from "../support/move-explorer.ts";

describe("a room that moves", function () {
  this.timeout(0); // computes only, which no timeout cuts short, and gives way to whatever else runs

  it("[OWN1] has one owner at a time, loses nothing and runs again, whatever is late, lost or killed", () => {
    const { worlds, violation } = explore();

    assert.equal(violation, undefined, violation && `${violation.what}: ${violation.trace.join("; ")}`);
    assert.ok(worlds > 10_000, `${worlds} worlds are not all that there are`);
  });

  const mutants: Readonly<Record<string, Partial<Rules>>> = {
    "takes silence of the store for a no": {
      source: { ...SOURCE_STEPS, transferring: { ...SOURCE_STEPS.transferring, uncertain: ["running", "resume"] } },
    },
    "goes on after a look that changes nothing": { isReclaimFencing: false },
    "acts as soon as it is asked": {
      target: { ...TARGET_STEPS, idle: { asked: ["acting", "restore"] } },
    },
    "is kept before it stands still": {
      source: {
        ...SOURCE_STEPS,
        asking: { ...SOURCE_STEPS.asking, accepted: ["holding", "hold", "store"] },
        holding: {
          stored: ["frozen", "freeze", "transfer"],
          refused: ["running", "resume", "call off"],
        },
        frozen: { transferred: ["moved", "hand over", "end"], uncertain: ["doubting", "secure"] },
      },
    },
    "is expected for ever": {
      target: { ...TARGET_STEPS, expecting: { owned: ["acting", "restore"] } },
    },
    "does not look again when the store does not answer": {
      source: { ...SOURCE_STEPS, doubting: { ...SOURCE_STEPS.doubting, uncertain: ["lost", "end"] } },
    },
  };
  for (const [name, mutant] of Object.entries(mutants)) {
    it(`is found out where it ${name}`, () => {
      assert.ok(explore({ ...PRODUCT, ...mutant }).violation);
    });
  }
});
