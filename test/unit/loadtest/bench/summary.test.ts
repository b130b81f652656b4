import assert from "node:assert/strict";
import { markdownTable, percentile, type Sample, spreadOf } from "../../../../loadtest/bench/summary.ts";

describe("the spread of a benchmark's figures", () => {
  it("takes the middle one of an odd number", () => {
    assert.deepEqual(spreadOf([9, 1, 2]), { min: 1, median: 2, max: 9 });
  });

  it("takes the mean of the two middle ones of an even number", () => {
    assert.deepEqual(spreadOf([4, 1, 2, 8]), { min: 1, median: 3, max: 8 });
  });

  it("is not there without figures", () => {
    assert.equal(spreadOf([]), undefined);
  });
});

describe("a percentile", () => {
  it("is not exceeded by its share of the values", () => {
    const values = Array.from({ length: 200 }, (_, index) => index + 1);

    assert.deepEqual([percentile(values, 0.5), percentile(values, 0.99)], [100, 198]);
  });

  it("of one value is that value", () => {
    assert.equal(percentile([7], 0.5), 7);
  });

  it("of nothing is no number", () => {
    assert.equal(percentile([], 0.99), Number.NaN);
  });
});

describe("the table of a benchmark", () => {
  it("compares with the reference of the same round", () => {
    const samples = [
      ...round(1, { arena: 50, colyseus: 100 }),
      ...round(2, { arena: 300, colyseus: 400 }),
      ...round(3, { arena: 180, colyseus: 200 }),
    ];

    const rows = markdownTable(samples, "colyseus").split("\n").slice(2);

    assert.deepEqual(rows, [
      "| cost | Arena | **180** (50.0 to 300) | **0.75** (0.50 to 0.90) |",
      "| cost | plain Colyseus | **200** (100 to 400) |  |",
    ]);
  });

  it("names the reference in its head", () => {
    const [head] = markdownTable([], "hocuspocus").split("\n");

    assert.equal(head, "| what | server | median (min to max) | ÷ hocuspocus, round by round |");
  });

  it("leaves a ratio out where there is nothing to divide by", () => {
    const samples = [...round(1, { arena: 5, colyseus: 0 }), ...round(2, { arena: 5 })];

    const [arena] = markdownTable(samples, "colyseus").split("\n").slice(2);

    assert.equal(arena, "| cost | Arena | **5.00** (5.00 to 5.00) |  |");
  });
});

function round(number: number, values: { readonly arena: number; readonly colyseus?: number }): Sample[] {
  const { arena, colyseus } = values;
  const sample = { name: "cost", round: number };
  return [
    { ...sample, peer: "arena", value: arena },
    ...(colyseus === undefined ? [] : [{ ...sample, peer: "colyseus" as const, value: colyseus }]),
  ];
}
