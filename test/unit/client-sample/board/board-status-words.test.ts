import assert from "node:assert/strict";
import {
  closedDoor,
  connectionWords,
  refusalWords,
  type SaveFacts,
  saveSign,
} from "../../../../client-sample/src/board/session/status-words.ts";

const ONLINE: SaveFacts = { status: "online", isLive: true, unsaved: 0, isPersistent: true };

describe("the sign that says what is saved", () => {
  it("says so where everything is on the server's disk", () => {
    assert.deepEqual(pick(ONLINE), ["saved", "Saved"]);
  });

  it("says how much is on its way", () => {
    assert.deepEqual(pick({ ...ONLINE, unsaved: 3 }), ["wait", "Saving 3 …"]);
  });

  it("says how much is kept on this device where there is no connection", () => {
    assert.deepEqual(pick({ ...ONLINE, status: "offline", unsaved: 2 }), ["kept", "Offline: 2 kept"]);
  });

  it("warns where the browser keeps nothing", () => {
    const sign = saveSign({ ...ONLINE, status: "reconnecting", unsaved: 2, isPersistent: false });

    assert.equal(sign.kind, "risk");
    assert.match(sign.detail, /2 changes not saved.*keeps nothing/);
  });

  it("says why the server did not take the last change", () => {
    const sign = saveSign({ ...ONLINE, problem: "This board is full." });

    assert.deepEqual([sign.kind, sign.detail], ["risk", "This board is full."]);
  });

  it("says nothing of being saved before the board has come, or without a connection", () => {
    for (const facts of [{ isLive: false }, { status: "reconnecting" }, { status: "refused" }] as const) {
      assert.notEqual(saveSign({ ...ONLINE, ...facts }).kind, "saved");
    }
  });

  function pick(facts: SaveFacts): readonly string[] {
    const { kind, text } = saveSign(facts);
    return [kind, text];
  }
});

describe("the words for a connection", () => {
  const AT_WORK = { hasBeenOnline: true, canEdit: true };
  const NEW = { hasBeenOnline: false, canEdit: false };

  it("tell when the next attempt is made", () => {
    assert.match(connectionWords("reconnecting", { retryInMs: 4200 }, AT_WORK), /lost.*Next attempt in 5 s/);
  });

  it("tell a server that was never reached from one that was lost", () => {
    assert.match(connectionWords("reconnecting", {}, NEW), /cannot be reached/);
  });

  it("promise drawing to those only who may draw", () => {
    assert.match(connectionWords("offline", {}, AT_WORK), /go on drawing/);
    for (const status of ["offline", "reconnecting"] as const) {
      assert.doesNotMatch(connectionWords(status, {}, NEW), /drawing/);
    }
  });

  it("tell what to do about an invitation that has ended", () => {
    const door = closedDoor({ code: "GRANT_EXPIRED", detail: "GRANT_EXPIRED: It has ended." });

    assert.equal(door.isAboutInvitation, true);
    assert.match(door.text, /new link/);
  });

  it("ask for a token where the server takes no guests, or not the one that was brought", () => {
    const expired = { code: "525", detail: "TOKEN_EXPIRED: It has ended." };

    assert.equal(closedDoor({ code: "4503", detail: "GUESTS_REFUSED: No guests." }).isAboutToken, true);
    assert.equal(closedDoor(expired, { hasOwnToken: true }).isAboutToken, true);
    assert.equal(closedDoor(expired).isAboutToken, false);
  });

  it("find the code in front of a sentence", () => {
    assert.match(closedDoor({ code: "525", detail: "BOARD_CLOSED: No." }).title, /invited people/);
    assert.match(closedDoor({ code: "525", detail: "GRANT_INVALID: No." }).text, /withdrawn/);
    assert.match(closedDoor({ code: "4505", detail: "" }).text, /withdrawn/);
  });

  it("leave what they do not know to the server's own sentence", () => {
    assert.equal(closedDoor({ code: "SOMETHING", detail: "SOMETHING: The moon is full." }).text, "The moon is full.");
  });

  it("tell a person why a change was refused, without its code", () => {
    assert.equal(refusalWords({ code: "FORBIDDEN", detail: "This is locked." }), "Not saved: This is locked.");
    assert.match(refusalWords({ code: "FULL", detail: "" }), /Delete something/);
  });
});
