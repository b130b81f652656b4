import assert from "node:assert/strict";
import { manualClock } from "../../../src/clock/clock.ts";
import { PeopleMemoryStore } from "../../../src/people/memory-store.ts";
import { KEPT_MS } from "../../../src/people/store.ts";
import { peopleStoreContract } from "../../support/people-store-contract.ts";

peopleStoreContract("The memory of a process", async () => new PeopleMemoryStore(manualClock()));

describe("the memory of parties", () => {
  it("[PRS10] forgets what nobody writes any more", async () => {
    const clock = manualClock();
    const store = new PeopleMemoryStore(clock);
    await store.swap("p", undefined, "one");
    clock.advance(KEPT_MS - 1);
    await store.swap("p", "one", "one");
    clock.advance(KEPT_MS - 1);
    const renewed = await store.read("p");
    clock.advance(1);

    assert.deepEqual([renewed, await store.read("p")], ["one", undefined]);
  });
});
