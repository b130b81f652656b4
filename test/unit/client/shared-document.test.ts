import assert from "node:assert/strict";
import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import { memoryStorage, type OutboxStorage } from "../../../src/client/outbox-storage.ts";
import { PushTooLarge } from "../../../src/client/pending.ts";
import { NoDocument } from "../../../src/client/push.ts";
import { SharedDocument, type SharedDocumentParts } from "../../../src/client/shared-document.ts";
import { claimOutboxes } from "../../../src/client/tab-outbox.ts";
import { OP_MESSAGES } from "../../../src/protocol/protocol.ts";
import { createOp, idOf, xOf } from "./client-fixtures.ts";
import { FakeLine } from "./fake-line.ts";
import { settled } from "./link-fixtures.ts";

type Board = SharedDocument<BoardOp, BoardRecord>;

type Expired = SharedDocumentParts<BoardOp, BoardRecord>["onExpired"];

async function open(
  storage: OutboxStorage = memoryStorage(),
  onExpired?: Expired,
): Promise<{ line: FakeLine; doc: Board }> {
  const line = new FakeLine();
  const { own } = await claimOutboxes(storage, "doc");
  return { line, doc: new SharedDocument({ connection: line, document: board, claimed: own, onExpired }) };
}

async function openLive(storage?: OutboxStorage): Promise<{ line: FakeLine; doc: Board }> {
  const { line, doc } = await open(storage);
  line.become("online");
  line.welcome();
  await settled();
  return { line, doc };
}

