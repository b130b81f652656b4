import assert from "node:assert/strict";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock/clock.ts";
import { createLmdbStore } from "../../../src/images/lmdb-store.ts";
import type { ImageStore } from "../../../src/images/store.ts";
import { contentOf, imageOf, imageStoreContract } from "../../support/image-store-contract.ts";

imageStoreContract("the LMDB store", async () => {
  const path = await mkdtemp(join(tmpdir(), "arena-images-"));
  const stores: ImageStore[] = [];
  return {
    async start() {
      const store = createLmdbStore({ path, clock: systemClock() });
      stores.push(store);
      return store;
    },
    async dispose() {
      await Promise.all(stores.map((store) => store.close()));
      await rm(path, { recursive: true });
    },
  };
});

describe("the LMDB store of images", () => {
  let path: string;
  let store: ImageStore;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "arena-images-"));
    store = createLmdbStore({ path: join(path, "images"), clock: systemClock() });
  });
  afterEach(async () => {
    await store.close();
    await rm(path, { recursive: true });
  });

  it("takes the room of one image for the same content from a hundred boards", async () => {
    const { image, content } = imageOf(500_000);
    for (let board = 0; board < 100; board++) {
      await store.put(image, content, [{ account: `room ${board}`, maxBytes: 1_000_000 }]);
    }

    const { size } = await stat(join(path, "images", "data.mdb"));

    assert.ok(size < 1_500_000, `${size} bytes`);
  });

  it("is not opened below a file, says why, and is once it can be", async () => {
    const { image, content } = imageOf(5000);
    await writeFile(join(path, "images"), "");
    await assert.rejects(store.put(image, content, []), {
      code: "LOG_UNAVAILABLE",
      message: /ENOTDIR|Not a directory/,
    });
    await rm(join(path, "images"));

    await store.put(image, content, []);

    assert.equal((await contentOf(store, image.hash))?.length, 5000);
  });
});
