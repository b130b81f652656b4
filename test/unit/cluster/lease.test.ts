import assert from "node:assert/strict";
import { FENCE_MS, Lease } from "../../../src/cluster/lease.ts";
import { LEASE_MS } from "../../../src/cluster/types.ts";

describe("a lease", () => {
  it("is not held before it was confirmed", () => {
    assert.equal(new Lease().isHeld(0), false);
  });

  it("[OWN1] is held from when its last confirmed renewal was sent, and ends before that of the store does", () => {
    const lease = new Lease();
    lease.confirm(1000);

    assert.deepEqual([lease.isHeld(1000 + FENCE_MS - 1), lease.isHeld(1000 + FENCE_MS)], [true, false]);
    assert.ok(FENCE_MS < LEASE_MS);
  });

  it("does not go back by a confirmation that comes late", () => {
    const lease = new Lease();
    lease.confirm(2000);
    lease.confirm(1000);

    assert.equal(lease.isHeld(2000 + FENCE_MS - 1), true);
  });

  it("is overdue when a renewal was left out", () => {
    const lease = new Lease();
    lease.confirm(1000);

    assert.deepEqual(
      [1500, 1600].map((nowMs) => lease.isOverdue(nowMs)),
      [false, true],
    );
  });
});
