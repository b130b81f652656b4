import assert from "node:assert/strict";
import fc from "fast-check";
import { isShape } from "../../rooms/whiteboard/rules/board.ts";
import { isSame } from "../../src/client/same.ts";
import { type Draft, draft, edit } from "../support/model/actions.ts";
import { PRODUCT } from "../support/model/variant.ts";
import { World } from "../support/model/world.ts";

const RUNS = 2000;
const ME = 0;

/** An edit, and whether everything is delivered after it. */
interface Edit {
  readonly drafts: readonly Draft[];
  readonly settles: boolean;
}

const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({ drafts: fc.array(draft, { minLength: 1, maxLength: 3 }), settles: fc.boolean() }),
  { maxLength: 20, size: "max" },
);

describe("undo and redo of somebody who is alone", function () {
  this.timeout(60_000);

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
});

function turn(world: World, direction: "undo" | "redo", most: number, settles: Iterator<boolean>): number {
  let turned = 0;
  while (turned < most && world.turn(ME, direction)) {
    turned++;
    if (settles.next().value) world.settle();
  }
  return turned;
}

/** The shapes that are there, without who wrote them when. */
function seen(world: World): Readonly<Record<string, unknown>> {
  const shapes = [...world.client(ME).replica.entries()].filter(([, record]) => isShape(record));
  return Object.fromEntries(
    shapes.map(([id, record]) => [id, isShape(record) && { type: record.type, g: record.g, rich: record.rich ?? [] }]),
  );
}
