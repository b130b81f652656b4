import assert from "node:assert/strict";
import { Outgoing } from "../../../../client-sample/src/chat/outgoing.ts";
import type { ChatDocument } from "../../../../client-sample/src/chat/words.ts";
import type { SayOp } from "../../../../rooms/chat/rules/chat.ts";
import type { Push, RefusedPush } from "../../../../src/client/client.ts";

const ME = { userId: "ada", name: "Ada" };

describe("outgoing messages", () => {
  it("[CHT1] are on their way until the server has them", async () => {
    const { outgoing, document } = setUp();
    outgoing.say("Hello");
    const before = outgoing.deliveryOf("m1");

    await document.settle();

    assert.deepEqual([before, outgoing.deliveryOf("m1")], [{ t: "sending" }, { t: "sent" }]);
  });

  it("are shown while the document does not show them", () => {
    const { outgoing } = setUp();

    outgoing.say("Hello");

    assert.deepEqual(
      outgoing.missingIn(new Set()).map(({ said, by, name, at }) => ({ said, by, name, at })),
      [{ said: "Hello", by: "ada", name: "Ada", at: 5000 }],
    );
    assert.deepEqual(outgoing.missingIn(new Set(["m1"])), []);
  });

  it("tell why they were refused", () => {
    const { outgoing, document } = setUp();
    outgoing.say("Hello");

    document.refuse("No messages here.");

    assert.deepEqual(outgoing.deliveryOf("m1"), { t: "refused", why: "No messages here." });
    assert.equal(outgoing.missingIn(new Set()).length, 1);
  });

  it("[CHT1] are the same message when they are tried again, however often that is asked", () => {
    const { outgoing, document } = setUp();
    outgoing.say("Hello");
    document.refuse("Not now.");

    outgoing.retry("m1");
    outgoing.retry("m1");

    assert.deepEqual(
      document.pushed.map(({ id }) => id),
      ["m1", "m1"],
    );
    assert.equal(outgoing.missingIn(new Set()).length, 1);
  });

  it("are gone when their author gives them up", () => {
    const { outgoing, document } = setUp();
    outgoing.say("Hello");
    document.refuse("Not now.");

    outgoing.drop("m1");

    assert.deepEqual(outgoing.missingIn(new Set()), []);
  });

  it("cannot be given up while they are on their way", () => {
    const { outgoing } = setUp();
    outgoing.say("Hello");

    outgoing.drop("m1");

    assert.deepEqual(outgoing.deliveryOf("m1"), { t: "sending" });
  });

  it("are on their way where an earlier page left them, until that is delivered", async () => {
    const { outgoing, document } = setUp({ kept: { id: "old", said: "Before", by: "ada", name: "Ada", at: 1, n: 0 } });
    const before = outgoing.deliveryOf("old");

    document.flush();
    await document.flushed();

    assert.deepEqual([before, outgoing.deliveryOf("old")], [{ t: "sending" }, { t: "sent" }]);
  });

  it("hear of nothing that is not a message", () => {
    const { outgoing, document } = setUp();

    document.refuse("No.", { t: "del", id: "m1" } as never);

    assert.equal(outgoing.deliveryOf("m1"), undefined);
  });
});

function setUp({ kept }: { readonly kept?: object } = {}) {
  const document = new FakeDocument(kept);
  let made = 0;
  const newId = (): string => `m${++made}`;
  const outgoing = new Outgoing({ document, me: () => ME, newId, nowMs: () => 5000, onChange: () => {} });
  return { outgoing, document };
}

/** A document whose server answers when it is told to. */
class FakeDocument implements ChatDocument {
  readonly isLive = false;
  readonly hasUnsaved: boolean;
  readonly pushed: SayOp[] = [];
  readonly #records = new Map<string, object>();
  readonly #flushed = Promise.withResolvers<number>();
  #settle = (): void => {};
  #onRefused: (refused: RefusedPush<SayOp>) => void = () => {};

  constructor(kept: object | undefined) {
    this.hasUnsaved = kept !== undefined;
    if (!kept) return;
    this.#records.set("$chat", { count: 1 });
    this.#records.set("$chat/0", kept);
  }

  get(id: string): object | undefined {
    return this.#records.get(id);
  }

  entries(): Iterable<readonly [string, object]> {
    return this.#records;
  }

  push(ops: readonly SayOp[]): Push {
    this.pushed.push(...ops);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.#settle = () => resolve({ seq: 1, outcome: "commit" });
    return promise as Push; // nothing here looks at its state
  }

  flushed(): Promise<number> {
    return this.#flushed.promise;
  }

  onChange(): () => void {
    return () => {};
  }

  onRefused(listener: (refused: RefusedPush<SayOp>) => void): () => void {
    this.#onRefused = listener;
    return () => {};
  }

  async settle(): Promise<void> {
    this.#settle();
    await Promise.resolve();
    await Promise.resolve();
  }

  flush(): void {
    this.#flushed.resolve(1);
  }

  refuse(detail: string, op: SayOp | undefined = this.pushed.at(-1)): void {
    this.#onRefused({ code: "FORBIDDEN", detail, ops: op ? [op] : [] });
  }
}
