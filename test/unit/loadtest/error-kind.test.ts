import assert from "node:assert/strict";
import { errorKind } from "../../../loadtest/error-kind.ts";

describe("loadtest error kind", () => {
  it("is the code of the catalogue", () => {
    assert.equal(errorKind(new Error("ROOM_FULL: The room is full.")), "ROOM_FULL");
  });

  it("is the system's code behind a failed request", () => {
    const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });

    assert.equal(errorKind(new TypeError("fetch failed", { cause })), "ECONNREFUSED");
  });

  it("is the message of any other error", () => {
    assert.equal(errorKind(new Error("join timed out")), "join timed out");
  });

  it("is of bounded length", () => {
    assert.equal(errorKind(new Error("x".repeat(1000))).length, 60);
    assert.equal(errorKind("x".repeat(1000)).length, 60);
  });
});
