import assert from "node:assert/strict";
import type { Mark } from "../../../src/op-log/codec.ts";
import { keptMarks } from "../../../src/op-log/marks.ts";

const NOW_MS = 10_000;

describe("the marks of clients", () => {
  it("[LOG3] are kept for as long as a client may be away", () => {
    const kept = keptMarks(
      marksOf({ away: 9000, gone: 8999 }),
      { maxAgeMs: 1000, minClients: 0, maxClients: 10 },
      NOW_MS,
    );

    assert.deepEqual([...kept.keys()], ["away"]);
  });

  it("[LOG8] are kept of so many clients, those heard of last", () => {
    const marks = marksOf({ oldest: 1, newest: 4, older: 2, newer: 3 });

    const kept = keptMarks(marks, { maxAgeMs: NOW_MS, minClients: 0, maxClients: 2 }, NOW_MS);

    assert.deepEqual([...kept.keys()].sort(), ["newer", "newest"]);
  });

  it("are a copy, as they were then", () => {
    const marks = marksOf({ a: 9000 });
    const kept = keptMarks(marks, { maxAgeMs: NOW_MS, minClients: 0, maxClients: 10 }, NOW_MS);

    marks.set("b", mark(9000));

    assert.deepEqual([...kept], [["a", mark(9000)]]);
  });
});

describe("marks under a clock that is wrong", () => {
  it("[LOG3] are kept of the clients that were heard of last, however old they seem", () => {
    const kept = keptMarks(marksOf({ a: 1, b: 2, c: 3 }), { maxAgeMs: 1, minClients: 2, maxClients: 10 }, NOW_MS);

    assert.deepEqual([...kept.keys()].sort(), ["b", "c"]);
  });
});

function marksOf(times: Readonly<Record<string, number>>): Map<string, Mark> {
  return new Map(Object.entries(times).map(([clientId, ts]) => [clientId, mark(ts)]));
}

function mark(ts: number): Mark {
  return { n: 1, seq: ts, outcome: "commit", owner: "", ts };
}
