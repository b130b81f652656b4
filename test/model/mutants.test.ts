import assert from "node:assert/strict";
import fc from "fast-check";
import { type Action, actions, actionsWithRestores } from "../support/model/actions.ts";
import * as mutants from "../support/model/mutants.ts";
import { run } from "../support/model/run.ts";
import type { Variant } from "../support/model/variant.ts";

const MAX_RUNS = 5000;
const SEED = 1;
/** With `SHRINK=1` each is shrunk to the few steps that show it, which takes a minute and proves nothing more. */
const SHRINKS = process.env["SHRINK"] === "1";

/** A model that finds nothing proves nothing: each of these is wrong in one place, and must be caught. */
const MUTANTS: readonly {
  readonly title: string;
  readonly variant: Variant;
  readonly steps: fc.Arbitrary<Action[]>;
  readonly harm: RegExp;
}[] = [
  {
    title: "[LOG3] a push that is sent again as something new is applied again",
    variant: mutants.WITHOUT_DEDUPE,
    steps: actions,
    harm: /was applied/,
  },
  {
    title: "[LOG2] an ack before the disk has the push loses it",
    variant: mutants.ACK_BEFORE_FSYNC,
    steps: actions,
    harm: /was acknowledged, and is lost/,
  },
  {
    title: "[LOG3] a snapshot without the clients' numbers applies a push again",
    variant: mutants.WITHOUT_MARKS,
    steps: actions,
    harm: /was applied/,
  },
  {
    title: "[BRD2] [LOG6] tombstones that a snapshot drops make clients differ that ask whether effects are right",
    variant: mutants.WITHOUT_TOMBSTONES,
    steps: actions,
    harm: /DIVERGED/,
  },
  {
    title: "[LOG2] a welcome that tells of pushes which are not on the disk loses them",
    variant: mutants.WELCOME_OF_APPLIED,
    steps: actions,
    harm: /was acknowledged, and is lost/,
  },
  {
    title: "[LOG4] a backup that is restored without a new epoch makes clients differ",
    variant: mutants.WITHOUT_EPOCH,
    steps: actionsWithRestores,
    harm: /DIVERGED/,
  },
];

describe("a protocol with one thing wrong", function () {
  this.timeout(0); // as in the model of the product
  const stackTraceLimit = Error.stackTraceLimit;

  before(() => {
    Error.stackTraceLimit = 0; // as in the model of the product
  });

  after(() => {
    Error.stackTraceLimit = stackTraceLimit;
  });

  for (const { title, variant, steps, harm } of MUTANTS) {
    it(title, function () {
      const { numRuns, counterexample, errorInstance } = fc.check(
        fc.property(steps, (all) => comesTo(harm, variant, all)),
        { numRuns: MAX_RUNS, seed: SEED, endOnFailure: !SHRINKS },
      );

      assert.match(errorInstance instanceof Error ? errorInstance.message : "nothing was found", harm);
      this.runnable().title += ` (found in run ${numRuns}, by ${counterexample?.[0].length} steps)`;
    });
  }
});

/** Runs it, and throws only what is wrong as it is expected: steps that are not shrunk may do other harm first. */
function comesTo(harm: RegExp, variant: Variant, steps: readonly Action[]): void {
  try {
    run(variant, steps);
  } catch (error) {
    if (error instanceof Error && harm.test(error.message)) throw error;
  }
}
