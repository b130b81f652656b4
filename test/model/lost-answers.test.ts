import assert from "node:assert/strict";
import { type BoardOp, isShape } from "../../rooms/whiteboard/rules/board.ts";
import type { Action } from "../support/model/actions.ts";
import { assertAtRest } from "../support/model/at-rest.ts";
import { run } from "../support/model/run.ts";
import { PRODUCT } from "../support/model/variant.ts";
import { World } from "../support/model/world.ts";

const [A, B] = [0, 1];
const create: BoardOp = { t: "create", id: "shape", type: "box", g: { style: { color: "black" } } };
const del: BoardOp = { t: "del", id: "shape" };

function paint(color: string): BoardOp {
  return { t: "set", id: "shape", g: "style", v: { color } };
}

describe("an answer that is lost", () => {
  let world: World;

  beforeEach(() => {
    world = new World(PRODUCT);
  });

  /** A's push is in the log, and B has it; the ack is on its way when A's connection breaks. */
  function pushWithoutAnswer(...ops: BoardOp[]): void {
    world.edit(A, ops);
    while (world.client(A).keep());
    world.deliverUp(A);
    world.server.takeBatch();
    world.server.fsync();
    while (world.deliverDown(B));
    world.drop(A);
  }

  function pushWithAnswer(who: number, ...ops: BoardOp[]): void {
    world.edit(who, ops);
    while (world.client(who).keep());
    world.deliverUp(who);
    world.server.takeBatch();
    world.server.fsync();
    while (world.deliverDown(who));
  }

  it("[CLI2] [BRD2] to a create does not bring back what another has deleted since", () => {
    pushWithoutAnswer(create);
    pushWithAnswer(B, del);

    world.connect(A);

    assert.deepEqual(shown(world), ["gone", "gone", "gone"]);
  });

  it("[CLI2] [BRD1] to a write does not put it over what another has written since", () => {
    pushWithAnswer(A, create);
    pushWithoutAnswer(paint("red"));
    pushWithAnswer(B, paint("blue"));

    world.connect(A);

    assert.deepEqual(shown(world), ["blue", "blue", "blue"]);
  });

  it("[CLI2] is given when the page was reloaded meanwhile, too", () => {
    pushWithoutAnswer(create);
    pushWithAnswer(B, del);

    world.reload(A, 0);

    assert.deepEqual(shown(world), ["gone", "gone", "gone"]);
    assert.equal(world.client(A).pendingEdits.length, 0);
  });
});

describe("a backup that is restored", () => {
  let world: World;

  /** Everybody has the shape, as it is in the backup; A painted it red after that, which is lost. */
  beforeEach(() => {
    world = new World(PRODUCT);
    world.edit(A, [create]);
    world.settle();
    world.backup();
    world.edit(A, [paint("red")]);
    world.settle();
  });

  /** B paints it with the first entry of the new history, which has the number that A's had in the old one. */
  function restoreAndPaint(): void {
    world.restore();
    world.comeBack(B);
    world.edit(B, [paint("blue")]);
    while (world.client(B).keep());
    world.deliverUp(B);
    world.server.takeBatch();
    world.server.fsync();
  }

  it("[CLI6] takes the ground from an undo that was pending", () => {
    world.drop(A);
    world.turn(A, "undo");

    restoreAndPaint();

    assert.deepEqual(shown(world), ["blue", "blue", "blue"]);
  });

  it("[CLI6] takes the ground from an undo that comes later", () => {
    restoreAndPaint();
    world.settle();

    world.turn(A, "undo");

    assert.deepEqual(shown(world), ["blue", "blue", "blue"]);
  });
});