describe("shared document", () => {
  it("can be pushed to before there is a connection", async () => {
    const { line, doc } = await open();

    const push = doc.push([createOp("a", 3)]);
    const shown = xOf(doc.get("a"));
    line.become("online");
    line.welcome();
    await settled();
    line.take(1, 1);

    assert.equal(shown, 3);
    assert.deepEqual(await push, { seq: 1, outcome: "commit" });
  });

  it("says of a push that it is local, then sent, then durable", async () => {
    const { line, doc } = await openLive();
    const push = doc.push([createOp("a")]);
    const states = [push.state];

    await push.sent;
    states.push(push.state);
    line.take(1, 1);
    await push;
    states.push(push.state);

    assert.deepEqual(states, ["local", "sent", "durable"]);
  });

  it("fails a push that is refused, and tells of it", async () => {
    const { line, doc } = await openLive();
    const refused: unknown[] = [];
    doc.onRefused((push) => refused.push(push));
    const push = doc.push([createOp("a")]);
    await push.sent;

    line.hears(OP_MESSAGES.NACK, { n: 1, code: "FORBIDDEN", detail: "not you" });

    await assert.rejects(push, { name: "PushRefused", code: "FORBIDDEN", message: "not you" });
    assert.deepEqual(refused, [{ code: "FORBIDDEN", detail: "not you", ops: [createOp("a")] }]);
    assert.equal(push.state, "refused");
  });

  it("tells when everything that was pushed is durable", async () => {
    const { line, doc } = await openLive();
    const unsaved: number[] = [];
    doc.onUnsaved((pushes) => unsaved.push(pushes));
    void doc.push([createOp("a")]);
    await doc.push([createOp("b")]).sent;

    const flushed = doc.flushed();
    line.take(1, 1);
    line.take(2, 2);

    assert.equal(await flushed, 2);
    assert.equal(doc.hasUnsaved, false);
    assert.deepEqual(unsaved, [1, 2, 1, 0]);
  });

  it("[CLI7] settles every promise when it is closed", async () => {
    const { doc } = await openLive();
    const push = doc.push([createOp("a")]);
    const flushed = doc.flushed();

    await doc.close();

    await assert.rejects(push, { name: "DocumentClosed" });
    await assert.rejects(flushed, { name: "DocumentClosed" });
    assert.throws(() => doc.push([]), { name: "DocumentClosed" });
  });

  it("is closed with its connection", async () => {
    const { line, doc } = await openLive();

    void line.close();

    assert.throws(() => doc.push([]), { name: "DocumentClosed" });
  });

  it("[CLI2] is closed with its connection only when its outbox is kept", async () => {
    const kept = Promise.withResolvers<void>();
    const { line, doc } = await openLive({ ...memoryStorage(), commit: () => kept.promise });
    void doc.push([createOp("a")]);
    let isClosed = false;

    const closing = line.close().then(() => {
      isClosed = true;
    });
    await settled();
    const before = isClosed;
    kept.resolve();
    await closing;

    assert.equal(before, false);
  });

  it("[CLI7] ends with a clear error where the room has no document", async () => {
    const { line, doc } = await open();
    const push = doc.push([createOp("a")]);
    const flushed = doc.flushed();
    line.become("online");

    line.errors.tell(4631, 'The room knows no message of that type. Type: "op:hello".');

    const none = { name: "DocumentClosed", message: "The room has no document." };
    await assert.rejects(push, none);
    await assert.rejects(flushed, none);
    assert.throws(() => doc.push([]), none);
    assert.ok((await doc.closed) instanceof NoDocument);
  });

  it("shows what one pushes as that of the user of whom the token speaks", async () => {
    const { line, doc } = await open();
    line.userId = "ann";

    void doc.push([createOp("a")]);

    const record = doc.get("a");
    assert.equal(record && "by" in record && record.by, "ann");
  });

  it("[CLI8] pushes any number of ops, each push as large as the server takes", async () => {
    const { line, doc } = await open();
    line.become("online");
    line.hears(OP_MESSAGES.WELCOME, {
      epoch: 1,
      mode: "delta",
      seq: 0,
      yourLast: 0,
      ephHz: 10,
      limits: { maxPushBytes: 3000, maxOps: 3 },
    });
    await settled();

    const pushes = doc.pushAll(Array.from({ length: 7 }, (_, index) => createOp(`s${index}`)));
    await settled();

    assert.equal(pushes.length, 3);
    assert.deepEqual(
      line.pushes.map(({ ops }) => ops.length),
      [3, 3, 1],
    );
    assert.throws(() => doc.push([{ t: "set", id: "s1", g: "text", v: "x".repeat(1000) }]), PushTooLarge);
  });

  it("[CLI2] delivers after a reload what was pushed before it, under the same numbers", async () => {
    const storage = memoryStorage();
    const before = await openLive(storage);
    await before.doc.push([createOp("a")]).sent;
    void before.doc.push([createOp("b")]);
    await before.doc.close();

    const after = await openLive(storage);

    assert.equal(after.line.hello.clientId, before.line.hello.clientId);
    assert.equal(after.line.hello.key, before.line.hello.key);
    assert.deepEqual(
      after.line.pushes.map(({ n, ops }) => [n, idOf(ops[0])]),
      [
        [1, "a"],
        [2, "b"],
      ],
    );
  });

  it("leaves nothing behind when all is durable", async () => {
    const storage = memoryStorage();
    const { line, doc } = await openLive(storage);
    await doc.push([createOp("a")]).sent;
    line.take(1, 1);

    await doc.close();

    assert.deepEqual(await storage.list("doc"), []);
  });

  it("goes on in memory when the storage fails, and says so", async () => {
    const storage = { ...memoryStorage(), isPersistent: true, commit: () => Promise.reject(new Error("full")) };
    const { line, doc } = await openLive(storage);
    const before = doc.isPersistent;

    const push = doc.push([createOp("a")]);
    await push.sent;
    line.take(1, 1);

    assert.deepEqual(await push, { seq: 1, outcome: "commit" });
    assert.deepEqual([before, doc.isPersistent], [false, false]);
  });

  it("[CLI2] leaves no outbox behind that a storage which failed midway still has, for another to deliver it again", async () => {
    let isFull = false;
    const memory = memoryStorage();
    const commit: OutboxStorage["commit"] = (...args) =>
      isFull ? Promise.reject(new Error("full")) : memory.commit(...args);
    const { doc } = await openLive({ ...memory, commit });
    await doc.push([createOp("a")]).sent;
    isFull = true;

    await doc.push([createOp("b")]).sent;
    const atOnce = await memory.list("doc");
    await doc.close();

    assert.deepEqual([atOnce, await memory.list("doc")], [[], []]);
  });

  it("[CLI1] sends nothing that the storage does not hold", async () => {
    const kept = Promise.withResolvers<void>();
    const storage = { ...memoryStorage(), commit: () => kept.promise };
    const { line, doc } = await openLive(storage);
    const push = doc.push([createOp("a")]);

    await settled();
    const before = line.pushes.length;
    kept.resolve();
    await push.sent;

    assert.equal(before, 0);
    assert.equal(line.pushes.length, 1);
  });

  it("takes another connection when the document does not come", async () => {
    const { line } = await open();
    line.become("online");

    line.clock.advance(15_000);

    assert.deepEqual(line.restarts, ["STUCK"]);
  });

  it("takes another id where its own is somebody else's, and waits longer with each that is", async () => {
    const { line } = await open();
    line.become("online");
    const ids = new Set<string>();
    for (let attempt = 0; attempt < 3; attempt++) {
      ids.add(line.hello.clientId);
      line.hears(OP_MESSAGES.NACK, { n: 0, code: "FORBIDDEN" });
      await settled();
      line.clock.advance(attempt * 20_000);
      await settled();
    }

    assert.equal(ids.size, 3);
  });

  it("takes in a push that is made while it tells of another, after that", async () => {
    const { line, doc } = await openLive();
    doc.onChange((ids) => {
      if (ids.includes("a") && !doc.get("b")) void doc.push([createOp("b")]);
    });

    void doc.push([createOp("a")]);
    await settled();

    assert.deepEqual(
      line.pushes.map(({ n, ops }) => [n, idOf(ops[0])]),
      [
        [1, "a"],
        [2, "b"],
      ],
    );
  });

  it("says hello again after a second when it was too fast, since the server left something out", async () => {
    const { line, doc } = await openLive();
    await doc.push([createOp("a")]).sent;
    const hellos = line.sent.filter(({ type }) => type === OP_MESSAGES.HELLO).length;

    line.errors.tell(4636, "");
    line.clock.advance(1000);

    assert.equal(line.sent.filter(({ type }) => type === OP_MESSAGES.HELLO).length, hellos + 1);
  });

  it("[CLI9] says hello again when the room has moved, and sends again what has no answer", async () => {
    const { line, doc } = await openLive();
    await doc.push([createOp("a")]).sent;
    const hellos = line.hellos.length;

    line.moves.tell();
    line.welcome();
    await settled();

    assert.equal(line.hellos.length, hellos + 1);
    assert.deepEqual(
      line.pushes.map(({ n }) => n),
      [1, 1],
    );
  });

  it("sends nothing any more once it is closed", async () => {
    const { line, doc } = await openLive();
    const sentBefore = line.sent.length;
    void doc.push([createOp("a")]);

    await doc.close();

    assert.equal(line.sent.length, sentBefore);
  });

  it("leaves its connection alone when it was closed by who was told of a change", async () => {
    const { line, doc } = await openLive();
    doc.onChange(() => void doc.close());
    const entry = { seq: 1, clientId: "you", n: 1, userId: "", ts: 0, effects: [createOp("b")] };

    line.hears(OP_MESSAGES.BATCH, { from: 1, to: 1, entries: [entry] });
    await settled();
    line.clock.advance(15_000);

    assert.deepEqual(line.restarts, []);
  });

  it("[CLI7] refuses at once what cannot be sent as it is, and names it", async () => {
    const { line, doc } = await openLive();

    assert.throws(() => doc.push([createOp("b"), createOp("a", Number.NaN)]), {
      name: "TypeError",
      message: "ops[1].g.pos.x is NaN, which cannot be sent.",
    });

    await settled();
    assert.equal(line.pushes.length, 0);
    assert.equal(doc.get("a"), undefined);
  });

  it("[CLI7] refuses at once a push of more ops than a server takes", async () => {
    const { doc } = await openLive();
    const ops = Array.from({ length: 257 }, (_, index) => createOp(`s${index}`));

    assert.throws(() => doc.push(ops), PushTooLarge);
    assert.equal(doc.unsaved, 0);
  });

  it("[CLI2] goes on after a message that could not be sent", async () => {
    const { line, doc } = await openLive();
    line.isBroken = true;
    void doc.push([createOp("a")]);
    await settled();
    line.isBroken = false;

    void doc.push([createOp("b")]);
    await settled();
    line.clock.advance(15_000);
    line.welcome();

    assert.deepEqual(
      line.pushes.map(({ n }) => n),
      [2, 1, 2],
    );
  });

  it("[CLI7] says hello again when a push has no answer for 15 s, whatever else is heard", async () => {
    const { line, doc } = await openLive();
    await doc.push([createOp("a")]).sent;
    const hellos = line.hellos.length;

    line.clock.advance(14_999);
    const entry = { seq: 1, clientId: "you", n: 1, userId: "", ts: 0, effects: [createOp("b")] };
    line.hears(OP_MESSAGES.BATCH, { from: 1, to: 1, entries: [entry] });
    const before = line.hellos.length;
    line.clock.advance(1);

    assert.deepEqual([before, line.hellos.length], [hellos, hellos + 1]);
  });

  it("[CLI7] does not forget that it was too fast when a push is to wait", async () => {
    const { line, doc } = await openLive();
    await doc.push([createOp("a")]).sent;
    const hellos = line.hellos.length;

    line.errors.tell(4636, "");
    line.hears(OP_MESSAGES.NACK, { n: 1, code: "UNAVAILABLE", retryAfterMs: 60_000 });
    line.clock.advance(1000);

    assert.equal(line.hellos.length, hellos + 1);
  });

  it("[CLI7] keeps everything where the app cannot say what is to become of it, and asks again", async () => {
    const storage = memoryStorage();
    const before = await openLive(storage);
    await before.doc.push([createOp("a")]).sent;
    before.line.take(1, 1);
    await before.doc.push([createOp("b")]).sent;
    await before.doc.close();
    const answers = [Promise.reject(new Error("no idea")), Promise.resolve("resubmit" as const)];
    const { line, doc } = await open(storage, () => answers.shift() ?? "drop");
    line.become("online");
    line.welcome(0);
    await settled();
    const kept = doc.unsaved;

    line.become("reconnecting");
    line.become("online");
    line.welcome(0);
    await settled();
    line.clock.advance(0);
    await settled();
    line.welcome(0);
    await settled();

    assert.equal(kept, 1);
    assert.notEqual(line.hello.clientId, before.line.hello.clientId);
    assert.deepEqual(
      line.pushes.map(({ n, ops }) => [n, idOf(ops[0])]),
      [[1, "b"]],
    );
  });

  describe("[CLI7] of which the server finds something too large twice", () => {
    const large = createOp("a".repeat(100));

    it("refuses the largest push when the connection is closed for that, and sends the others", async () => {
      const { line, doc } = await openLive();
      const push = doc.push([large]);
      await doc.push([createOp("b")]).sent;

      for (let time = 0; time < 2; time++) {
        line.become("reconnecting", "1009");
        line.become("online");
        line.welcome();
      }
      await assert.rejects(push, { code: "TOO_LARGE" });
      await settled();

      assert.deepEqual(line.pushes.at(-1)?.n, 1);
      assert.deepEqual(line.pushes.at(-1)?.ops, [createOp("b")]);
    });

    it("refuses the largest push when the message is refused for that", async () => {
      const { line, doc } = await openLive();
      const push = doc.push([large]);
      await push.sent;

      for (let time = 0; time < 2; time++) {
        line.errors.tell(4635, "");
        line.welcome();
      }

      await assert.rejects(push, { code: "TOO_LARGE" });
    });

    it("refuses no push that the server has taken", async () => {
      const { line, doc } = await openLive();
      const push = doc.push([large]);
      await push.sent;

      line.errors.tell(4635, "");
      line.welcome();
      line.errors.tell(4635, "");
      line.welcome(1);

      assert.equal((await push).outcome, "unknown");
    });
  });
});
