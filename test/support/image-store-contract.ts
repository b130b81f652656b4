import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import type { ImageInfo, ImageStore } from "../../src/images/store.ts";
import { pngOf } from "./sample-images.ts";

/** One place for images, and as many stores on it as a test wants. */
export interface ImageStoreHarness {
  /** A further store on the same data; after a `close`, as a restarted process would have. */
  start(): Promise<ImageStore>;
  /** Ends what was started, and removes the data. */
  dispose(): Promise<void>;
}

const LARGE_BYTES = 3_000_001;

/** An image and its content. */
export function imageOf(bytes: number, seed = 0): { image: ImageInfo; content: Buffer } {
  const content = pngOf(bytes, seed);
  const hash = createHash("sha256").update(content).digest("hex");
  return { image: { hash, type: "image/png", w: 3, h: 2, bytes }, content };
}

/** Everything that is kept of an image; undefined where it is not. */
export async function contentOf(store: Pick<ImageStore, "find">, hash: string): Promise<Buffer | undefined> {
  const found = await store.find(hash);
  return found && buffer(found.read());
}

/** Registers the tests that every ImageStore passes. `make` gives a place without images. */
export function imageStoreContract(name: string, make: () => Promise<ImageStoreHarness>): void {
  describe(`${name} fulfils the contract of an image store:`, () => {
    let harness: ImageStoreHarness;
    let store: ImageStore;
    beforeEach(async () => {
      harness = await make();
      store = await harness.start();
    });
    afterEach(() => harness.dispose());

    const put = (bytes: number, seed: number, maxByAccount: Record<string, number>) => {
      const { image, content } = imageOf(bytes, seed);
      const charges = Object.entries(maxByAccount).map(([account, maxBytes]) => ({ account, maxBytes }));
      return store.put(image, content, charges);
    };

    it("has nothing that nobody brought", async () => {
      assert.equal(await store.find(imageOf(5000).image.hash), undefined);
      assert.equal(await store.usedBytes("room a"), 0);
    });

    for (const bytes of [100, 65_536, 262_144, LARGE_BYTES]) {
      it(`gives back what it was given: ${bytes} bytes`, async () => {
        const { image, content } = imageOf(bytes);

        assert.deepEqual(await store.put(image, content, []), { isKept: true, isNew: true });

        const { read: _, ...info } = (await store.find(image.hash)) ?? {};
        assert.deepEqual(info, image);
        assert.equal(Buffer.compare((await contentOf(store, image.hash)) ?? Buffer.of(), content), 0);
      });
    }

    it("gives it in parts that are small", async () => {
      const { image, content } = imageOf(LARGE_BYTES);
      await store.put(image, content, []);

      const lengths: number[] = [];
      for await (const { length } of (await store.find(image.hash))?.read() ?? []) lengths.push(length);

      assert.ok(Math.max(...lengths) <= 262_144 && lengths.length > 1, String(lengths));
    });

    it("keeps the same content once, and says so", async () => {
      await put(5000, 1, {});

      assert.deepEqual(await put(5000, 1, {}), { isKept: true, isNew: false });
    });

    it("charges everybody who pays for an image, once", async () => {
      await put(5000, 1, { "room a": 20_000, "user ada": 20_000 });
      await put(5000, 1, { "room a": 20_000, "user bob": 20_000 });
      await put(6000, 2, { "room a": 20_000, "user ada": 20_000 });

      const used = await Promise.all(["room a", "user ada", "user bob"].map((account) => store.usedBytes(account)));

      assert.deepEqual(used, [11_000, 11_000, 5000]);
    });

    it("charges a small image as much as it takes on a disk", async () => {
      await put(100, 1, { "room a": 5000 });

      assert.equal(await store.usedBytes("room a"), 4096);
    });

    it("takes an image that fits exactly, and none beyond that", async () => {
      assert.equal((await put(5000, 1, { "room a": 10_000 })).isKept, true);
      assert.equal((await put(5000, 2, { "room a": 10_000 })).isKept, true);

      assert.deepEqual(await put(5000, 3, { "room a": 10_000 }), {
        isKept: false,
        charge: { account: "room a", maxBytes: 10_000 },
        usedBytes: 10_000,
      });
    });

    it("changes nothing where one of those who pay cannot", async () => {
      await put(5000, 1, { "user ada": 9000 });

      const outcome = await put(5000, 2, { "room a": 100_000, "user ada": 9000 });

      assert.deepEqual(outcome, {
        isKept: false,
        charge: { account: "user ada", maxBytes: 9000 },
        usedBytes: 5000,
      });
      assert.equal(await store.usedBytes("room a"), 0);
      assert.equal(await store.find(imageOf(5000, 2).image.hash), undefined);
    });

    it("takes again what was paid for, also where there is no room for more", async () => {
      await put(5000, 1, { "room a": 5000 });

      assert.deepEqual(await put(5000, 1, { "room a": 5000 }), { isKept: true, isNew: false });
    });

    it("asks who brings the same content elsewhere to pay as well", async () => {
      await put(5000, 1, { "room a": 5000 });

      assert.equal((await put(5000, 1, { "room b": 4999 })).isKept, false);
      assert.equal(await store.usedBytes("room b"), 0);
    });

    it("never takes more than there is room for, whatever comes at once", async () => {
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, seed) => put(10_000, seed, { "room a": 55_000 })),
      );

      assert.equal(outcomes.filter(({ isKept }) => isKept).length, 5);
      assert.equal(await store.usedBytes("room a"), 50_000);
    });

    it("keeps accounts apart whose names look alike", async () => {
      const accounts = ["a", "a:b", "a/", "{a}", "A", "used", "ä", "a\0", "\uffff".repeat(280)];
      for (const [index, account] of accounts.entries()) await put(5000 + index, index, { [account]: 20_000 });

      const used = await Promise.all(accounts.map((account) => store.usedBytes(account)));

      assert.deepEqual(
        used,
        accounts.map((_, index) => 5000 + index),
      );
    });

    it("has all that it promised after a restart", async () => {
      const { image, content } = imageOf(LARGE_BYTES);
      await store.put(image, content, [{ account: "room a", maxBytes: LARGE_BYTES }]);
      await store.close();

      store = await harness.start();

      assert.equal(Buffer.compare((await contentOf(store, image.hash)) ?? Buffer.of(), content), 0);
      assert.equal(await store.usedBytes("room a"), LARGE_BYTES);
    });

    it("shares its place with another store that puts at the same time", async () => {
      const other = await harness.start();
      const stores = [store, other];
      const images = Array.from({ length: 10 }, (_, seed) => imageOf(5000, seed));

      await Promise.all(
        images.map(({ image, content }, index) =>
          stores[index % 2]?.put(image, content, [{ account: "room a", maxBytes: 100_000 }]),
        ),
      );

      assert.equal(await store.usedBytes("room a"), 50_000);
      assert.equal(await other.usedBytes("room a"), 50_000);
    });
  });
}
