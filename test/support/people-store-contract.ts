import assert from "node:assert/strict";
import type { PeopleStore } from "../../src/people/store.ts";

/** Registers the tests that every PeopleStore passes; `open` gives a door to one that knows nothing yet. */
export function peopleStoreContract(name: string, open: () => Promise<PeopleStore>): void {
  describe(`${name} fulfils the contract of a store of parties:`, () => {
    let store: PeopleStore;
    beforeEach(async () => {
      store = await open();
    });
    afterEach(() => store.close());

    it("[PRS10] has a value until it is taken out, under a key of any letters", async () => {
      const key = "member/Ä {x}:1";
      const before = await store.read(key);
      await store.swap(key, undefined, "one");
      const between = await store.read(key);
      await store.swap(key, "one", undefined);

      assert.deepEqual([before, between, await store.read(key)], [undefined, "one", undefined]);
    });

    it("[PRS10] lets one of two change a value who know the same of it", async () => {
      await store.swap("p", undefined, "one");

      const swapped = [await store.swap("p", "one", "two"), await store.swap("p", "one", "three")];

      assert.deepEqual([swapped, await store.read("p")], [[true, false], "two"]);
    });

    it("[PRS10] takes the same change again for done", async () => {
      await store.swap("p", undefined, "one");

      assert.deepEqual([await store.swap("p", undefined, "one"), await store.read("p")], [true, "one"]);
    });
  });
}
