import assert from "node:assert/strict";
import { emptyOutbox } from "../../../src/client/outbox.ts";
import { memoryStorage, type OutboxStorage } from "../../../src/client/outbox-storage.ts";
import { claimOutboxes, discard } from "../../../src/client/tab-outbox.ts";

/** Leaves an outbox behind, as a tab does that was closed. */
async function leave(storage: OutboxStorage, name: string, pushes: number): Promise<void> {
  const { header } = emptyOutbox({ clientId: name, key: "0123456789abcdef" });
  const put = Array.from({ length: pushes }, (_, index) => ({ serial: index + 1, ops: [], ts: 0 }));
  await storage.commit(name, [{ ticket: 1, header, put, remove: [] }]);
}

describe("outboxes of tabs", () => {
  it("[CLI4] are never the same for two tabs", async () => {
    const storage = memoryStorage();
    await leave(storage, "doc/old", 1);

    const [one, two] = await Promise.all([claimOutboxes(storage, "doc"), claimOutboxes(storage, "doc")]);

    assert.notEqual(one.own.name, two.own.name);
    assert.notEqual(one.own.outbox.header.clientId, two.own.outbox.header.clientId);
  });

  it("[CLI4] are taken over from a tab that is gone, with what is in them", async () => {
    const storage = memoryStorage();
    await leave(storage, "doc/old", 2);

    const { own } = await claimOutboxes(storage, "doc");

    assert.equal(own.name, "doc/old");
    assert.equal(own.outbox.pushes.length, 2);
  });

  it("[CLI4] that hold pushes are all found", async () => {
    const storage = memoryStorage();
    for (const name of ["doc/a", "doc/b", "doc/c", "other/d"]) await leave(storage, name, 1);

    const { own, orphans } = await claimOutboxes(storage, "doc");

    assert.deepEqual([own, ...orphans].map(({ name }) => name).sort(), ["doc/a", "doc/b", "doc/c"]);
  });

  it("[CLI4] are not found by a document whose name begins theirs", async () => {
    const storage = memoryStorage();
    const longer = await claimOutboxes(storage, "doc/a");
    await leave(storage, longer.own.name, 1);
    longer.own.release();

    const { own, orphans } = await claimOutboxes(storage, "doc");

    assert.notEqual(own.name, longer.own.name);
    assert.deepEqual(orphans, []);
  });

  it("[CLI7] are all given up when one of them cannot be read", async () => {
    const memory = memoryStorage();
    const load = (name: string) => (name === "doc/b" ? Promise.reject(new Error("damaged")) : memory.load(name));
    for (const name of ["doc/a", "doc/b"]) await leave(memory, name, 1);

    await assert.rejects(claimOutboxes({ ...memory, load }, "doc"), { message: "damaged" });

    const claims = await Promise.all(["doc/a", "doc/b"].map((name) => memory.claim(name)));
    assert.equal(claims.includes(undefined), false);
  });

  it("that are empty are removed", async () => {
    const storage = memoryStorage();
    await leave(storage, "doc/full", 1);
    await leave(storage, "doc/empty", 0);

    const { orphans } = await claimOutboxes(storage, "doc");

    assert.deepEqual(orphans, []);
    assert.deepEqual(await storage.list("doc"), ["doc/full"]);
  });

  it("that were discarded can be claimed again and are empty", async () => {
    const storage = memoryStorage();
    await leave(storage, "doc/a", 1);
    const { own } = await claimOutboxes(storage, "doc");

    await discard(own);

    assert.deepEqual(await storage.list("doc"), []);
    assert.notEqual(await storage.claim("doc/a"), undefined);
  });
});
