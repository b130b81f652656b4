import assert from "node:assert/strict";
import { ArenaError, describeIssues, ERRORS, type ErrorRow, toArenaError } from "../../../src/errors/errors.ts";
import { CLOSE_CODES } from "../../../src/protocol/protocol.ts";

const rows = Object.entries<ErrorRow>(ERRORS);

describe("the catalogue of errors", () => {
  it("says what happened in a sentence", () => {
    for (const [code, { sentence }] of rows) assert.match(sentence, /^[A-Z].*\.$/, code);
  });

  it("has HTTP statuses of errors", () => {
    for (const [code, { httpStatus }] of rows) assert.ok(httpStatus >= 400 && httpStatus < 600, code);
  });

  it("has close codes of the protocol only", () => {
    const known: readonly number[] = Object.values(CLOSE_CODES);

    for (const [code, { closeCode }] of rows) assert.ok(closeCode === undefined || known.includes(closeCode), code);
  });

  it("asks to come back exactly where trying again can help", () => {
    const reconnecting = rows.filter(([, { closeCode }]) => closeCode === CLOSE_CODES.RECONNECT);

    for (const [code, { isRetryable }] of reconnecting) assert.ok(isRetryable, code);
  });

  it("gives a number of Arena to one error only", () => {
    const numbers = rows.map(([, { wireCode }]) => wireCode).filter((wireCode) => wireCode >= 4600);

    assert.equal(new Set(numbers).size, numbers.length);
  });
});

describe("an ArenaError", () => {
  it("says the sentence of its row", () => {
    assert.equal(new ArenaError("ROOM_FULL").message, ERRORS.ROOM_FULL.sentence);
  });

  it("says this case behind the sentence", () => {
    assert.equal(
      new ArenaError("PORT_UNAVAILABLE", "1:2 is in use.").message,
      "The port cannot be opened. 1:2 is in use.",
    );
  });

  it("travels with its code in front", () => {
    assert.equal(new ArenaError("ROOM_FULL").wireMessage, "ROOM_FULL: The room is full.");
  });

  it("does not tell clients where what it stands on is", () => {
    const errors = (["CLUSTER_UNAVAILABLE", "LOG_UNAVAILABLE", "LOG_UNCERTAIN"] as const).map(
      (code) => new ArenaError(code, "Redis at 10.0.0.5:6379 did not answer in time."),
    );

    for (const { message, wireMessage } of errors)
      assert.deepEqual([message.includes("10.0.0.5"), wireMessage.includes("10.0.0.5")], [true, false]);
  });

  it("keeps its row, its details and its cause", () => {
    const cause = new Error("below");

    const error = new ArenaError("ROOM_FULL", "", { details: { roomId: "x" }, cause });

    assert.deepEqual([error.row, error.details, error.cause], [ERRORS.ROOM_FULL, { roomId: "x" }, cause]);
  });

  it("has no details unless some are given", () => {
    assert.deepEqual(new ArenaError("ROOM_FULL").details, {});
  });

  it("stays itself when it is taken for an ArenaError", () => {
    const error = new ArenaError("ROOM_FULL");

    assert.equal(toArenaError(error), error);
  });

  it("hides what is not one behind INTERNAL, and keeps it as the cause", () => {
    const cause = new Error("a secret");

    const error = toArenaError(cause);

    assert.deepEqual([error.code, error.cause], ["INTERNAL", cause]);
    assert.doesNotMatch(error.wireMessage, /secret/);
  });
});

describe("what a schema did not like", () => {
  it("is told with the path", () => {
    assert.equal(describeIssues([{ path: ["ships", 0, "x"], message: "too large" }], "state"), "ships.0.x: too large.");
  });

  it("is told of the whole where there is no path", () => {
    const issues = [{ message: "no object" }, { path: [], message: "empty" }];

    assert.equal(describeIssues(issues, "options"), "options: no object; options: empty.");
  });

  it("is cut where there is more of it than anyone reads", () => {
    const issues = Array.from({ length: 100 }, () => ({ path: ["x".repeat(1000)], message: "bad" }));

    assert.ok(describeIssues(issues, "options").length <= 201);
  });

  it("names three complaints at most", () => {
    const issues = ["a", "b", "c", "d"].map((name) => ({ path: [name], message: "bad" }));

    assert.equal(describeIssues(issues, "options"), "a: bad; b: bad; c: bad.");
  });
});
