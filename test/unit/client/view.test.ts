import assert from "node:assert/strict";
import fc from "fast-check";
import { type BoardOp, type BoardRecord, board } from "../../../rooms/whiteboard/rules/board.ts";
import type { StoredPush } from "../../../src/client/outbox.ts";
import { isSame } from "../../../src/client/same.ts";
import { View } from "../../../src/client/view.ts";
import { MapRecords, type OpDocument } from "../../../src/document/document.ts";
import type { OpEntry } from "../../../src/protocol/protocol.ts";

const ME = { clientId: "me", userId: "ann" };

/** The rules of a board, with a count of how often they were asked. */
function counted(): { document: OpDocument<BoardOp, BoardRecord>; readonly asked: number } {
  let asked = 0;
  return {
    document: {
      ...board,
      apply: (records, op, author) => {
        asked++;
        return board.apply(records, op, author);
      },
    },
    get asked() {
      return asked;
    },
  };
}

function create(id: string, index: string): BoardOp {
  return { t: "create", id, type: "rect", g: { pos: { x: 0, y: 0, r: 0 }, tree: { parentId: null, index } } };
}

function entry(seq: number, clientId: string, effects: readonly BoardOp[]): OpEntry<BoardOp> {
  return { seq, clientId, n: seq, userId: clientId, ts: 5000, effects };
}

describe("view", () => {
  it("tries none of a thousand pushes again where the first of them is confirmed", () => {
    const rules = counted();
    const view = new View(rules.document);
    const pushes = Array.from({ length: 1000 }, (_, index) => push(index + 1, create(`s${index}`, key(index))));
    for (const one of pushes) view.show(one, ME);
    const before = rules.asked;

    view.confirm([entry(1, "me", pushes[0]?.ops ?? [])]);
    view.reshow(pushes.slice(1), ME);

    assert.equal(rules.asked - before, 0);
    assert.deepEqual(view.takeChanged().length, 1000);
  });

  it("tries only those again that looked at what others have changed", () => {
    const rules = counted();
    const view = new View(rules.document);
    const made = [0, 1, 2].map((index) => create(`s${index}`, key(index)));
    view.confirm([entry(1, "you", made)]);
    view.reshow([], ME);
    const pushes = [0, 1, 2].map((index) => push(index + 1, move(`s${index}`, 9)));
    for (const one of pushes) view.show(one, ME);
    const before = rules.asked;

    view.confirm([entry(2, "you", [move("s1", 5)])]);
    view.reshow(pushes, ME);

    assert.equal(rules.asked - before, 1);
  });

  it("stops where a push that is tried again comes to the same as before", () => {
    const rules = counted();
    const view = new View(rules.document);
    view.confirm([entry(1, "you", [create("a", "a1")])]);
    view.reshow([], ME);
    const pushes = Array.from({ length: 100 }, (_, index) => push(index + 1, move("a", index)));
    for (const one of pushes) view.show(one, ME);
    const before = rules.asked;

    view.confirm([entry(2, "me", pushes[0]?.ops ?? [])]);
    view.reshow(pushes.slice(1), ME);

    assert.equal(rules.asked - before, 1);
  });

  it("[CLI3] shows at any time what showing all that is pending anew would show, and tells of exactly what changed", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        const run = new Run();
        for (const one of steps) run.do(one);
      }),
      { numRuns: 300 },
    );
  });
});

type Step =
  | { readonly do: "push" | "others"; readonly ops: readonly BoardOp[] }
  | { readonly do: "settle"; readonly count: number }
  | { readonly do: "refuse"; readonly pick: number }
  | { readonly do: "replace" | "rename" };

