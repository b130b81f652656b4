import assert from "node:assert/strict";
import fc from "fast-check";
import { type Action, actions, actionsWithRestores } from "../support/model/actions.ts";
import * as mutants from "../support/model/mutants.ts";
import { run } from "../support/model/run.ts";
import type { Variant } from "../support/model/variant.ts";

const MAX_RUNS = 5000;
const SEED = 1;
const TIMEOUT_MS = 60_000;

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
  this.timeout(TIMEOUT_MS);
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
        fc.property(steps, (all) => void run(variant, all)),
        { numRuns: MAX_RUNS, seed: SEED },
      );

      assert.match(errorInstance instanceof Error ? errorInstance.message : "nothing was found", harm);
      this.runnable().title += ` (found in run ${numRuns}, shrunk to ${counterexample?.[0].length} steps)`;
    });
  }
});
