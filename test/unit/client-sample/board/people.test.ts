import assert from "node:assert/strict";
import { pointAt } from "../../../../client-sample/src/board/people/edge.ts";
import { initialsOf, personColour } from "../../../../client-sample/src/board/people/person-colour.ts";
import { readCursor, readSelection, readView } from "../../../../client-sample/src/board/people/read-peer.ts";
import { readableName, readCompany } from "../../../../client-sample/src/board/session/visitors.ts";

const VISITORS = new Map<string, unknown>([
  ["s1", { name: "Ann", userId: "u1", role: "owner" }],
  ["s2", { name: "Bob", userId: "u2", role: "viewer" }],
]);

describe("who is on a board", () => {
  it("is read from the room's state, this visitor's role too", () => {
    const { people, role, everyone } = readCompany({ visitors: VISITORS, everyone: "viewer" }, "s2");

    assert.deepEqual(
      people.map(({ name, role: of, isMe }) => [name, of, isMe]),
      [
        ["Ann", "owner", false],
        ["Bob", "viewer", true],
      ],
    );
    assert.deepEqual([role, everyone], ["viewer", "viewer"]);
  });

  it("is called as they signed", () => {
    const { people } = readCompany({ visitors: VISITORS }, "s1", (userId) => (userId === "u2" ? "Robert" : undefined));

    assert.deepEqual(
      people.map(({ name }) => name),
      ["Ann", "Robert"],
    );
  });

  it("is nobody where the state is nothing that can be read", () => {
    for (const state of [undefined, null, {}, { visitors: 3 }, { visitors: { forEach: 1 } }]) {
      assert.deepEqual(readCompany(state, "s1").people, []);
    }
  });

  it("has no role as long as the state does not name this visitor", () => {
    for (const state of [undefined, {}, { visitors: new Map() }, { visitors: VISITORS }]) {
      assert.equal(readCompany(state, "s3").role, undefined);
    }
  });

  it("keeps junk of other clients away from the page", () => {
    const visitors = new Map<string, unknown>([
      ["s1", null],
      ["s2", { name: 7, userId: {}, role: "king" }],
      ["s3", { name: "\u202e a\nb\u0000".padEnd(900, "x"), userId: "u", role: "editor" }],
    ]);

    const { people } = readCompany({ visitors }, undefined);

    assert.deepEqual(
      people.slice(0, 2).map(({ name, role }) => [name, role]),
      [
        ["Guest", "editor"],
        ["Guest", "editor"],
      ],
    );
    assert.match(people[2]?.name ?? "", /^[ -~]{32}$/);
  });

  it("has a name that can be read, or is a guest", () => {
    assert.equal(readableName("  <b>Ann</b> "), "<b>Ann</b>");
    assert.equal(readableName("\u200b\u2028"), "Guest");
  });
});

describe("the sign of a person", () => {
  it("has the same colour each time, and not the same for all", () => {
    const colours = new Set(Array.from({ length: 50 }, (_, at) => personColour(`user-${at}`)));

    assert.equal(personColour("user-1"), personColour("user-1"));
    assert.ok(colours.size > 8, `${colours.size} colours`);
  });

  it("has the first letters of first and last name", () => {
    assert.deepEqual(["Ann", "ann lee smith", "😀", "李 小龙"].map(initialsOf), ["A", "AS", "?", "李小"]);
  });
});

describe("what others say of where they are", () => {
  it("is taken where it is a place", () => {
    assert.deepEqual(readCursor({ x: 1, y: -2.5, tool: "pen" }), { x: 1, y: -2.5 });
    assert.deepEqual(readView({ x: 0, y: 0, w: 10, h: 5 }), { x: 0, y: 0, w: 10, h: 5 });
  });

  it("is nothing where it is none", () => {
    for (const junk of [
      null,
      undefined,
      3,
      "x",
      [],
      {},
      { x: "1", y: 2 },
      { x: Number.NaN, y: 0 },
      { x: 1e300, y: 0 },
    ]) {
      assert.equal(readCursor(junk), undefined);
      assert.equal(readView(junk), undefined);
    }
    assert.equal(readView({ x: 0, y: 0, w: 0, h: 5 }), undefined);
  });

  it("selects ids and nothing else, and not too many", () => {
    assert.deepEqual(readSelection(["a", 1, null, "b"]), ["a", "b"]);
    assert.equal(readSelection(Array.from({ length: 900 }, String)).length, 50);
    assert.deepEqual(readSelection("abc"), []);
  });
});

describe("a place outside of the screen", () => {
  const screen = { width: 800, height: 600 };
  const margins = { top: 50, right: 20, bottom: 60, left: 20 };

  it("is pointed at from the edge, in its direction", () => {
    const right = pointAt({ x: 5000, y: 300 }, screen, margins);

    assert.deepEqual(right, { x: 780, y: 300, isAway: true, angle: 0 });
  });

  it("is itself where it can be seen", () => {
    assert.deepEqual(pointAt({ x: 10, y: 20 }, screen, margins), { x: 10, y: 20, isAway: false, angle: 0 });
  });
});
