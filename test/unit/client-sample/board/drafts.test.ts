import assert from "node:assert/strict";
import { OthersDrafts } from "../../../../client-sample/src/board/drafts/others-drafts.ts";
import { OwnDrafts } from "../../../../client-sample/src/board/drafts/own-drafts.ts";
import type { Draft } from "../../../../client-sample/src/board/words.ts";
import type { BoardRecord } from "../../../../rooms/whiteboard/rules/board.ts";
import type { EphemeralListener } from "../../../../src/client/client.ts";
import { manualClock } from "../../../../src/clock/clock.ts";

/** A page that sees what others do: its frames are made by hand. */
function watcher() {
  const clock = manualClock();
  const shown = new Map<string, Draft>();
  const records = new Map<string, BoardRecord>();
  let tell: EphemeralListener = () => {};
  let frame: (() => void) | undefined;
  let changed: (ids: readonly string[]) => void = () => {};
  const drafts = new OthersDrafts({
    clock,
    ephemeral: {
      onChange: (listener) => {
        tell = listener;
        return () => {};
      },
    },
    scene: { setDraft: (owner, draft) => void (draft ? shown.set(owner, draft) : shown.delete(owner)) },
    document: {
      get: (id) => records.get(id),
      onChange: (listener) => {
        changed = listener;
        return () => {};
      },
    },
    everyFrame: (run) => {
      frame = run;
      return () => {
        frame = undefined;
      };
    },
  });
  return {
    clock,
    shown: () => [...shown.values()],
    say: (key: string, value: unknown, sessionId = "s") => tell(sessionId, key, value),
    put: (id: string, x: number) => {
      records.set(id, {
        type: "rect",
        g: { pos: { x, y: 0, r: 0 }, size: { w: 10, h: 10 } },
        rev: { pos: x },
        by: "",
        at: 0,
      });
      changed([id]);
    },
    pass: (ms: number) => {
      clock.advance(ms);
      frame?.();
    },
    isRunning: () => frame !== undefined,
    drafts,
  };
}

function moved(dx: number) {
  const lead = { pos: { x: 0, y: 0, r: 0 }, size: { w: 10, h: 10 } };
  return { t: "transform", ids: ["a"], transform: { t: "move", dx, dy: 0 }, lead };
}

function ink(id: string, count: number) {
  return { id, style: {}, points: Array.from({ length: count * 3 }, (_, n) => (n % 3 === 2 ? 0.5 : n)) };
}

describe("others' drafts", () => {
  it("move from where the shape is to where it is dragged", () => {
    const { say, put, pass, shown } = watcher();
    put("a", 0);
    say("draft", moved(100));

    pass(50);
    const [underway] = shown();
    pass(100);
    const [there] = shown();

    const wayOf = (draft: Draft | undefined) =>
      draft?.t === "transform" && draft.transform.t === "move" ? draft.transform.dx : 0;
    assert.ok(wayOf(underway) > 0 && wayOf(underway) < 100);
    assert.equal(wayOf(there), 100);
  });

  it("do not move a shape twice whose record has come already", () => {
    const { say, put, pass, shown } = watcher();
    put("a", 0);
    say("draft", moved(100));
    pass(200);

    put("a", 60);

    assert.deepEqual(shown(), [{ t: "transform", ids: ["a"], transform: { t: "move", dx: 40, dy: 0 } }]);
  });

  it("stay after their end until the record has come", () => {
    const { say, put, pass, shown, isRunning } = watcher();
    put("a", 0);
    say("draft", moved(100));
    pass(200);
    say("draft", null);
    pass(500);
    assert.equal(shown().length, 1);

    put("a", 100);

    assert.deepEqual(shown(), []);
    assert.equal(isRunning(), false);
  });

  it("end a second after their end where nothing comes of them", () => {
    const { say, put, pass, shown } = watcher();
    put("a", 0);
    say("draft", moved(100));
    say("draft", null);

    pass(1001);

    assert.deepEqual(shown(), []);
  });

  it("show a stroke as it grows, part by part", () => {
    const { say, pass, shown } = watcher();
    say("ink:0", ink("i", 100));
    pass(200);
    say("ink:1", ink("i", 50));

    pass(200);

    const [draft] = shown();
    assert.ok(draft?.t === "shape" && draft.id === "i" && (draft.g.size?.w ?? 0) > 290);
  });

  it("show nothing of a stroke whose beginning is missing", () => {
    const { say, pass, shown } = watcher();
    say("ink:1", ink("i", 50));

    pass(200);

    assert.deepEqual(shown(), []);
  });

  it("keep a stroke while the next one is drawn, until its record has come", () => {
    const { say, put, pass, shown } = watcher();
    say("ink:0", ink("i", 10));
    pass(200);
    say("ink:0", ink("j", 10));
    pass(200);
    const both = shown().length;

    put("i", 5);

    assert.deepEqual([both, shown().length], [2, 1]);
  });

  it("of one person do not end those of another", () => {
    const { say, pass, shown } = watcher();
    say("ink:0", ink("i", 10), "one");
    say("ink:0", ink("j", 10), "other");
    say("ink:0", null, "one");

    pass(1001);

    assert.equal(shown().length, 1);
  });
});

describe("own drafts", () => {
  function own() {
    const clock = manualClock();
    const said = new Map<string, unknown>();
    let here: Draft | undefined;
    const drafts = new OwnDrafts(
      {
        setDraft: (_, draft) => {
          here = draft;
        },
      },
      { set: (key, value) => void said.set(key, value) },
      clock,
    );
    return { clock, said, drafts, here: () => here };
  }
  const move: Draft = { t: "transform", ids: ["a"], transform: { t: "move", dx: 1, dy: 0 } };

  it("are shown here and told to the others", () => {
    const { drafts, said, here } = own();

    drafts.show(move);

    assert.deepEqual([here(), said.get("draft")], [move, move]);
  });

  it("end here at once, and for the others when they have seen the end of it", () => {
    const { drafts, said, here, clock } = own();
    drafts.show(move);

    drafts.end();

    assert.deepEqual([here(), said.get("draft")], [undefined, move]);
    clock.advance(200);
    assert.equal(said.get("draft"), null);
  });

  it("end for all at once where nothing comes of them", () => {
    const { drafts, said } = own();
    drafts.show(move);

    drafts.cancel();

    assert.equal(said.get("draft"), null);
  });

  it("send only the part of a stroke that still changes", () => {
    const { drafts, said } = own();
    const points = (count: number) => Array.from({ length: count * 3 }, () => 1);
    drafts.ink({ id: "i", style: {}, points: points(150) }, move);
    said.clear();

    drafts.ink({ id: "i", style: {}, points: points(160) }, move);

    assert.deepEqual([...said.keys()], ["ink:1"]);
  });

  it("of more shapes than fit into a value name as many as do", () => {
    const { drafts, said } = own();
    const ids = Array.from({ length: 5000 }, (_, n) => `shape-${n}`.padEnd(16, "x"));

    drafts.show({ ...move, ids });

    assert.ok(JSON.stringify(said.get("draft")).length < 4000);
  });
});
