import assert from "node:assert/strict";
import { storyOf } from "../../../../client-sample/src/board/history/story.ts";
import type { Step } from "../../../../client-sample/src/board/history/words.ts";
import type { BoardOp } from "../../../../rooms/whiteboard/rules/board.ts";

const KINDS: Readonly<Record<string, string>> = { n1: "note", n2: "note", s1: "stroke", i1: "image", x1: "sticker" };

describe("the story of a board", () => {
  it("tells what somebody drew as one thing", () => {
    const story = told(step(1, "ada", create("a", "stroke")), step(2, "ada", create("b", "stroke")));

    assert.deepEqual(story, ["ada drew 2 strokes"]);
  });

  it("tells people apart", () => {
    const story = told(step(1, "ada", create("a", "rect")), step(2, "bo", del("n1")), step(3, "ada", move("s1")));

    assert.deepEqual(story, ["ada drew a rectangle", "bo deleted a note", "ada moved a stroke"]);
  });

  it("begins anew after a pause", () => {
    const story = told(step(1, "ada", move("n1")), { ...step(2, "ada", move("n1")), ts: 70_000 });

    assert.equal(story.length, 2);
  });

  it("counts a shape once, however often it was moved", () => {
    assert.deepEqual(told(step(1, "ada", move("n1")), step(2, "ada", move("n1")), step(3, "ada", move("n2"))), [
      "ada moved 2 notes",
    ]);
  });

  it("takes writing into a note that was just made for part of making it", () => {
    const write: BoardOp = { t: "y", id: "a", u: new Uint8Array() };

    assert.deepEqual(told(step(1, "ada", create("a", "note")), step(2, "ada", write)), ["ada added a note"]);
  });

  it("calls a move that comes with a new size a resize", () => {
    const size: BoardOp = { t: "set", id: "n1", g: "size", v: { w: 1, h: 1 } };

    assert.deepEqual(told(step(1, "ada", move("n1"), size)), ["ada resized a note"]);
  });

  it("names three things, first what most want to know of", () => {
    const story = told(
      step(1, "ada", create("a", "stroke"), create("b", "stroke")),
      step(2, "ada", move("n1"), del("n2"), move("i1")),
      step(3, "ada", { t: "set", id: "x1", g: "style", v: {} }),
    );

    assert.deepEqual(story, ["ada deleted a note, drew 2 strokes, moved a note and did more"]);
  });

  it("begins with what is about the board, and with what was deleted, however little it was beside the rest", () => {
    const story = told(
      step(1, "ada", create("a", "stroke"), create("b", "stroke"), move("x1"), move("i1")),
      step(2, "ada", del("n1"), del("s1")),
      step(3, "ada", { t: "withdraw" }),
    );

    assert.deepEqual(story, ["ada withdrew all invitations, deleted 2 shapes, drew 2 strokes and did more"]);
  });

  it("leaves out what is not to be seen on the board", () => {
    const say: BoardOp = { t: "say", id: "m", text: "Hello", name: "Ada" };

    assert.deepEqual(told(step(1, "ada", say), step(2, "ada", { t: "sign", name: "Ada" })), []);
  });

  it("tells what the board is open for", () => {
    assert.deepEqual(told(step(1, "ada", { t: "own" }), step(2, "ada", { t: "share", everyone: "viewer" })), [
      "ada became the owner and let everyone look, and not edit",
    ]);
  });

  it("says where each part begins and ends, and which shapes it is about", () => {
    const [chapter] = storyOf([step(4, "ada", move("n1")), step(5, "ada", move("n2"))], (id) => KINDS[id]);

    assert.deepEqual(chapter && { ...chapter, what: "" }, {
      userId: "ada",
      from: 4,
      to: 5,
      at: 5000,
      what: "",
      ids: ["n1", "n2"],
    });
  });
});

function told(...steps: readonly Step[]): readonly string[] {
  return storyOf(steps, (id) => KINDS[id]).map(({ userId, what }) => `${userId} ${what}`);
}

function step(seq: number, userId: string, ...effects: readonly BoardOp[]): Step {
  return { seq, ts: seq * 1000, userId, effects };
}

function create(id: string, type: string): BoardOp {
  return { t: "create", id, type, g: {} };
}

function move(id: string): BoardOp {
  return { t: "set", id, g: "pos", v: { x: 1, y: 2, r: 0 } };
}

function del(id: string): BoardOp {
  return { t: "del", id };
}
