import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import type { Download } from "playwright-core";
import type { DebugShape } from "../../client-sample/src/board/board-debug.ts";
import {
  type BoardPage,
  type BoardTest,
  isBlue,
  isRed,
  openBoardTest,
  PICTURES,
  type Place,
} from "../support/board-page.ts";

describe("changing what is on the board by mouse", function () {
  this.timeout(60_000);
  let test: BoardTest;
  let board: BoardPage;
  before(async () => {
    test = await openBoardTest();
  });
  after(() => test.close());
  beforeEach(async () => {
    board = await test.open();
  });
  afterEach(() => board.close());

  /** Draws a rectangle, filled so that it can be taken hold of, and leaves it selected. */
  const drawRect = async (from: Place, to: Place, colour?: "Red" | "Blue"): Promise<DebugShape> => {
    await board.take("rect");
    await board.drag([from, to]);
    if (colour) await board.style("Fill", colour);
    const [id] = await board.selection();
    const drawn = (await board.shapes()).find((shape) => shape.id === id);
    assert.ok(drawn);
    return drawn;
  };
  const shapeOf = async (id: string): Promise<DebugShape> => {
    const shape = (await board.shapes()).find((one) => one.id === id);
    assert.ok(shape, "the shape is there");
    return shape;
  };
  const undo = (): Promise<void> => board.page.click("#undo");
  const redo = (): Promise<void> => board.page.click("#redo");

  it("who comes sees what is there, wherever it lies", async () => {
    await board.page.mouse.move(640, 300);
    await board.page.mouse.wheel(3000, 2000);
    await board.page.waitForFunction(() => window.boardDebug.camera.view.x > 2000);
    await drawRect([2950, 1950], [3050, 2050], "Red");
    await board.saved();

    await board.page.reload();

    await board.page.waitForFunction(() => window.boardDebug?.camera.view.x > 2000);
    await board.seen([3000, 2000], isRed);
  });

  it("a click selects, with shift it adds and takes away, beside everything it selects nothing", async () => {
    const one = await drawRect([-250, -50], [-100, 50], "Red");
    const other = await drawRect([100, -50], [250, 50], "Red");

    await board.click([-175, 0]);
    assert.deepEqual(await board.selection(), [one.id]);
    await board.click([175, 0], { held: ["Shift"] });
    assert.deepEqual(await board.selection(), [one.id, other.id]);
    await board.picture("two-selected");
    await board.click([-175, 0], { held: ["Shift"] });
    assert.deepEqual(await board.selection(), [other.id]);
    await board.click([0, 250]);
    assert.deepEqual(await board.selection(), []);
  });

  it("a frame that is drawn around shapes selects them", async () => {
    const one = await drawRect([-150, -50], [-50, 50]);
    const other = await drawRect([50, -50], [150, 50]);
    await drawRect([300, 150], [350, 200]);

    await board.drag([
      [-200, -150],
      [200, 100],
    ]);

    assert.deepEqual((await board.selection()).toSorted(), [one.id, other.id].toSorted());
  });

  it("dragging moves what is selected, as one step of undo", async () => {
    const { id } = await drawRect([-100, -50], [100, 50], "Blue");
    await board.drag([
      [0, 0],
      [60, 90],
      [150, 120],
    ]);
    await board.seen([230, 150], isBlue);
    const moved = (await shapeOf(id)).pos;
    const kept = await board.saved();

    await undo();
    const back = (await shapeOf(id)).pos;
    await redo();

    assert.deepEqual(moved, { x: 150, y: 120, r: 0 });
    assert.deepEqual(kept.get(id)?.g.pos, moved);
    assert.deepEqual(back, { x: 0, y: 0, r: 0 });
    assert.deepEqual((await shapeOf(id)).pos, moved);
    await board.saved();
  });

  it("a corner resizes: the opposite one stays where it is", async () => {
    const { id } = await drawRect([-100, -50], [100, 50], "Red");
    await board.drag([
      [106, 56],
      [206, 156],
    ]);
    await board.seen([180, 130], isRed);
    await board.picture("resized");

    const { pos, size } = await shapeOf(id);
    assert.deepEqual(
      [pos, size],
      [
        { x: 50, y: 50, r: 0 },
        { w: 300, h: 200 },
      ],
    );
    assert.deepEqual((await board.saved()).get(id)?.g.size, { w: 300, h: 200 });
    await undo();
    assert.deepEqual((await shapeOf(id)).size, { w: 200, h: 100 });
  });

  it("the handle above the frame turns, and what is turned is resized along its own sides", async () => {
    const { id } = await drawRect([-100, -50], [100, 50], "Red");
    await board.drag(
      [
        [0, -78],
        [120, 0],
      ],
      { steps: 8 },
    );
    const turned = await shapeOf(id);
    await board.picture("turned");
    await board.drag(
      [
        [0, 106],
        [0, 166],
      ],
      { steps: 8 },
    );

    const { size } = await shapeOf(id);
    assert.ok(Math.abs(turned.pos.r - Math.PI / 2) < 0.03, `turned by a quarter: ${turned.pos.r}`);
    assert.ok(Math.abs(size.w - 260) < 4 && Math.abs(size.h - 100) < 4, JSON.stringify(size));
    await board.saved();
    await undo();
    await undo();
    assert.equal((await shapeOf(id)).pos.r, 0);
  });

  it("several shapes are resized together, and keep their places among one another", async () => {
    const one = await drawRect([-200, -50], [-100, 50]);
    const other = await drawRect([0, -50], [100, 50]);
    await board.drag([
      [-260, -120],
      [160, 120],
    ]);
    await board.drag(
      [
        [106, 56],
        [406, 156],
      ],
      { steps: 8 },
    );
    await board.picture("resized-together");

    const [first, second] = [await shapeOf(one.id), await shapeOf(other.id)];
    assert.deepEqual(
      [first.pos, first.size],
      [
        { x: -100, y: 50, r: 0 },
        { w: 200, h: 200 },
      ],
    );
    assert.deepEqual(
      [second.pos, second.size],
      [
        { x: 300, y: 50, r: 0 },
        { w: 200, h: 200 },
      ],
    );
    await board.saved();
  });

  it("with alt a copy is dragged, and one step of undo takes it back", async () => {
    const { id } = await drawRect([-50, -50], [50, 50], "Red");
    await board.drag(
      [
        [0, 0],
        [180, 0],
      ],
      { held: ["Alt"] },
    );
    await board.seen([180, 0], isRed);

    const kept = await board.saved();
    assert.equal(kept.size, 2);
    assert.deepEqual(kept.get(id)?.g.pos, { x: 0, y: 0, r: 0 });
    assert.deepEqual([...kept.values()].map(({ g }) => g.pos?.x).toSorted(), [0, 180]);
    await undo();
    assert.equal((await board.saved()).size, 1);
  });

  it("the menu of a right click changes the order", async () => {
    const red = await drawRect([-100, -100], [40, 40], "Red");
    const blue = await drawRect([-40, -40], [100, 100], "Blue");
    await board.seen([10, 10], isBlue);
    await board.click([-80, -80], { button: "right" });
    await board.picture("menu");
    await board.choose("To the front");
    await board.seen([10, 10], isRed);
    const front = (await board.shapes()).map(({ id }) => id);
    await board.click([-80, -80], { button: "right" });
    await board.choose("Backward");
    await board.seen([10, 10], isBlue);

    assert.deepEqual(front, [blue.id, red.id]);
    assert.deepEqual(
      (await board.shapes()).map(({ id }) => id),
      [red.id, blue.id],
    );
    await board.saved();
  });

  it("colours and widths change what is selected, and what is drawn next has them too", async () => {
    const first = await drawRect([-200, -50], [-50, 50]);
    await board.style("Colour", "Red");
    await board.style("Width", "Very thick");
    await board.style("Line", "Dashed");
    const second = await drawRect([50, -50], [200, 50]);
    const outline = (): ReturnType<BoardPage["pixels"]> => board.pixels({ x: -203, y: -40, w: 6, h: 80 });
    await board.until(outline, (colours) => colours.some(isRed), "the outline is red");
    await board.picture("colours");

    const kept = await board.saved();
    for (const { id } of [first, second]) {
      assert.deepEqual(kept.get(id)?.g.style, { color: "red", width: 16, dash: "dashed" });
    }
  });

  it("words in a note are undone and redone while they are written, and afterwards", async () => {
    const { keyboard } = board.page;
    const field = board.page.locator(".text-editor [contenteditable=true]");
    const reads = (words: string): Promise<unknown> =>
      board.until(
        () => field.textContent(),
        (text) => text?.trimEnd() === words,
        `the note reads "${words}"`,
      );
    await board.take("note");
    await board.click([0, 0]);
    await board.writing();
    await keyboard.type("First");
    await field.evaluate((element) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", " second");
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    });
    await reads("First second");
    await keyboard.press("Control+z");
    await reads("First");
    await keyboard.press("Control+z");
    await reads("");
    await keyboard.press("Control+Shift+z");
    await keyboard.press("Control+Shift+z");
    await reads("First second");
    await keyboard.press("Escape");
    const { id } = await board.only("note");
    await board.saved();
    const written = board.words(id);
    await undo();
    await board.saved();
    const undone = board.words(id);
    for (let n = 0; n < 9 && !(await board.page.locator("#redo").isDisabled()); n++) await redo();
    await board.saved();

    assert.equal(written, "First second");
    assert.notEqual(undone, written);
    assert.equal(board.words(id), "First second");
  });

  it("the choices of a fill look like the fill, of a shape and of a note", async () => {
    const swatch = (): Promise<string> =>
      board.page
        .locator('#style-panel [aria-label="Fill: Red"] .swatch')
        .evaluate((shown) => getComputedStyle(shown).backgroundColor);
    await drawRect([-200, -50], [-50, 50], "Red");
    const ofShape = await swatch();
    await board.seen([-150, 20], (colour) => `rgb(${colour.join(", ")})` === ofShape);
    await board.take("note");
    await board.click([150, 0]);
    await board.write("");
    await board.click([150, 0]);
    await board.style("Fill", "Red");
    const ofNote = await swatch();
    await board.seen([120, 30], (colour) => `rgb(${colour.join(", ")})` === ofNote);

    assert.notEqual(ofNote, ofShape);
  });

  it("what is said lets the mouse through to the board, and can be closed", async () => {
    await drawRect([-100, -50], [100, 50], "Red");
    await board.click([0, 0], { button: "right" });
    await board.choose("Lock");
    await board.page.keyboard.press("Delete");
    const toast = board.page.locator("#toasts .toast").first();
    const { x, y, width, height } = (await toast.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    await board.page.keyboard.press("p");
    await board.page.mouse.move(x + 20, y + height / 2);
    await board.page.mouse.down();
    await board.page.mouse.move(x + width / 2, y + height / 2, { steps: 5 });
    await board.page.mouse.up();
    await toast.getByRole("button", { name: "Close this message" }).click();
    await toast.waitFor({ state: "detached" });

    await board.only("stroke");
  });

  it("delete takes away what is selected, undo brings it back, redo takes it again", async () => {
    await drawRect([-50, -50], [50, 50]);
    await board.page.keyboard.press("Delete");
    const gone = (await board.saved()).size;
    await undo();
    const back = (await board.saved()).size;
    await redo();

    assert.deepEqual([gone, back, (await board.saved()).size], [0, 1, 0]);
  });

  it("undo takes back what was drawn, the last first, and redo brings it again in its place", async () => {
    await board.take("pen");
    await board.drag([
      [-250, 0],
      [-150, 50],
    ]);
    await board.take("arrow");
    await board.drag([
      [-100, 0],
      [0, 50],
    ]);
    const { id } = await drawRect([50, 0], [150, 100]);
    const kinds = async (): Promise<readonly string[]> => (await board.shapes()).map(({ kind }) => kind);
    await undo();
    await undo();
    const early = await kinds();
    await undo();
    const none = await kinds();
    for (let n = 0; n < 3; n++) await redo();

    assert.deepEqual([early, none], [["stroke"], []]);
    assert.deepEqual(await kinds(), ["stroke", "arrow", "rect"]);
    assert.deepEqual((await board.saved()).get(id)?.g.size, { w: 100, h: 100 });
  });

  it("what is copied is pasted on the same board and on another one, with its words", async () => {
    await board.take("note");
    await board.click([-200, 0]);
    await board.write("Copied");
    await board.page.keyboard.press("Control+c");
    const [at] = await board.screen([[150, 50]]);
    await board.page.mouse.move(at?.x ?? 0, at?.y ?? 0);
    await board.page.keyboard.press("Control+v");
    await board.until(
      () => board.shapes(),
      ({ length }) => length === 2,
      "the copy is there",
    );
    await board.picture("pasted");
    const here = await board.saved();
    const other = await test.open();
    await other.page.bringToFront();
    await other.page.mouse.move(640, 400);
    await other.page.keyboard.press("Control+v");
    await other.until(
      () => other.shapes(),
      ({ length }) => length === 1,
      "it came to the other board",
    );
    const there = await other.saved();
    await other.picture("pasted-elsewhere");

    assert.deepEqual(
      [...here.keys()].map((id) => board.words(id)),
      ["Copied", "Copied"],
    );
    assert.deepEqual(
      [...there.keys()].map((id) => other.words(id)),
      ["Copied"],
    );
    assert.ok([...there.keys()].every((id) => !here.has(id)));
    await other.close();
  });

  it("what is locked stays as it is until it is unlocked", async () => {
    const { id } = await drawRect([-100, -50], [100, 50], "Red");
    await board.click([0, 0], { button: "right" });
    await board.choose("Lock");
    await board.drag([
      [0, 0],
      [100, 100],
    ]);
    await board.page.locator("#toasts .toast").first().waitFor();
    await board.picture("locked");
    await board.page.keyboard.press("Delete");
    const locked = (await board.saved()).get(id);
    await board.click([0, 0], { button: "right" });
    await board.choose("Unlock");
    await board.drag([
      [0, 0],
      [100, 100],
    ]);

    assert.deepEqual([locked?.g.pos, locked?.g.lock], [{ x: 0, y: 0, r: 0 }, { by: "editor" }]);
    assert.deepEqual((await board.saved()).get(id)?.g.pos, { x: 100, y: 100, r: 0 });
  });

  it("the board is saved as a PNG and as an SVG that show what is on it", async () => {
    await drawRect([-100, -100], [100, 100], "Red");
    await board.style("Colour", "Blue");
    await board.take("text");
    await board.click([150, 0]);
    await board.write("A < B & C");
    await board.click([0, 300]);
    const png = await fileOf(await exported("Export as PNG"), "exported.png");
    const svg = await fileOf(await exported("Export as SVG"), "exported.svg");

    const [drawn, traced] = [await board.decode(png, "image/png"), await board.decode(svg, "image/svg+xml")];
    for (const { pixels, w, h } of [drawn, traced]) {
      assert.ok(w > 250 && h > 190, `${w} by ${h}`);
      assert.ok(pixels.filter(isRed).length > 20_000, "the red rectangle is in it");
      assert.ok(pixels.some(isBlue), "its blue outline too");
    }
    assert.match(svg.toString(), /^(<\?xml[^>]*>\s*)?<svg /);
    assert.match(svg.toString(), />A &#60; B &#38; C</);
  });

  it("never threw on any page", () => {
    assert.deepEqual(test.browser.problems, []);
  });

  const exported = async (label: string): Promise<Download> => {
    const download = board.page.waitForEvent("download");
    await board.page.click("#menu-button");
    await board.choose(label);
    return download;
  };
});

/** What was downloaded; it is kept beside the pictures of the page. */
async function fileOf(download: Download, name: string): Promise<Buffer> {
  const path = `${PICTURES}/${name}`;
  await download.saveAs(path);
  return readFile(path);
}