const id = fc.constantFrom("a", "b", "c", "d", "e", "f");
const index = fc.constantFrom("a0", "a1", "a2", "a3", "a4");
const parentId = fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: id });
const op: fc.Arbitrary<BoardOp> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ id, parentId, index }).map(
      (made): BoardOp => ({
        t: "create",
        id: made.id,
        type: "rect",
        g: { pos: { x: 0, y: 0, r: 0 }, tree: { parentId: made.parentId, index: made.index } },
      }),
    ),
  },
  { weight: 3, arbitrary: fc.record({ id, x: fc.nat(3) }).map((made) => move(made.id, made.x)) },
  {
    weight: 3,
    arbitrary: fc.record({ id, parentId, index }).map(
      (made): BoardOp => ({
        t: "set",
        id: made.id,
        g: "tree",
        v: { parentId: made.parentId, index: made.index },
      }),
    ),
  },
  { weight: 1, arbitrary: id.map((one): BoardOp => ({ t: "del", id: one })) },
  {
    weight: 1,
    arbitrary: fc
      .record({ id, text: fc.string({ maxLength: 3 }) })
      .map((made): BoardOp => ({ t: "say", id: made.id, text: made.text, name: "" })),
  },
);
const ops = fc.array(op, { minLength: 1, maxLength: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom("push", "others"), ops }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("settle" as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("refuse" as const), pick: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("replace", "rename") }) },
);

/** A view beside one that shows everything anew after each step. */
class Run {
  readonly #view = new View(board);
  #pending: StoredPush<BoardOp>[] = [];
  #author = ME;
  #serial = 0;
  #seq = 0;

  do(one: Step): void {
    const before = new Map(this.#view.entries());
    this.#act(one);
    const expected = this.#anew();
    assert.deepEqual(new Map(this.#view.entries()), expected);
    for (const [known, record] of expected) assert.deepEqual(this.#view.get(known), record);
    const ids = [...new Set([...before.keys(), ...expected.keys()])];
    assert.deepEqual(
      [...this.#view.takeChanged()].sort(),
      ids.filter((each) => !isSame(before.get(each), expected.get(each))).sort(),
    );
  }

  #act(one: Step): void {
    switch (one.do) {
      case "push": {
        const made = push(++this.#serial, ...one.ops);
        this.#pending.push(made);
        this.#view.show(made, this.#author);
        return;
      }
      case "others":
        this.#commit("you", one.ops);
        break;
      case "settle":
        for (const { ops: taken } of this.#pending.splice(0, one.count)) this.#commit("me", taken);
        break;
      case "refuse":
        this.#pending.splice(one.pick, 1);
        break;
      case "rename":
        this.#author = { ...this.#author, userId: `${this.#author.userId}'` };
        break;
      case "replace":
        this.#view.replace(this.#confirmed());
        break;
    }
    this.#view.reshow(this.#pending, this.#author);
  }

  /** Takes ops as the server does. */
  #commit(clientId: string, taken: readonly BoardOp[]): void {
    const records = this.#confirmed();
    const stamp = { seq: ++this.#seq, clientId, n: this.#seq, userId: clientId, ts: 9000 };
    const effects: BoardOp[] = [];
    try {
      for (const each of taken) {
        for (const effect of board.apply(records, each, stamp)) {
          board.evolve(records, effect, stamp);
          effects.push(effect);
        }
      }
    } catch {
      return; // refused
    }
    this.#view.confirm([{ ...stamp, effects }]);
  }

  #confirmed(): MapRecords<BoardRecord> {
    const records = new MapRecords<BoardRecord>();
    for (const [each, record] of this.#view.confirmed.entries()) records.set(each, record);
    return records;
  }

  #anew(): Map<string, BoardRecord> {
    const view = new View(board);
    view.replace(this.#confirmed());
    view.reshow(this.#pending, this.#author);
    return new Map(view.entries());
  }
}

function push(serial: number, ...made: BoardOp[]): StoredPush<BoardOp> {
  return { serial, ops: made, ts: 1000 };
}

function move(shape: string, x: number): BoardOp {
  return { t: "set", id: shape, g: "pos", v: { x, y: 0, r: 0 } };
}

/** Keys in a row. */
function key(at: number): string {
  return `b${at.toString(36).padStart(2, "1")}V`;
}
