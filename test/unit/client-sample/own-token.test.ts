import assert from "node:assert/strict";
import { tokenIn } from "../../../client-sample/src/net/own-token.ts";
import { tokenRefusalIn } from "../../../client-sample/src/net/token-words.ts";

describe("a token that a visitor brings", () => {
  it("is taken out of an address, and what else stands there is left", () => {
    assert.deepEqual(tokenIn("#token=a.b-c_d.e&invite=x"), { token: "a.b-c_d.e", rest: "#invite=x" });
    assert.deepEqual(tokenIn("#token=%20a%20"), { token: "a", rest: "" });
    assert.deepEqual(tokenIn("#K7M2QX"), { token: undefined, rest: "#K7M2QX" });
    assert.deepEqual(tokenIn("#token="), { token: undefined, rest: "#token=" });
  });

  it("is asked for where a join failed for want of one", () => {
    assert.equal(tokenRefusalIn(new Error("TOKEN_MISSING: A token is needed.")), "TOKEN_MISSING");
    for (const other of [new Error("ROOM_FULL: It is full."), new Error(""), "TOKEN_MISSING", undefined]) {
      assert.equal(tokenRefusalIn(other), undefined);
    }
  });
});
