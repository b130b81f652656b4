import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** Mocha's Spec report; its numbers also go to the file that TALLY_FILE names, for `scripts/test.ts` to add up. */
export default class TallyReporter extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const file = process.env.TALLY_FILE;
    if (file) writeFileSync(file, JSON.stringify({ passes, failures, pending }));
  }
}
