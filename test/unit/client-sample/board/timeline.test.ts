import assert from "node:assert/strict";
import { momentText } from "../../../../client-sample/src/board/history/time-words.ts";
import { placeOf, REPLAY_STEP_MS, replayStride, seqAt } from "../../../../client-sample/src/board/history/timeline.ts";
import type { Step } from "../../../../client-sample/src/board/history/words.ts";

const STEPS: readonly Step[] = [4, 5, 9].map((seq) => ({ seq, ts: seq, userId: "ada", effects: [] }));

describe("the time of a board", () => {
  const places: readonly [seq: number, place: number][] = [
    [3, 0],
    [4, 1],
    [5, 2],
    [7, 2],
    [9, 3],
    [12, 3],
  ];
  for (const [seq, place] of places) {
    it(`has entry ${seq} at place ${place}`, () => {
      assert.equal(placeOf(STEPS, seq), place);
    });
  }

  it("has the state before the first step at place 0", () => {
    assert.deepEqual(
      [0, 1, 3].map((place) => seqAt(STEPS, place)),
      [3, 4, 9],
    );
    assert.equal(seqAt([], 0), 0);
  });

  it("replays every step of a short history", () => {
    assert.equal(replayStride(100), 1);
  });

  it("replays a long one in less than half a minute", () => {
    const pictures = 50_000 / replayStride(50_000);

    assert.ok(pictures * REPLAY_STEP_MS < 30_000);
  });

  it("tells a moment of today by its time, of this week by its day, of before by its date", () => {
    const nowMs = new Date(2026, 4, 20, 18).getTime();
    const texts = [new Date(2026, 4, 20, 14, 32), new Date(2026, 4, 18, 14, 32), new Date(2026, 2, 3, 14, 32)].map(
      (at) => momentText(at.getTime(), nowMs),
    );

    assert.match(texts[0] ?? "", /^0?2:32|^14:32/);
    assert.match(texts[1] ?? "", /Mon/);
    assert.match(texts[2] ?? "", /Mar/);
  });
});
