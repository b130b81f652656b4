import assert from "node:assert/strict";
import fc from "fast-check";
import * as Y from "yjs";
import { isShape } from "../../rooms/whiteboard/rules/board.ts";
import { isSame } from "../../src/client/same.ts";
import { type Draft, draft, edit } from "../support/model/actions.ts";
import { PRODUCT } from "../support/model/variant.ts";
import { World } from "../support/model/world.ts";

const RUNS = 2000;
const ME = 0;

/** What is undone must fit into a push again, so there are no big shapes. */
const smallDraft = draft.filter((one) => one.t !== "create" || !one.isBig);

/** An edit, and whether everything is delivered after it. */
interface Edit {
  readonly drafts: readonly Draft[];
  readonly settles: boolean;
}

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({ drafts: fc.array(smallDraft, { minLength: 1, maxLength: 3 }), settles: fc.boolean() }),
  { maxLength: 20, size: "max" },
);

/** Edits without rich text, of which nothing is ever taken away. */
const undoable = fc.array(
  fc.array(
    smallDraft.filter(({ t }) => t !== "y"),
    { minLength: 1, maxLength: 3 },
  ),
  { maxLength: 20, size: "max" },
);

const newShape: Draft = { t: "create", shared: undefined, value: 0, isBig: false };
/** In one push a shape is deleted, and another that it lay in is put into it. */
const INTO_THE_DELETED: [Draft[][], Draft[][]] = [
  [],
  [
    [newShape, { t: "set", g: "pos", pick: 0, value: 0 }],
    [{ t: "tree", pick: 0, parent: 15 }],
    [
      { t: "set", g: "pos", pick: 21, value: 0 },
      { t: "del", pick: 0 },
      { t: "tree", pick: 1, parent: 0 },
    ],
  ],
];
/** In one push a shape is deleted, and another takes its place in the order. */
const A_PLACE_THAT_WAS_FREED: [Draft[][], Draft[][]] = [
  [
    [{ t: "set", g: "pos", pick: 0, value: 0 }],
    [newShape],
    [newShape, { t: "restore", pick: 0 }],
    [{ t: "tree", pick: 23, parent: 0 }],
  ],
  [
    [newShape],
    [
      { t: "tree", pick: 26, parent: null },
      { t: "tree", pick: 23, parent: 0 },
      { t: "del", pick: 2 },
    ],
  ],
];

describe("undo and redo of somebody who is alone", function () {
  this.timeout(0); // computes only, which no timeout cuts short, and gives way to whatever else runs

  it("[CLI6] end where they began, whatever was delivered in between", () => {
    fc.assert(
      fc.property(edits, fc.integer({ min: 1, max: 20 }), fc.infiniteStream(fc.boolean()), (made, most, settles) => {
        const world = new World(PRODUCT);
        for (const one of made) {
          edit(world, ME, one.drafts);
          if (one.settles) world.settle();
        }
        const before = seen(world);

        const undone = turn(world, "undo", most, settles);
        const redone = turn(world, "redo", undone, settles);

        assert.equal(redone, undone);
        assert.ok(isSame(seen(world), before));
        world.settle();
        assert.ok(isSame(seen(world), before));
      }),
      { numRuns: RUNS },
    );
  });

  it("[CLI6] lead back to what was there before", () => {
    fc.assert(
      fc.property(undoable, undoable, (before, after) => {
        const world = new World(PRODUCT);
        for (const drafts of before) edit(world, ME, drafts);
        world.settle();
        const start = seen(world);
        for (const drafts of after) edit(world, ME, drafts);

        while (!isSame(seen(world), start) && world.turn(ME, "undo"));

        assert.ok(isSame(seen(world), start));
      }),
      { numRuns: RUNS, examples: [INTO_THE_DELETED, A_PLACE_THAT_WAS_FREED] },
    );
  });
});

function turn(world: World, direction: "undo" | "redo", most: number, settles: Iterator<boolean>): number {
  let turned = 0;
  while (turned < most && world.turn(ME, direction)) {
    turned++;
    if (settles.next().value) world.settle();
  }
  return turned;
}

/**
 * The shapes that are there, without who wrote them when. Parents are left out: a shape that comes back before its parent is
 * in none.
 */
function seen(world: World): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    [...world.client(ME).replica.entries()].flatMap(([id, record]) => {
      if (!isShape(record)) return [];
      const { type, g, rich = [] } = record;
      return [[id, { type, g: { ...g, ...(g.tree && { tree: { ...g.tree, parentId: null } }) }, text: textOf(rich) }]];
    }),
  );
}

/** The letters of a text: words that come back may stand on the other side of their neighbours. */
function textOf(rich: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const update of rich) Y.applyUpdate(doc, update);
  return [...doc.getText("text").toString()].sort().join("");
}
