import assert from "node:assert/strict";
import { type BoardOp, board, SETTINGS, settingsOf } from "../../../../rooms/whiteboard/rules/board.ts";
import { create, PushedBoard } from "./pushed-board.ts";

const SHARE: BoardOp = { t: "share", everyone: "viewer" };
const OWN: BoardOp = { t: "own" };
const SAY: BoardOp = { t: "say", id: "m", text: "hi", name: "Ann" };
const SIGN: BoardOp = { t: "sign", name: "Ann" };

describe("the rights on a board", () => {
  let pushed: PushedBoard;
  beforeEach(() => {
    pushed = new PushedBoard();
    pushed.pushAll([create("a"), create("gone"), { t: "del", id: "gone" }]);
  });

  const edits: readonly BoardOp[] = [
    create("b"),
    { t: "set", id: "a", g: "text", v: "x" },
    { t: "unset", id: "a", g: "text" },
    { t: "del", id: "a" },
    { t: "restore", id: "gone", type: "note", g: {} },
    { t: "y", id: "a", u: new Uint8Array([0, 0]) },
    OWN,
  ];
  for (const op of edits) {
    it(`[BRD7] give ${op.t} to editors and owners, not to viewers`, () => {
      assert.equal(pushed.push(op, { role: "viewer" }), "FORBIDDEN");
      assert.match(pushed.refusal, /look at this board/);
      assert.ok(Array.isArray(pushed.push(op, { role: "editor" })));
    });
  }

  for (const op of [SAY, SIGN]) {
    it(`[BRD7] let viewers ${op.t}`, () => {
      assert.deepEqual(pushed.push(op, { role: "viewer" }), [op]);
    });
  }

  for (const op of [...edits, SAY, SIGN, SHARE]) {
    it(`[BRD7] give ${op.t} to nobody who has no right here`, () => {
      assert.equal(pushed.push(op, { role: "none" }), "FORBIDDEN");
    });
  }

  it("[BRD7] give share to owners", () => {
    assert.deepEqual(
      ["viewer", "editor", "owner"].map((role) => pushed.push(SHARE, { role })),
      ["FORBIDDEN", "FORBIDDEN", [SHARE]],
    );
    assert.deepEqual(settingsOf(pushed.records), { owner: "", everyone: "viewer" });
  });

  it("[BRD7] give a board that nobody owns to who takes it first", () => {
    pushed.pushAll([OWN], { userId: "ann", role: "editor" });

    assert.equal(pushed.push(OWN, { userId: "bob", role: "editor" }), "FORBIDDEN");
    assert.deepEqual(pushed.push(OWN, { userId: "ann", role: "owner" }), []);
    assert.deepEqual(pushed.records.get(SETTINGS), { owner: "ann", everyone: "editor" });
  });

  it("[BRD7] give no board to nobody", () => {
    assert.equal(pushed.push(OWN, { userId: "", role: "editor" }), "FORBIDDEN");
  });

  it("[BRD7] make the new owner one at once, whatever the room knows by then", () => {
    pushed.pushAll([OWN, SHARE], { userId: "ann", role: "editor" });

    assert.deepEqual(settingsOf(pushed.records), { owner: "ann", everyone: "viewer" });
  });

  it("[BRD11] let owners withdraw all invitations, as often as they like, and nobody else", () => {
    const roles = ["viewer", "editor", "owner", "owner"];

    const outcomes = roles.map((role) => pushed.push({ t: "withdraw" }, { role }));

    assert.deepEqual(outcomes, ["FORBIDDEN", "FORBIDDEN", [{ t: "withdraw" }], [{ t: "withdraw" }]]);
    assert.deepEqual(settingsOf(pushed.records), { owner: "", everyone: "editor", epoch: 2 });
  });

  it("come too late where they change nothing", () => {
    assert.deepEqual(pushed.push({ t: "share", everyone: "editor" }, { role: "owner" }), []);
  });

  it("are not undone", () => {
    const before = pushed.records.get(SETTINGS);
    pushed.pushAll([OWN]);

    assert.deepEqual(board.invert?.({ id: SETTINGS, before, after: pushed.records.get(SETTINGS) }), []);
  });
});

describe("the names of people", () => {
  let pushed: PushedBoard;
  beforeEach(() => {
    pushed = new PushedBoard();
  });

  it("are kept by user, the last one of each", () => {
    pushed.pushAll([SIGN, { t: "sign", name: "Anna" }]);
    pushed.pushAll([{ t: "sign", name: "Bob" }], { userId: "bob" });

    assert.deepEqual(
      ["ann", "bob"].map((userId) => pushed.records.get(`$person/${userId}`)),
      [{ signed: "Anna" }, { signed: "Bob" }],
    );
  });

  it("come too late where they are known, or nobody's", () => {
    pushed.pushAll([SIGN]);

    assert.deepEqual([pushed.push(SIGN), pushed.push(SIGN, { userId: "" })], [[], []]);
  });

  it("are at most 1000: the oldest is forgotten", () => {
    for (let n = 0; n <= 1000; n++) pushed.pushAll([SIGN], { userId: `u${n}` });

    assert.deepEqual(pushed.records.get("$person/u0"), undefined);
    assert.equal([...pushed.records.entries()].filter(([id]) => id.startsWith("$person/")).length, 1000);
  });
});
