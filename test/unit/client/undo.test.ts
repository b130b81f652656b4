import assert from "node:assert/strict";
import fc from "fast-check";
import { type BoardOp, board } from "../../../rooms/whiteboard/rules/board.ts";
import { isSame } from "../../../src/client/same.ts";
import { Overlay } from "../../../src/document/document.ts";
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
      const trial = new Overlay(confirmed);
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

  it("leaves alone what somebody else has changed since", () => {
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
    const edit = fc.record({ kind: fc.constantFrom("create", "move", "resize", "del"), id: fc.constantFrom("a", "b") });

    fc.assert(
      fc.property(
        fc.array(edit, { minLength: 1, maxLength: 12 }),
        fc.array(fc.boolean(), { minLength: 12 }),
        (edits, settles) => {
          const client = new BoardReplica();
          const server = new Server(client);
          client.join();
          let serial = 0;
          for (const [index, { kind, id }] of edits.entries()) {
            const isThere = xOf(client.replica.get(id)) !== undefined;
            if (kind === "create" && !client.replica.get(id)) client.edit(createOp(id, ++serial));
            else if (kind === "move" && isThere) client.edit(moveOp(id, ++serial));
            else if (kind === "resize" && isThere) {
              client.edit({ t: "set", id, g: "size", v: { w: ++serial, h: 1 } });
            } else if (kind === "del" && isThere) client.edit({ t: "del", id });
            if (settles[index]) server.settle();
          }
          const end = shapes(client);

          while (client.replica.can("undo")) {
            undo(client);
            if (settles[client.output.length % settles.length]) server.settle();
          }
          const start = shapes(client);
          while (client.replica.can("redo")) {
            undo(client, "redo");
            if (settles[client.output.length % settles.length]) server.settle();
          }
          server.settle();

          assert.deepEqual(start, {});
          assert.ok(isSame(shapes(client), end), JSON.stringify([shapes(client), end]));
          assert.equal(client.replica.pending.length, 0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** What is seen, without revisions. */
function shapes(client: BoardReplica): Record<string, unknown> {
  const there = [...client.replica.entries()].flatMap(([id, record]) =>
    "g" in record ? [[id, record.g] as const] : [],
  );
  return Object.fromEntries(there.sort(([a], [b]) => (a < b ? -1 : 1)));
}
