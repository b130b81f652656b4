import Mocha from "mocha";

/** Mocha's Spec report, closed by one line `N passed, N failed[, N skipped]` that a machine can read. */
export default class CiReporter extends Mocha.reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    console.log(`${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`);
  }
}
