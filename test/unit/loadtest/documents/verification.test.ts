import assert from "node:assert/strict";
import {
  type BoardEvidence,
  type BotEvidence,
  mergeVerifications,
  type SeenEntry,
  verifyBoard,
} from "../../../../loadtest/documents/verification.ts";

const ENTRIES: readonly SeenEntry[] = [
  { seq: 1, clientId: "a", n: 1, marks: ["shape-1"] },
  { seq: 2, clientId: "b", n: 1, marks: [] },
  { seq: 3, clientId: "a", n: 2, marks: ["shape-2"] },
];
const A: BotEvidence = {
  name: "Load 0",
  clientIds: ["a"],
  acked: [
    { seq: 1, outcome: "commit", marks: ["shape-1"] },
    { seq: 3, outcome: "adjusted", marks: ["shape-2"] },
  ],
  refusals: [],
  unsaved: 0,
  digest: "same",
};
const B: BotEvidence = {
  ...A,
  name: "Load 1",
  clientIds: ["b"],
  acked: [{ seq: 2, outcome: "discard", marks: ["shape-3"] }],
};
const BOARD: BoardEvidence = { board: "board-0", digest: "same", entries: ENTRIES, bots: [A, B], flaws: [] };

describe("loadtest verification", () => {
  it("says what it looked at where all is well", () => {
    assert.deepEqual(verifyBoard(BOARD), {
      digests: { "board-0": "same" },
      documents: 2,
      pushes: 3,
      marks: 3,
      problems: [],
    });
  });

  it("takes an entry for a push that was taken while its bot was away", () => {
    const away = { ...A, acked: A.acked.map((push) => ({ ...push, seq: 3, outcome: "unknown" as const })) };

    assert.deepEqual(problemsWith({ bots: [away, B] }), []);
  });

  it("takes the entries of a bot that had to take another id", () => {
    const entries = ENTRIES.map((entry) => (entry.seq === 3 ? { ...entry, clientId: "a2", n: 1 } : entry));

    assert.deepEqual(problemsWith({ entries, bots: [{ ...A, clientIds: ["a", "a2"] }, B] }), []);
  });

  const broken: readonly [what: string, change: Partial<BoardEvidence>, problem: RegExp][] = [
    ["a document that differs", { bots: [{ ...A, digest: "other" }, B] }, /Load 0 does not see what a newcomer reads/],
    ["an entry that nobody saw", { entries: ENTRIES.filter(({ seq }) => seq !== 2) }, /entry 2 is missing/],
    [
      "an acknowledged push that is lost",
      { entries: ENTRIES.filter(({ seq }) => seq !== 3) },
      /Load 0 made shape-2, which was acknowledged and is lost/,
    ],
    [
      "a push that was taken twice",
      { entries: [...ENTRIES, { seq: 4, clientId: "a", n: 2, marks: [] }] },
      /push 2 of a is there twice: entries 3 and 4/,
    ],
    [
      "a push that came again under another number",
      { entries: [...ENTRIES, { seq: 4, clientId: "a", n: 3, marks: [] }] },
      /Load 0 has 2 acknowledgements and 3 entries/,
    ],
    [
      "a shape that was made twice",
      { entries: [...ENTRIES, { seq: 4, clientId: "c", n: 1, marks: ["shape-1"] }] },
      /shape-1 is there twice: entries 1 and 4/,
    ],
    [
      "an acknowledgement of somebody else's entry",
      { bots: [{ ...A, acked: [...A.acked, { seq: 2, outcome: "commit", marks: [] }] }, B] },
      /Load 0 has an acknowledgement of entry 2, which is not its own/,
    ],
    ["a refusal", { bots: [{ ...A, refusals: ["FORBIDDEN: no"] }, B] }, /Load 0 was refused: FORBIDDEN: no/],
    ["a push without an answer", { bots: [{ ...A, unsaved: 1 }, B] }, /Load 0 has no answer to 1 pushes/],
    ["a flaw of the document", { flaws: ["message 3 is out of order."] }, /message 3 is out of order/],
  ];
  for (const [what, change, problem] of broken) {
    it(`finds ${what}`, () => {
      assert.match(problemsWith(change).join("\n"), problem);
    });
  }

  it("adds several up, and finds that two newcomers read different things", () => {
    const merged = mergeVerifications([verifyBoard(BOARD), verifyBoard({ ...BOARD, digest: "other", bots: [] })]);

    assert.equal(merged.documents, 2);
    assert.deepEqual(merged.problems, ["board-0: two newcomers do not read the same."]);
  });

  it("names twenty problems and counts the others", () => {
    const flaws = Array.from({ length: 30 }, (_, n) => `flaw ${n}`);

    const { problems } = mergeVerifications([verifyBoard({ ...BOARD, flaws })]);

    assert.equal(problems.length, 21);
    assert.equal(problems.at(-1), "10 more.");
  });
});

function problemsWith(change: Partial<BoardEvidence>): readonly string[] {
  return verifyBoard({ ...BOARD, ...change }).problems;
}