/** What the model has found, shrunk. */
const FOUND: Readonly<Record<string, readonly Action[]>> = {
  "[CLI6] an undo of a create leaves it where another has written into it": [
    edit(A, { t: "y", pick: 0, value: 0 }),
    edit(A, { t: "set", g: "pos", pick: 0, value: 0 }),
    { do: "keep", who: A, times: 1 },
    { do: "up", who: A, times: 1 },
    { do: "undo", who: A },
    { do: "undo", who: A },
    { do: "tick" },
    { do: "fsync" },
    { do: "down", who: B, times: 1 },
    edit(B, { t: "y", pick: 0, value: 0 }),
  ],
  "[CLI6] an undo of a create that was refused leaves what another has created": [
    edit(B, { t: "create", shared: 0, value: 0, isBig: false }),
    edit(B, { t: "set", g: "pos", pick: 0, value: 0 }, { t: "tree", pick: 0, parent: null }),
    { do: "undo", who: B },
    { do: "undo", who: B },
    edit(A, { t: "create", shared: 0, value: 0, isBig: false }),
  ],
  "[OPL4] [CLI2] a slow client that is sent the document unasked takes it and settles its pushes": [
    { do: "slow", who: A, credit: 0 },
    edit(B, { t: "create", shared: undefined, value: 0, isBig: false }),
    { do: "keep", who: B, times: 1 },
    edit(A, { t: "set", g: "pos", pick: 0, value: 0 }),
    edit(A, { t: "y", pick: 0, value: 0 }),
    edit(A, { t: "tree", pick: 0, parent: null }),
    edit(A, { t: "create", shared: undefined, value: 0, isBig: false }),
    { do: "up", who: B, times: 1 },
  ],
  "[OPL2] [CLI2] a write that fails is told only to the connection that pushed it": [
    edit(A, { t: "del", pick: 0 }),
    { do: "keep", who: A, times: 1 },
    { do: "up", who: A, times: 1 },
    { do: "return", who: A },
    { do: "tick" },
    { do: "refuse" },
    edit(A, { t: "set", g: "pos", pick: 0, value: 0 }),
    edit(A, { t: "tree", pick: 0, parent: 0 }),
  ],
  "[OPL3] [CLI2] a write that fails is told where the push came from, whoever speaks for the client by then": [
    { do: "reopen", point: "before" },
    { do: "down", who: A, times: 1 },
    { do: "drop", who: A, isNoticed: false },
    edit(A, { t: "set", g: "pos", pick: 0, value: 0 }),
    { do: "connect", who: A },
    { do: "up", who: A, times: 1 },
    { do: "keep", who: A, times: 1 },
    { do: "down", who: A, times: 1 },
    { do: "up", who: A, times: 1 },
    { do: "ghost" },
    { do: "tick" },
    { do: "refuse" },
  ],
  "[OPL3] [CLI2] the ack of a slow client goes where the push came from, whoever speaks for the client by then": [
    edit(A, { t: "y", pick: 0, value: 0 }),
    { do: "drop", who: A, isNoticed: false },
    { do: "connect", who: A },
    { do: "drop", who: A, isNoticed: false },
    edit(B, { t: "set", g: "pos", pick: 0, value: 0 }),
    edit(B, { t: "del", pick: 0 }),
    edit(B, { t: "set", g: "pos", pick: 0, value: 0 }),
    { do: "keep", who: A, times: 1 },
    { do: "return", who: A },
    { do: "slow", who: A, credit: 0 },
    edit(B, { t: "set", g: "pos", pick: 0, value: 0 }),
    { do: "up", who: A, times: 1 },
  ],
  "[CLI2] an ack that is given again to a slow client does not name another's place": [
    edit(B, { t: "set", g: "pos", pick: 0, value: 0 }),
    edit(B, { t: "create", shared: undefined, value: 0, isBig: false }),
    { do: "keep", who: B, times: 2 },
    edit(A, { t: "create", shared: undefined, value: 0, isBig: false }),
    { do: "up", who: B, times: 2 },
    edit(A, { t: "set", g: "pos", pick: 0, value: 0 }),
    { do: "return", who: B },
    edit(A, { t: "del", pick: 0 }),
    edit(A, { t: "del", pick: 0 }),
    { do: "slow", who: B, credit: 0 },
  ],
  "[CLI2] the nack of a write that fails is not taken for that of a later push": [
    edit(
      A,
      { t: "create", shared: 1, value: 0, isBig: false },
      { t: "create", shared: undefined, value: 0, isBig: false },
    ),
    edit(A, { t: "create", shared: 1, value: 0, isBig: false }, { t: "set", g: "pos", pick: 0, value: 0 }),
    { do: "keep", who: A, times: 2 },
    { do: "up", who: A, times: 2 },
    edit(A, { t: "create", shared: 0, value: 0, isBig: false }),
    { do: "keep", who: A, times: 1 },
    { do: "down", who: A, times: 1 },
    { do: "tick" },
    { do: "refuse" },
    edit(A, { t: "set", g: "pos", pick: 0, value: 0 }),
    edit(2, { t: "create", shared: 0, value: 0, isBig: false }, { t: "y", pick: 0, value: 0 }),
    { do: "keep", who: 2, times: 1 },
    { do: "keep", who: A, times: 2 },
    { do: "up", who: 2, times: 1 },
    { do: "up", who: A, times: 1 },
    { do: "down", who: A, times: 2 },
  ],
};

describe("what the model has found", () => {
  for (const [title, actions] of Object.entries(FOUND)) {
    it(title, () => {
      assert.doesNotThrow(() => run(PRODUCT, actions));
    });
  }
});

/** What everybody sees in the end. */
function shown(world: World): readonly unknown[] {
  world.settle();
  assertAtRest(world);
  return world.clients.map(({ replica }) => {
    const shape = replica.get("shape");
    return isShape(shape) ? shape.g.style?.["color"] : "gone";
  });
}

function edit(who: number, ...drafts: Extract<Action, { readonly do: "edit" }>["drafts"]): Action {
  return { do: "edit", who, drafts };
}
