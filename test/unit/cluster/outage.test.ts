import assert from "node:assert/strict";
import { Outage, type Word } from "../../../src/cluster/outage.ts";

describe("an outage of the store", () => {
  const covered = (words: readonly Word[]): boolean => {
    const outage = new Outage();
    outage.heard(words, 0);
    return outage.isCovered(0);
  };

  it("[FLT2] covers a process when all others are cut off too", () => {
    assert.equal(covered(["cutOff", "cutOff"]), true);
  });

  it("[FLT2] covers a process that has nobody to be replaced by", () => {
    assert.equal(covered([]), true);
  });

  it("[OWN1] covers nobody when one may still reach the store", () => {
    assert.deepEqual([covered(["cutOff", "confirmed"]), covered(["cutOff", "silent"])], [false, false]);
  });

  it("[OWN1] is not believed without anybody who says so", () => {
    assert.deepEqual([covered(["gone"]), covered(["gone", "cutOff"])], [false, true]);
  });

  it("[OWN1] covers a process for less time than the others have promised", () => {
    const [asking, answering] = [new Outage(), new Outage()];
    answering.promise(20);
    asking.heard(["cutOff"], 0);
    const endMs = Array.from({ length: 5000 }, (_, ms) => ms).find((ms) => !asking.isCovered(ms)) ?? 0;

    assert.ok(endMs > 0);
    assert.equal(answering.isPromised(endMs + 400), true);
    assert.equal(answering.isPromised(endMs + 1000), false);
  });

  it("covers no longer for an answer that came late", () => {
    const outage = new Outage();
    outage.heard(["cutOff"], 1000);
    outage.heard(["cutOff"], 500);

    assert.deepEqual([outage.isCovered(1999), outage.isCovered(2000)], [true, false]);
  });
});
