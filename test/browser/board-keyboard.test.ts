import assert from "node:assert/strict";
import { type BoardPage, type BoardTest, openBoardTest } from "../support/board-page.ts";

describe("the board by keyboard alone", function () {
  this.timeout(60_000);
  let test: BoardTest;
  let board: BoardPage;
  before(async () => {
    test = await openBoardTest();
  });
  after(() => test.close());
  beforeEach(async () => {
    board = await test.open();
    await board.page.keyboard.press("Tab");
  });
  afterEach(() => board.close());

  const press = async (...keys: readonly string[]): Promise<void> => {
    for (const key of keys) await board.page.keyboard.press(key);
  };
  const kinds = async (): Promise<readonly string[]> => (await board.shapes()).map(({ kind }) => kind);
  const focused = (): Promise<string> => board.page.evaluate(() => document.activeElement?.id ?? "");

  it("each tool has its letter", async () => {
    const tools: string[] = [];
    for (const key of ["h", "p", "e", "r", "o", "l", "a", "n", "t", "v"]) {
      await press(key);
      tools.push(await board.tool());
    }

    assert.equal(await focused(), "canvas");
    assert.deepEqual(tools, ["hand", "pen", "eraser", "rect", "ellipse", "line", "arrow", "note", "text", "select"]);
  });

  it("Enter places what the tool makes in the middle, and what takes words is written in", async () => {
    await press("r", "Enter", "o", "Enter", "l", "Enter", "a", "Enter", "n", "Enter");
    await board.write("By keys");
    await press("t", "Enter");
    await board.write("Words");
    await board.picture("keyboard-placed");

    const note = await board.only("note");
    assert.deepEqual(await kinds(), ["rect", "ellipse", "line", "arrow", "note", "text"]);
    assert.equal((await board.saved()).size, 6);
    assert.equal(board.words(note.id), "By keys");
  });

  it("Enter opens the words of what is selected, and Escape goes back to the board", async () => {
    await press("r", "Enter", "Enter");
    await board.write("In a box");

    const rect = await board.only("rect");
    await board.saved();
    assert.equal(board.words(rect.id), "In a box");
    assert.deepEqual(await board.selection(), [rect.id]);
    assert.equal(await focused(), "canvas");
  });

  it("Tab walks through the shapes and out, and says what it has come to", async () => {
    await press("r", "Enter", "o", "Enter");
    const ids = (await board.shapes()).map(({ id }) => id);
    await press("Escape", "Tab");
    const outside = await focused();
    await press("Shift+Tab");
    const walked: (readonly string[])[] = [];
    for (let n = 0; n < 2; n++) {
      await press("Tab");
      walked.push(await board.selection());
    }
    const told = await board.page.locator("#announcer").textContent();
    await press("Shift+Tab");
    const back = await board.selection();

    assert.notEqual(outside, "canvas");
    assert.deepEqual(walked, [[ids[0]], [ids[1]]]);
    assert.match(told ?? "", /Ellipse, 2 of 2/);
    assert.deepEqual(back, [ids[0]]);
  });

  it("arrows move what is selected by one, with shift by ten, as one step of undo", async () => {
    await press("r", "Enter");
    const { id } = await board.only("rect");
    await press("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowDown", "Escape");
    const kept = (await board.saved()).get(id)?.g.pos;
    await press("Control+z");

    assert.deepEqual(kept, { x: 3, y: 10, r: 0 });
    assert.deepEqual((await board.saved()).get(id)?.g.pos, { x: 0, y: 0, r: 0 });
  });

  it("without anything selected arrows move the board", async () => {
    const before = await board.camera();
    await press("ArrowRight", "ArrowDown");

    const { view } = await board.camera();
    assert.deepEqual([view.x - before.view.x, view.y - before.view.y], [40, 40]);
  });

  it("keys duplicate, order, lock, delete, undo and redo", async () => {
    await press("r", "Enter");
    const [first] = await board.selection();
    await press("Control+d");
    const [second] = await board.selection();
    const order = async (): Promise<readonly string[]> => (await board.shapes()).map(({ id }) => id);
    await press("[");
    assert.deepEqual(await order(), [second, first]);
    await press("Shift+BracketRight");
    assert.deepEqual(await order(), [first, second]);
    await press("Control+Shift+l", "Delete");
    assert.equal((await board.saved()).size, 2);
    await press("Control+Shift+l", "Delete");
    assert.equal((await board.saved()).size, 1);
    await press("Control+z");
    assert.equal((await board.saved()).size, 2);
    await press("Control+Shift+z");
    assert.equal((await board.saved()).size, 1);
    await press("Control+a", "Delete");
    assert.equal((await board.saved()).size, 0);
  });

  it("keys copy, cut and paste", async () => {
    await press("r", "Enter", "Control+c", "Control+v");
    await board.until(
      () => board.shapes(),
      ({ length }) => length === 2,
      "it is pasted",
    );
    await press("Control+a", "Control+x");
    assert.equal((await board.saved()).size, 0);
    await press("Control+v");
    await board.until(
      () => board.shapes(),
      ({ length }) => length === 2,
      "both are back",
    );

    assert.equal((await board.saved()).size, 2);
  });

  it("keys zoom in, out, to full size and to everything", async () => {
    const zoom = async (): Promise<number> => (await board.camera()).zoom;
    await press("r", "Enter", "Escape", "+");
    await board.until(zoom, (now) => now > 1.05, "it is nearer");
    await press("0");
    await board.until(zoom, (now) => now === 1, "it is at full size");
    await press("-");
    await board.until(zoom, (now) => now < 0.95, "it is further away");
    await press("Shift+Digit1");

    await board.until(zoom, (now) => now === 1, "everything is seen, and no larger than it is");
  });

  it("Escape drops the selection first, and then the tool; in the midst of a stroke it leaves nothing behind", async () => {
    await press("r", "Enter", "Escape", "p");
    await board.page.mouse.move(300, 300);
    await board.page.mouse.down();
    await board.page.mouse.move(400, 400, { steps: 4 });
    await press("Escape");
    await board.page.mouse.up();
    const tool = await board.tool();
    await press("Escape");

    assert.equal(tool, "pen");
    assert.equal(await board.tool(), "select");
    assert.deepEqual(await kinds(), ["rect"]);
    await board.saved();
  });

  it("the menu key opens the menu of what is selected, arrows and Enter choose, and the board has the keys again", async () => {
    await press("r", "Enter", "Shift+F10");
    await board.page.getByRole("menuitem", { name: "Duplicate" }).waitFor();
    await board.picture("keyboard-menu");
    await press("ArrowDown", "ArrowDown", "ArrowDown", "Enter");

    assert.equal((await board.saved()).size, 2);
    assert.equal(await focused(), "canvas");
  });

  it("? opens the help with all shortcuts, and Escape closes it", async () => {
    await press("?");
    const help = board.page.getByRole("dialog");
    await help.waitFor();
    await board.picture("keyboard-help");
    await press("Escape");
    await help.waitFor({ state: "hidden" });

    assert.equal(await focused(), "canvas");
  });

  it("never threw on any page", () => {
    assert.deepEqual(test.browser.problems, []);
  });
});
