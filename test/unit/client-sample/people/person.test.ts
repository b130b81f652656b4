import assert from "node:assert/strict";
import {
  inOrder,
  type Listed,
  type PersonView,
  readListed,
  viewOf,
} from "../../../../client-sample/src/people/person.ts";
import { MAX_TEXT, readStatus, writeStatus } from "../../../../client-sample/src/people/status-text.ts";
import { isInvitable, placeToFollow } from "../../../../client-sample/src/people/ways.ts";
import { agoText, invitedText, stateText, whereText } from "../../../../client-sample/src/people/words.ts";
import type { UserPresence, UserSession } from "../../../../src/client/client.ts";

const LISTED: Listed = { name: "Ann", colour: 0, boards: [] };
const session = (room: string, roomId = `${room}-1`, status = ""): UserSession => ({
  nodeId: "n1",
  room,
  roomId,
  status,
});
const seen = (sessions: readonly UserSession[], listed: Partial<Listed> = {}): PersonView =>
  viewOf("ann", { ...LISTED, ...listed }, { online: true, sessions }, "me");

describe("a person on the page", () => {
  it("is in the lobby with a page that is in no game and on no board", () => {
    assert.equal(whereText(seen([session("people"), session("chat")]), 0), "in the lobby");
  });

  it("is in a game by its name, and in a private one without", () => {
    const view = seen([session("people"), session("arena", "x8_2")]);

    assert.match(whereText(view, 0), /^in the game [A-Z]\w+ [A-Z]\w+$/);
    assert.deepEqual(placeToFollow(view, { t: "lobby" }), { t: "game", roomId: "x8_2" });
    assert.equal(whereText(seen([session("arena", "")]), 0), "in a private game");
    assert.equal(placeToFollow(seen([session("arena", "")]), { t: "lobby" }), undefined);
  });

  it("is on the boards that their pages tell of, and on a board where they tell of none", () => {
    const board = session("whiteboard");

    assert.equal(whereText(seen([board], { boards: ["plans"] }), 0), "on the board plans");
    assert.equal(whereText(seen([board]), 0), "on a board");
    assert.equal(
      whereText(seen([board, session("arena", "")], { boards: ["plans"] }), 0),
      "in a private game and on the board plans",
    );
    assert.equal(whereText(seen([session("people")], { boards: ["plans"] }), 0), "in the lobby", "not on it yet");
  });

  it("is away when none of their pages is looked at, and says what any of them says", () => {
    const away = session("people", "p", "away: tea");

    assert.deepEqual(pick(seen([away, session("arena")])), { isAway: true, status: "tea" });
    assert.deepEqual(pick(seen([away, session("people")])), { isAway: false, status: "tea" });
    assert.deepEqual(pick(seen([away, session("people", "p", "busy")])), { isAway: false, status: "busy" });
    assert.deepEqual(pick(seen([session("arena")])), { isAway: false, status: "" });
  });

  it("is offline where nothing is known of them, with when they were last seen where that is", () => {
    const gone: UserPresence = { online: false, sessions: [], lastSeen: 1000 };

    assert.equal(whereText(viewOf("ann", LISTED, undefined, "me"), 0), "offline");
    assert.equal(whereText(viewOf("ann", LISTED, gone, "me"), 301_000), "last seen 5 minutes ago");
  });

  it("is invited where they are online and not here already", () => {
    const view = seen([session("arena", "a")]);

    assert.equal(isInvitable(view, { t: "game", roomId: "b" }), true);
    assert.equal(isInvitable(view, { t: "game", roomId: "a" }), false);
    assert.equal(isInvitable({ ...view, isOnline: false }, { t: "lobby" }), false);
    assert.equal(isInvitable({ ...view, isMe: true }, { t: "lobby" }), false);
  });

  const pick = ({ isAway, status }: PersonView): object => ({ isAway, status });
});

describe("people on the page", () => {
  it("come oneself first, then who is there, who is away, and who has gone, the last one first", () => {
    const of = (userId: string, rest: Partial<PersonView>): PersonView => ({
      ...seen([]),
      userId,
      name: userId,
      ...rest,
    });
    const gone = (userId: string, lastSeen: number) => of(userId, { isOnline: false, lastSeen });
    const people = [
      gone("old", 1),
      of("away", { isAway: true }),
      of("Zed", {}),
      gone("new", 2),
      of("bea", {}),
      of("me", { isMe: true }),
    ];

    assert.deepEqual(
      inOrder(people).map(({ userId }) => userId),
      ["me", "bea", "Zed", "away", "new", "old"],
    );
  });

  it("are read from whatever the server sends, and each has a colour", () => {
    const people = new Map<unknown, unknown>([
      ["a", { name: "Ann\u0000", boards: ["plans", 3] }],
      ["b", null],
      ["c", { name: {}, boards: 7 }],
    ]);
    const listed = readListed({ people });

    assert.deepEqual(
      [...listed.values()].map(({ name, boards }) => ({ name, boards })),
      [
        { name: "Ann", boards: ["plans"] },
        { name: "Guest", boards: [] },
        { name: "Guest", boards: [] },
      ],
    );
    assert.equal(new Set([...listed.values()].map(({ colour }) => colour)).size, 3);
    for (const state of [undefined, null, 7, {}, { people: 7 }]) assert.equal(readListed(state).size, 0);
  });

  it("have been seen some time ago, in one unit", () => {
    const minute = 60_000;

    assert.deepEqual([0, minute, 59 * minute, 60 * minute, 49 * 60 * minute].map(agoText), [
      "just now",
      "1 minute ago",
      "59 minutes ago",
      "1 hour ago",
      "2 days ago",
    ]);
  });
});

describe("an invitation", () => {
  it("says who invites to what", () => {
    const to = (invited: object): string =>
      invitedText({ id: "1", from: { userId: "ann" }, kind: "room", untilMs: 1, ...invited }, "Ann");

    assert.equal(to({ kind: "party" }), "Ann invites you to a party");
    assert.equal(to({ room: "whiteboard", roomId: "r", data: "plans" }), "Ann invites you to the board plans");
    assert.equal(to({ room: "arena", roomId: "K7M2QX" }), "Ann invites you to a private game");
    assert.match(to({ room: "arena", roomId: "x8_2" }), /^Ann invites you to the game \w+ \w+$/);
  });

  it("says what came of it, and why there is no seat", () => {
    const states = ["open", "accepted", "declined", "timedOut", "withdrawn", "unavailable"] as const;

    assert.equal(new Set(states.map((state) => stateText("Bea", state, undefined))).size, states.length);
    assert.equal(stateText("Bea", "timedOut", undefined), "Bea did not answer.");
    assert.equal(stateText("Bea", "unavailable", "ROOM_FULL"), "There is no seat left for Bea.");
  });
});

describe("a status", () => {
  it("is read as it was written", () => {
    for (const isAway of [false, true]) {
      for (const text of ["", "making tea", "away", "x".repeat(MAX_TEXT), "קפה ☕"]) {
        if (!isAway && text === "away") continue; // nobody can say that otherwise
        assert.deepEqual(readStatus(writeStatus({ isAway, text })), { isAway, text });
      }
    }
  });

  it("is at most 64 characters, one line, and no half of a character", () => {
    const written = writeStatus({ isAway: true, text: `a\nb\u202e${"🙂".repeat(60)}` });

    assert.ok(written.length <= 64);
    assert.match(written, /^away: ab(🙂)+$/u);
    assert.deepEqual(readStatus(7), { isAway: false, text: "" });
  });
});
