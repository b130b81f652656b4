import assert from "node:assert/strict";
import { OutboxFull } from "../../../src/client/pending.ts";
import { OP_MESSAGES } from "../../../src/protocol/protocol.ts";
import { BoardReplica, createOp, entry, moveOp, xOf } from "./client-fixtures.ts";

const { pushesIn } = BoardReplica;

describe("replica", () => {
  it("shows a push at once", () => {
    const client = new BoardReplica();

    client.edit(createOp("a", 5));

    assert.equal(xOf(client.replica.get("a")), 5);
    assert.equal(client.replica.confirmed.get("a"), undefined);
  });

  it("[CLI1] sends a push only when the outbox holds it", () => {
    const client = new BoardReplica();
    client.join();

    const atOnce = client.tell((replica) => replica.edit([createOp("a")], 0));
    const afterStore = client.store();

    assert.deepEqual(pushesIn(atOnce), []);
    assert.deepEqual(pushesIn(afterStore), ["1:a"]);
  });

  it("sends nothing before it has all that the server had", () => {
    const client = new BoardReplica();
    client.edit(createOp("mine"));
    client.tell((replica) => replica.connected());

    const welcomed = client.tell((replica) =>
      replica.receive({
        type: OP_MESSAGES.WELCOME,
        message: { epoch: 1, mode: "snapshot", seq: 1, yourLast: 0, ephHz: 1 },
      }),
    );
    const snapped = client.snap(0, []);
    const caughtUp = client.batch(entry(1, "you", 1, createOp("a")));

    assert.deepEqual([welcomed, snapped].map(pushesIn), [[], []]);
    assert.deepEqual(pushesIn(caughtUp), ["1:mine"]);
  });

  it("[CLI3] takes its own entry for the acknowledgement, in the same step in which it confirms it", () => {
    const client = new BoardReplica();
    client.join();
    client.edit(createOp("a", 1));

    const output = client.batch(entry(1, "me", 1, createOp("a", 1)));

    assert.deepEqual(output.at(-1), { kind: "settled", serial: 1, ack: { seq: 1, outcome: "commit" } });
    assert.equal(client.replica.pending.length, 0);
    assert.equal(xOf(client.replica.confirmed.get("a")), 1);
  });

  it("says what became of a push by what its entry holds", () => {
    const client = new BoardReplica();
    client.join();
    client.edit(createOp("a", 1));
    client.edit(moveOp("a", 2));

    const output = client.batch(entry(1, "me", 1, createOp("a", 9)), entry(2, "me", 2));

    const outcomes = output.flatMap((one) => (one.kind === "settled" ? [one.ack.outcome] : []));
    assert.deepEqual(outcomes, ["adjusted", "discard"]);
  });

  it("[CLI3] keeps a pending push over what others do", () => {
    const client = new BoardReplica();
    client.join({}, [entry(1, "you", 1, createOp("a", 1))]);
    client.edit(moveOp("a", 2));

    client.batch(entry(2, "you", 2, moveOp("a", 3)));

    assert.equal(xOf(client.replica.get("a")), 2);
    assert.equal(xOf(client.replica.confirmed.get("a")), 3);
  });

  it("tells which records look different, and only those", () => {
    const client = new BoardReplica();
    client.join({}, [entry(1, "you", 1, createOp("a", 1), createOp("b", 1))]);
    client.edit(moveOp("a", 2));
    client.replica.takeChanged();

    client.batch(entry(2, "you", 2, moveOp("b", 3)));

    assert.deepEqual(client.replica.takeChanged(), ["b"]);
  });

  it("shows nothing of a push that the document does not take, and sends it all the same", () => {
    const client = new BoardReplica();
    client.join();

    const output = client.edit(createOp("a"), moveOp("unknown", 1));

    assert.equal(client.replica.get("a"), undefined);
    assert.deepEqual(pushesIn(output), ["1:a"]);
  });

  it("[CLI7] refuses a push beyond the bound of number", () => {
    const client = new BoardReplica(undefined, { maxPending: 1 });
    client.edit(createOp("a"));

    assert.throws(() => client.edit(createOp("b")), OutboxFull);
    assert.equal(client.replica.get("b"), undefined);
  });

  it("[CLI7] refuses a push beyond the bound of bytes", () => {
    const client = new BoardReplica(undefined, { maxPendingBytes: 200 });

    assert.throws(() => client.edit({ t: "set", id: "a", g: "text", v: "x".repeat(200) }), OutboxFull);
  });

  it("[CLI7] has no more on its way than it may", () => {
    const client = new BoardReplica(undefined, { maxInFlight: 2 });
    client.join();
    for (const id of ["a", "b", "c"]) client.edit(createOp(id));

    const output = client.batch(entry(1, "me", 1, createOp("a")));

    assert.deepEqual(pushesIn(client.output), ["1:a", "2:b", "3:c"]);
    assert.deepEqual(pushesIn(output), ["3:c"]);
  });

  it("refuses a push that no server takes", () => {
    const client = new BoardReplica();

    assert.throws(() => client.edit({ t: "set", id: "a", g: "text", v: "x".repeat(81_920) }), OutboxFull);
  });

  it("lets the server begin anew by itself, and still knows what is on its way", () => {
    const client = new BoardReplica();
    client.join();
    for (const id of ["a", "b"]) client.edit(createOp(id));

    client.tell((replica) =>
      replica.receive({
        type: OP_MESSAGES.WELCOME,
        message: { epoch: 1, mode: "snapshot", seq: 5, yourLast: 0, ephHz: 1 },
      }),
    );
    client.nack({ n: 1, code: "INVALID" });
    client.store();
    const output = client.snap(5, []);

    assert.deepEqual(pushesIn(output), ["1:b"]);
  });

  describe("after a lost connection", () => {
    it("says how far it has come", () => {
      const client = new BoardReplica();
      client.join({}, [entry(1, "you", 1, createOp("a"))]);
      client.tell((replica) => replica.disconnected());

      const output = client.tell((replica) => replica.connected());

      assert.deepEqual(output, [
        { kind: "hello", message: { clientId: "me", key: "0123456789abcdef", epoch: 1, lastSeq: 1 } },
      ]);
    });

    it("sends again what is not known to be safe, in order", () => {
      const client = new BoardReplica();
      client.join();
      for (const id of ["a", "b", "c"]) client.edit(createOp(id));
      client.tell((replica) => replica.disconnected());

      const output = client.join({ mode: "delta", seq: 1, yourLast: 1 }, [entry(1, "me", 1, createOp("a"))]);

      assert.deepEqual(pushesIn(output), ["2:b", "3:c"]);
    });

    it("[CLI2] does not send again what the server had, when the document came whole", () => {
      const client = new BoardReplica();
      client.join();
      for (const id of ["a", "b"]) client.edit(createOp(id));
      client.tell((replica) => replica.disconnected());

      const output = client.join({ seq: 7, yourLast: 1 });

      assert.deepEqual(pushesIn(output), ["2:b"]);
      const settled = output.find(({ kind }) => kind === "settled");
      assert.deepEqual(settled, { kind: "settled", serial: 1, ack: { seq: 7, outcome: "unknown" } });
    });

    it("asks again where an entry is missing", () => {
      const client = new BoardReplica();
      client.join();

      const output = client.batch(entry(2, "you", 2, createOp("b")));

      assert.equal(output[0]?.kind, "hello");
      assert.equal(client.replica.get("b"), undefined);
    });

    it("passes over entries that it has", () => {
      const client = new BoardReplica();
      client.join({}, [entry(1, "you", 1, createOp("a", 1)), entry(2, "you", 2, moveOp("a", 2))]);

      client.batch(entry(1, "you", 1, createOp("a", 1)), entry(2, "you", 2, moveOp("a", 2)), entry(3, "you", 3));

      assert.equal(client.replica.seq, 3);
      assert.equal(xOf(client.replica.get("a")), 2);
    });

    it("asks again where a part of a snapshot is missing", () => {
      const client = new BoardReplica();
      client.tell((replica) => replica.connected());
      client.tell((replica) =>
        replica.receive({
          type: OP_MESSAGES.WELCOME,
          message: { epoch: 1, mode: "snapshot", seq: 1, yourLast: 0, ephHz: 1 },
        }),
      );

      const output = client.snap(1, [], 1, 2);

      assert.equal(output[0]?.kind, "hello");
    });

    it("says hello again when the log was opened anew", () => {
      const client = new BoardReplica();
      client.join();

      const output = client.tell((replica) =>
        replica.receive({ type: OP_MESSAGES.RESET, message: { reason: "REOPENED", epoch: 1 } }),
      );

      assert.equal(output[0]?.kind, "hello");
    });
  });

  describe("nacks", () => {
    it("[CLI2] gives up a push that is refused, and sends those behind it under the numbers before theirs", () => {
      const client = new BoardReplica();
      client.join();
      for (const id of ["a", "b", "c"]) client.edit(createOp(id));

      client.nack({ n: 1, code: "FORBIDDEN", detail: "not you" });
      const output = client.store();

      assert.deepEqual(pushesIn(output), ["1:b", "2:c"]);
      assert.equal(client.replica.get("a"), undefined);
      const refused = client.output.find(({ kind }) => kind === "refused");
      assert.deepEqual(refused, {
        kind: "refused",
        serial: 1,
        ops: [createOp("a")],
        refusal: { code: "FORBIDDEN", detail: "not you" },
      });
    });

    it("[CLI1] sends nothing under another number before the outbox knows that", () => {
      const client = new BoardReplica();
      client.join();
      for (const id of ["a", "b"]) client.edit(createOp(id));

      const output = client.nack({ n: 1, code: "INVALID" });

      assert.deepEqual(pushesIn(output), []);
    });

    it("is not confused by the nacks of what was on its way behind a refused push", () => {
      const client = new BoardReplica();
      client.join();
      for (const id of ["a", "b", "c"]) client.edit(createOp(id));
      client.nack({ n: 1, code: "INVALID" });
      client.store();

      const stale = [
        ...client.nack({ n: 2, code: "GAP", expected: 1 }),
        ...client.nack({ n: 3, code: "TOO_LARGE" }), // of "c" under its old number
      ];
      const output = client.batch(entry(1, "me", 1, createOp("b")), entry(2, "me", 2, createOp("c")));

      assert.deepEqual(stale, []);
      assert.equal(output.filter(({ kind }) => kind === "settled").length, 2);
    });

    it("sends on from the number that is due", () => {
      const client = new BoardReplica();
      client.join();
      for (const id of ["a", "b"]) client.edit(createOp(id));

      const output = client.nack({ n: 2, code: "GAP", expected: 1 });

      assert.deepEqual(pushesIn(output), ["1:a", "2:b"]);
    });

    it("says hello where the number that is due is none of those on their way", () => {
      const client = new BoardReplica();
      client.join();
      client.edit(createOp("a"));

      const output = client.nack({ n: 1, code: "GAP", expected: 9 });

      assert.equal(output[0]?.kind, "hello");
    });

    it("waits as long as it is asked to, then sends all again in order", () => {
      const client = new BoardReplica();
      client.join();
      for (const id of ["a", "b"]) client.edit(createOp(id));

      const nacked = client.nack({ n: 1, code: "RATE_LIMITED", retryAfterMs: 250 });
      const stale = client.nack({ n: 2, code: "GAP", expected: 1 });
      const meanwhile = client.edit(createOp("c"));
      const after = client.tell((replica) => replica.retry());

      assert.deepEqual(nacked, [{ kind: "wait", delayMs: 250 }]);
      assert.deepEqual([...pushesIn(stale), ...pushesIn(meanwhile)], []);
      assert.deepEqual(pushesIn(after), ["1:a", "2:b", "3:c"]);
    });

    it("says hello when somebody else spoke for it", () => {
      const client = new BoardReplica();
      client.join();
      client.edit(createOp("a"));

      const output = client.nack({ n: 1, code: "HELLO" });

      assert.equal(output[0]?.kind, "hello");
    });
  });

  describe("another history", () => {
    it("numbers what is pending from where the server has come", () => {
      const client = new BoardReplica();
      client.join();
      client.edit(createOp("a"));
      client.batch(entry(1, "me", 1, createOp("a")));
      client.edit(createOp("b"));
      client.tell((replica) => replica.disconnected());

      client.join({ epoch: 2 });
      const output = client.store();

      assert.deepEqual(pushesIn(output), ["1:b"]);
      assert.equal(client.replica.header.epoch, 2);
      assert.equal(client.replica.get("a"), undefined);
    });

    it("asks for another id where the server has forgotten this one", () => {
      const client = new BoardReplica();
      client.join();
      client.edit(createOp("a"));
      client.batch(entry(1, "me", 1, createOp("a")));
      client.edit(createOp("b"));
      client.tell((replica) => replica.disconnected());

      const output = client.join({ seq: 1, yourLast: 0 });

      assert.deepEqual(
        output.filter(({ kind }) => kind === "identity" || kind === "push"),
        [{ kind: "identity", problem: "expired" }],
      );
    });

    it("pushes again under another id what it is told to", () => {
      const client = new BoardReplica();
      client.edit(createOp("a"));
      client.tell((replica) => replica.connected());
      client.nack({ n: 0, code: "FORBIDDEN" });

      client.tell((replica) => replica.renew({ clientId: "new", key: "fedcba9876543210" }, "resubmit"));
      client.store();
      const output = client.join();

      assert.deepEqual(pushesIn(output), ["1:a"]);
      assert.equal(client.replica.header.clientId, "new");
    });

    it("gives up under another id what it is told to", () => {
      const client = new BoardReplica();
      client.edit(createOp("a"));

      const output = client.tell((replica) => replica.renew({ clientId: "new", key: "fedcba9876543210" }, "drop"));

      assert.equal(output.find(({ kind }) => kind === "refused")?.kind, "refused");
      assert.equal(client.replica.get("a"), undefined);
    });

    it("gives new pushes numbers that the server does not know, where the outbox has lost its last changes", () => {
      const header = { clientId: "me", key: "0123456789abcdef", epoch: 1, firstN: 1 };
      const client = new BoardReplica({ header, pushes: [{ serial: 1, ops: [createOp("old")], ts: 0 }] });
      client.edit(createOp("new"));

      client.join({ seq: 2, yourLast: 2 });
      const output = client.store();

      assert.deepEqual(pushesIn(output), ["3:new"]);
    });
  });

  describe("guards", () => {
    it("holds a push that is guarded by one which is on its way, and all behind it", () => {
      const client = new BoardReplica();
      client.join();
      client.edit(createOp("a", 1));

      client.edit(moveOp("a", 2, -1));
      client.edit(createOp("b"));

      assert.deepEqual(pushesIn(client.output), ["1:a"]);
      assert.equal(xOf(client.replica.get("a")), 2);
    });

    it("puts the seq into the guard when it is known", () => {
      const client = new BoardReplica();
      client.join();
      client.edit(createOp("a", 1));
      client.edit(moveOp("a", 2, -1));

      const output = client.batch(entry(1, "you", 1, createOp("b")), entry(2, "me", 1, createOp("a", 1)));

      const push = output.find(({ kind }) => kind === "push");
      assert.deepEqual(push, { kind: "push", serial: 2, message: { n: 2, ops: [moveOp("a", 2, 2)], base: 2 } });
    });

    it("lets no guard hold that refers to a push which was refused", () => {
      const client = new BoardReplica();
      client.join();
      client.edit(createOp("a", 1));
      client.edit(moveOp("a", 2, -1));

      client.nack({ n: 1, code: "INVALID" });
      const output = client.store();

      const push = output.find(({ kind }) => kind === "push");
      assert.ok(push?.kind === "push");
      assert.deepEqual(push.message.ops, [moveOp("a", 2, Number.MAX_SAFE_INTEGER)]);
    });
  });
});
