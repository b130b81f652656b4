import assert from "node:assert/strict";
import { wrongPresence } from "../../chaos/presence-book.ts";

describe("the book of who is online", () => {
  const due = new Map([
    ["ann", ["arena r1"]],
    ["ben", []],
  ]);
  const inRoom = (roomId: string) => ({ nodeId: "n1", roomId, room: "arena", status: "" });
  const judge = (ann: readonly string[], ben: readonly string[]): readonly string[] => {
    const shown = new Map([
      ["ann", ann],
      ["ben", ben],
    ]);
    const presenceOf = (userId: string) => {
      const sessions = (shown.get(userId) ?? []).map(inRoom);
      return { online: sessions.length > 0, sessions };
    };
    return wrongPresence(due, presenceOf, "n1");
  };

  it("finds nothing wrong where all are shown as they are", () => {
    assert.deepEqual(judge(["r1"], []), []);
  });

  it("finds a ghost", () => {
    assert.deepEqual(judge(["r1"], ["r1"]), ["n1 shows ben in [arena r1], and it is in []"]);
  });

  it("finds somebody who is missing, twice there or elsewhere", () => {
    assert.deepEqual(judge([], []), ["n1 shows ann in [], and it is in [arena r1]"]);
    assert.deepEqual(judge(["r1", "r1"], []), ["n1 shows ann in [arena r1,arena r1], and it is in [arena r1]"]);
    assert.deepEqual(judge(["r2"], []), ["n1 shows ann in [arena r2], and it is in [arena r1]"]);
  });
});
