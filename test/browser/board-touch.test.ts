import assert from "node:assert/strict";
import { decodeGeom } from "../../client-sample/src/board/model/packed-points.ts";
import {
  type BoardPage,
  type BoardTest,
  isDark,
  isLight,
  openBoardTest,
  PHONE,
  type Place,
} from "../support/board-page.ts";
import { Glass } from "../support/glass.ts";

describe("the board by touch, on a phone, and by pen", function () {
  this.timeout(60_000);
  let test: BoardTest;
  let board: BoardPage;
  let glass: Glass;
  before(async () => {
    test = await openBoardTest();
  });
  after(() => test.close());
  beforeEach(async () => {
    board = await test.open({ size: PHONE, isTouch: true });
    glass = new Glass(board);
  });
  afterEach(() => board.close());

  /** The tools are tapped as fingers do it. */
  const take = async (tool: string): Promise<void> => {
    const button = board.page.locator(`#tools [data-tool="${tool}"]`);
    if (!(await button.isVisible())) await glass.tapOn(board.page.locator('#tools [aria-label="Shapes"]'));
    await glass.tapOn(button);
  };

  it("a finger draws with the pen", async () => {
    await take("pen");
    await glass.drag(WAVE);
    await board.seen([0, 0], isDark);
    await board.picture("phone-pen");

    const [kept] = (await board.saved()).values();
    assert.equal(kept?.type, "stroke");
    assert.equal((await board.shapes()).length, 1);
  });

  it("shapes stand in a drawer and are drawn with a finger", async () => {
    await glass.tapOn(board.page.locator('#tools [aria-label="Shapes"]'));
    await board.picture("phone-drawer");
    await take("rect");
    await glass.drag([
      [-100, -60],
      [60, 60],
    ]);
    await take("arrow");
    await glass.drag([
      [-100, 120],
      [100, 150],
    ]);
    await board.picture("phone-shapes");

    const rect = await board.only("rect");
    await board.only("arrow");
    assert.deepEqual(
      [rect.pos, rect.size],
      [
        { x: -20, y: 0, r: 0 },
        { w: 160, h: 120 },
      ],
    );
    assert.equal((await board.saved()).size, 2);
  });

  it("two fingers zoom and move the board, and draw nothing", async () => {
    await take("pen");
    const [middle] = await board.screen([[0, 0]]);
    assert.ok(middle);
    const { x, y } = middle;
    await glass.pinch(
      [
        { x: x - 40, y },
        { x: x - 80, y: y + 50 },
      ],
      [
        { x: x + 40, y },
        { x: x + 80, y: y + 50 },
      ],
    );
    const { zoom } = await board.camera();
    const [moved] = await board.screen([[0, 0]]);

    assert.ok(Math.abs(zoom - 2) < 0.1, `twice as near: ${zoom}`);
    assert.ok(moved && Math.hypot(moved.x - x, moved.y - y - 50) < 6, "the board stays under the fingers");
    assert.equal((await board.saved()).size, 0);
  });

  it("a tap selects, a finger drags what it touches, beside it nothing is selected", async () => {
    await take("rect");
    await glass.drag([
      [-80, -60],
      [80, 60],
    ]);
    const { id } = await board.only("rect");
    await glass.tap([0, 250]);
    const none = await board.selection();
    await glass.tap([-80, 0]);
    const selected = await board.selection();
    await board.picture("phone-selected");
    await glass.drag([
      [0, 0],
      [20, 100],
    ]);

    assert.deepEqual([none, selected], [[], [id]]);
    assert.deepEqual((await board.saved()).get(id)?.g.pos, { x: 20, y: 100, r: 0 });
  });

  it("a button deletes what is selected, and is there only then", async () => {
    await take("rect");
    await glass.drag([
      [-80, -60],
      [80, 60],
    ]);
    const button = board.page.getByRole("button", { name: "Delete what is selected" });
    await board.picture("phone-delete");
    await glass.tapOn(button);
    await button.waitFor({ state: "hidden" });
    const gone = (await board.saved()).size;
    await glass.tapOn(board.page.locator("#undo"));

    assert.deepEqual([gone, (await board.saved()).size], [0, 1]);
    assert.equal(await button.isVisible(), false);
  });

  it("a long press opens the menu of what lies there, and does not move it", async () => {
    await take("rect");
    await glass.drag([
      [-80, -60],
      [80, 60],
    ]);
    const { id } = await board.only("rect");
    const lift = await glass.press([-80, 0]);
    await board.page.getByRole("menuitem", { name: "Duplicate" }).waitFor();
    await lift();
    await board.picture("phone-menu");
    await glass.tapOn(board.page.getByRole("menuitem", { name: "Duplicate" }));

    const kept = await board.saved();
    assert.equal(kept.size, 2);
    assert.deepEqual(kept.get(id)?.g.pos, { x: 0, y: 0, r: 0 });
  });

  it("a note and a text are placed with a tap and written in", async () => {
    await take("note");
    await glass.tap([0, -100]);
    await board.writing();
    await board.picture("phone-writing");
    await board.write("A note");
    await take("text");
    await glass.tap([-120, 120]);
    await board.write("Some words");
    await board.picture("phone-words");

    const [note, text] = [await board.only("note"), await board.only("text")];
    await board.saved();
    assert.deepEqual([board.words(note.id), board.words(text.id)], ["A note", "Some words"]);
  });

  it("the eraser and the colours are within reach", async () => {
    await take("pen");
    await glass.tapOn(board.page.locator("#style-button"));
    await board.picture("phone-style");
    await glass.tapOn(board.page.locator('#style-panel [aria-label="Colour: Red"]'));
    await glass.drag(WAVE);
    const red = (await board.only("stroke")).style.color;
    await take("eraser");
    await glass.drag(
      [
        [0, -150],
        [0, 150],
      ],
      12,
    );

    assert.equal(red, "red");
    assert.equal((await board.saved()).size, 0);
  });

  it("a pen draws as wide as it presses", async () => {
    await take("pen");
    await glass.tapOn(board.page.locator("#style-button"));
    await glass.tapOn(board.page.locator('#style-panel [aria-label="Width: Thick"]'));
    const count = 40;
    const places = Array.from({ length: count }, (_, n): Place => [-120 + (n * 240) / (count - 1), 0]);
    await glass.draw(
      places,
      places.map((_, n) => 0.1 + (0.85 * n) / (count - 1)),
    );
    await board.seen([0, 0], isDark);
    await board.picture("phone-pressure");

    const [kept] = (await board.saved()).values();
    const points = decodeGeom(kept?.g.geom ?? new Uint8Array());
    const [light, firm] = [await thickness(-80), await thickness(90)];
    assert.ok((points[2] ?? 1) < 0.3 && (points.at(-1) ?? 0) > 0.8, "the pressures are kept");
    assert.ok(firm > light + 2, `${light} pixels where it presses lightly, ${firm} where it presses firmly`);
  });

  it("the page is dark where the system is", async () => {
    await take("note");
    await glass.tap([0, -100]);
    await board.write("By night");
    await take("pen");
    await glass.drag(WAVE);
    await board.page.emulateMedia({ colorScheme: "dark" });
    await board.seen([0, 0], isLight);
    await board.seen([0, 250], isDark);
    await board.picture("phone-dark");
    await board.page.emulateMedia({ colorScheme: null });

    assert.equal((await board.saved()).size, 2);
  });

  it("never threw on any page", () => {
    assert.deepEqual(test.browser.problems, []);
  });

  /** How many pixels from top to bottom the stroke along the middle has there. */
  const thickness = async (x: number): Promise<number> =>
    (await board.pixels({ x, y: -20, w: 1, h: 40 })).filter(isDark).length;
});

/** Goes through the middle of the board. */
const WAVE: readonly Place[] = Array.from(
  { length: 21 },
  (_, n): Place => [-100 + n * 10, Math.sin((n - 10) / 3) * 50],
);
