import assert from "node:assert/strict";
import fc from "fast-check";
import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import { MapRecords } from "../../../src/document/document.ts";
import { BoardReplica, createOp, entry, moveOp, xOf } from "./client-fixtures.ts";

/** Plays the server's part: takes every push that was sent, in order. */
class Server {
  readonly #client: BoardReplica;
  #seq: number;
  #n = 0;

  constructor(client: BoardReplica, seq = 0) {
    this.#client = client;
    this.#seq = seq;
  }

  settle(): void {
    for (let push = this.#next(); push; push = this.#next()) {
      const { confirmed } = this.#client.replica;
      const stamp = { seq: ++this.#seq, clientId: "me", n: ++this.#n, userId: "", ts: 0 };
      const trial = new MapRecords<BoardRecord>();
      for (const [id, record] of confirmed.entries()) trial.set(id, record);
      const effects: BoardOp[] = [];
      for (const op of push.message.ops) {
        for (const effect of board.apply(trial, op, stamp)) {
          board.evolve(trial, effect, stamp);
          effects.push(effect);
        }
      }
      this.#client.batch({ ...stamp, effects });
    }
  }

  others(...effects: BoardOp[]): void {
    this.#client.batch(entry(++this.#seq, "you", this.#seq, ...effects));
  }

  #next() {
    const pushes = this.#client.output.filter((one) => one.kind === "push");
    return pushes.find(({ message }) => message.n === this.#n + 1);
  }
}

function undo(client: BoardReplica, direction: "undo" | "redo" = "undo"): void {
  client.tell((replica) => replica.turn(direction, 0));
  client.store();
}

describe("undo", () => {
  it("puts back what a push has changed", () => {
    const client = new BoardReplica();
    client.edit(createOp("a", 1));
    client.edit(moveOp("a", 2));

    undo(client);

    assert.equal(xOf(client.replica.get("a")), 1);
  });

  it("passes by what nothing undoes, such as a message, which takes no redo away either", () => {
    const client = new BoardReplica();
    client.edit(createOp("a", 1));
    client.edit(moveOp("a", 2));
    undo(client);
    client.edit({ t: "say", id: "m", text: "hello", name: "Ann" });

    undo(client, "redo");

    assert.equal(xOf(client.replica.get("a")), 2);
  });

  it("does again what was undone", () => {
    const client = new BoardReplica();
    client.edit(createOp("a", 1));
    client.edit(moveOp("a", 2));
    undo(client);

    undo(client, "redo");

    assert.equal(xOf(client.replica.get("a")), 2);
  });

  it("forgets what was undone when something new is pushed", () => {
    const client = new BoardReplica();
    client.edit(createOp("a", 1));
    undo(client);

    client.edit(createOp("b", 1));

    assert.equal(client.replica.can("redo"), false);
  });

  it("[CLI6] leaves alone what somebody else has changed since", () => {
    const client = new BoardReplica();
    const server = new Server(client);
    client.join();
    client.edit(createOp("a", 1));
    client.edit(moveOp("a", 2));
    server.settle();
    server.others(moveOp("a", 9));

    undo(client);
    server.settle();

    assert.equal(xOf(client.replica.get("a")), 9);
  });

  it("goes on to an earlier push where nothing of the last is left to undo", () => {
    const client = new BoardReplica();
    const server = new Server(client);
    client.join();
    client.edit(createOp("a", 1));
    client.edit(createOp("b", 1));
    client.edit(moveOp("a", 2));
    server.settle();
    server.others(moveOp("a", 9));

    undo(client);
    server.settle();

    assert.equal(xOf(client.replica.get("b")), undefined);
    assert.equal(xOf(client.replica.get("a")), 9);
  });

  it("forgets a push that was refused", () => {
    const client = new BoardReplica();
    client.join();
    client.edit(createOp("a", 1));

    client.nack({ n: 1, code: "FORBIDDEN" });

    assert.equal(client.replica.can("undo"), false);
  });

  it("[CLI7] passes over what cannot be undone since it would be too large a push, after it has said so", () => {
    const client = new BoardReplica();
    client.edit(createOp("a", 1));
    client.edit({ t: "create", id: "b", type: "note", g: { text: "x".repeat(50_000) } });
    client.edit({ t: "set", id: "b", g: "geom", v: new Uint8Array(50_000) });
    client.edit({ t: "del", id: "b" });

    assert.throws(() => undo(client), /bytes at most/);
    for (let times = 0; times < 3; times++) undo(client);

    assert.equal(xOf(client.replica.get("a")), undefined);
  });

  describe("of many pushes that were made at once", () => {
    const ids = Array.from({ length: 600 }, (_, index) => `s${index}`);
    const shown = (client: BoardReplica): number =>
      ids.filter((id) => xOf(client.replica.get(id)) !== undefined).length;
    const pushes = (client: BoardReplica): number => client.replica.pending.length;

    it("[CLI8] is one step, and so is doing them again, in as few pushes as the ops take", () => {
      const client = new BoardReplica();
      client.edit(createOp("before"));
      client.tell((replica) =>
        replica.editAll(
          ids.map((id) => createOp(id)),
          0,
        ),
      );
      const made = [shown(client), pushes(client)];

      undo(client);
      const undone = [shown(client), pushes(client)];
      undo(client, "redo");

      assert.deepEqual(
        [made, undone],
        [
          [600, 4],
          [0, 7],
        ],
      );
      assert.deepEqual([shown(client), pushes(client)], [600, 10]);
      assert.equal(client.replica.can("redo"), false);
    });

    it("[CLI8] is one step where it takes more bytes than a push may have", () => {
      const client = new BoardReplica();
      for (const id of ids.slice(0, 5)) client.edit({ t: "create", id, type: "note", g: { text: "x".repeat(30_000) } });
      client.edit(...ids.slice(0, 5).map((id): BoardOp => ({ t: "del", id })));
      const before = pushes(client);

      undo(client);

      const texts = ids.slice(0, 5).map((id) => client.replica.get(id));
      assert.ok(texts.every((record) => record && "g" in record));
      assert.equal(pushes(client) - before, 3);
    });

    it("[CLI8] puts a record that several of them changed back to what it was before the first", () => {
      const client = new BoardReplica();
      client.edit(createOp("a", 1));
      const moves = Array.from({ length: 300 }, (_, index) => moveOp("a", index + 2));
      client.tell((replica) => replica.editAll(moves, 0));
      const server = new Server(client);
      client.join();
      client.store();
      server.settle();

      undo(client);
      server.settle();

      assert.equal(xOf(client.replica.confirmed.get("a")), 1);
    });

    it("[CLI8] leaves alone what somebody else has changed since", () => {
      const client = new BoardReplica();
      const server = new Server(client);
      client.join();
      client.tell((replica) =>
        replica.editAll(
          ids.map((id) => createOp(id)),
          0,
        ),
      );
      client.store();
      server.settle();
      server.others(moveOp("s3", 7));

      undo(client);

      assert.deepEqual([shown(client), xOf(client.replica.get("s3"))], [1, 7]);
    });

    it("[CLI7] makes none of them where all together are more than may wait", () => {
      const client = new BoardReplica(undefined, { maxPending: 2 });

      assert.throws(
        () =>
          client.tell((replica) =>
            replica.editAll(
              ids.map((id) => createOp(id)),
              0,
            ),
          ),
        /may wait/,
      );

      assert.deepEqual([shown(client), pushes(client)], [0, 0]);
    });
  });

  it("remembers no more than it may", () => {
    const client = new BoardReplica(undefined, { maxUndo: 1 });
    client.edit(createOp("a", 1));
    client.edit(createOp("b", 1));

    undo(client);
    undo(client);

    assert.equal(xOf(client.replica.get("b")), undefined);
    assert.equal(xOf(client.replica.get("a")), 1);
  });

  it("of all pushes, one after another, leads back to the start, and redo of all to the end", () => {
    const step = fc.record({
      kind: fc.constantFrom(...KINDS),
      id: fc.constantFrom("a", "b"),
      isSettled: fc.boolean(),
    });

    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), fc.boolean(), (steps, areSettled) => {
        const client = new BoardReplica();
        const server = new Server(client);
        client.join();
        for (const [index, { kind, id, isSettled }] of steps.entries()) {
          edit(client, kind, id, index);
          if (isSettled) server.settle();
        }
        const end = shapes(client);

        const start = turnAll(client, "undo", areSettled ? server : undefined);
        const again = turnAll(client, "redo", server);

        assert.deepEqual(start, {});
        assert.deepEqual(again, end);
        assert.equal(client.replica.pending.length, 0);
      }),
      { numRuns: 300 },
    );
  });
});

const KINDS = ["create", "move", "resize", "del"] as const;

/** Makes an edit, where it makes sense. */
function edit(client: BoardReplica, kind: (typeof KINDS)[number], id: string, value: number): void {
  const record = client.replica.get(id);
  if (kind === "create" && !record) client.edit(createOp(id, value));
  if (!record || !("g" in record)) return;
  if (kind === "move") client.edit(moveOp(id, value));
  if (kind === "resize") client.edit({ t: "set", id, g: "size", v: { w: value, h: 1 } });
  if (kind === "del") client.edit({ t: "del", id });
}

/** Undoes, or does again, all there is; returns what is seen then. */
function turnAll(
  client: BoardReplica,
  direction: "undo" | "redo",
  server: Server | undefined,
): Record<string, unknown> {
  while (client.replica.can(direction)) {
    undo(client, direction);
    server?.settle();
  }
  return shapes(client);
}

/** What is seen, without revisions. */
function shapes(client: BoardReplica): Record<string, unknown> {
  const seen: Record<string, unknown> = {};
  for (const [id, record] of client.replica.entries()) if ("g" in record) seen[id] = record.g;
  return seen;
}
