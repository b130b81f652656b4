import assert from "node:assert/strict";
import {
  boardIdOf,
  boardIn,
  boardLink,
  invitationIn,
  newBoardId,
} from "../../../../client-sample/src/board/session/board-address.ts";

const PAGE = { origin: "https://example.org", pathname: "/board/", search: "?id=other&server=ws://a:1" };

describe("the address of a board", () => {
  it("names the board that it shows", () => {
    assert.equal(boardIn({ search: "?id=plans.2026:a_b-c" }), "plans.2026:a_b-c");
  });

  it("names none where the server would take no such name", () => {
    for (const id of ["", "Our%20plans", "a/b", "x".repeat(65), "%F0%9F%98%80"]) {
      assert.equal(boardIn({ search: `?id=${id}` }), undefined, id);
    }
  });

  it("carries an invitation behind the #, where no server sees it", () => {
    const link = new URL(boardLink(PAGE, "plans", "a.b-c_d"));

    assert.equal(invitationIn(link), "a.b-c_d");
    assert.equal(link.search.includes("invite"), false);
  });

  it("is handed on with its server, and without what is only this visitor's", () => {
    const link = new URL(boardLink({ ...PAGE, search: "?id=x&server=ws://a:1&debug=1" }, "plans"));

    assert.deepEqual(
      [...link.searchParams],
      [
        ["id", "plans"],
        ["server", "ws://a:1"],
      ],
    );
    assert.equal(link.hash, "");
  });
});

describe("the name of a board", () => {
  it("is made of what a person types", () => {
    assert.equal(boardIdOf("  Our Plans! "), "our-plans");
    assert.equal(boardIdOf("Größe"), "gro-e");
    assert.equal(boardIdOf("😀"), "");
  });

  it("is one that the server takes, whatever is typed", () => {
    for (const typed of ["a".repeat(200), "-- x --", "A.B:C_d", "<script>"]) {
      assert.match(boardIdOf(typed), /^[\w.:-]{1,64}$/);
    }
  });

  it("is new each time for a new board", () => {
    const ids = new Set(Array.from({ length: 100 }, newBoardId));

    assert.equal(ids.size, 100);
    for (const id of ids) assert.match(id, /^[a-z2-9]{12}$/);
  });
});
