import assert from "node:assert/strict";
import { decodeGeom } from "../../client-sample/src/board/model/packed-points.ts";
import {
  type BoardPage,
  type BoardTest,
  isBlue,
  isDark,
  isLight,
  isRed,
  openBoardTest,
  type Place,
} from "../support/board-page.ts";

describe("the tools of the board by mouse", function () {
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

  it("the pen draws a long quick stroke, which is small where it is kept, and stays in the hand", async () => {
    await board.take("pen");
    await board.drag(spiral(400), { steps: 1 });
    await board.seen([200, 0], isDark);
    await board.picture("pen");

    const stroke = await board.only("stroke");
    const [kept] = (await board.saved()).values();
    const bytes = kept?.g.geom?.byteLength ?? 0;
    assert.equal(await board.tool(), "pen");
    assert.ok(stroke.size.w > 350 && stroke.size.w < 410, `as wide as it was drawn: ${stroke.size.w}`);
    assert.ok(bytes > 100 && bytes < 2000, `${bytes} bytes`);
  });

  it("strokes that follow one another quickly are all there", async () => {
    await board.take("pen");
    for (let n = 0; n < 10; n++) {
      const x = -250 + n * 50;
      await board.drag(
        [
          [x, -100],
          [x + 20, 100],
        ],
        { steps: 2 },
      );
    }

    assert.equal((await board.saved()).size, 10);
  });

  it("a tap of the pen is a dot", async () => {
    await board.take("pen");
    await board.click([0, 0]);

    await board.seen([0, 0], isDark);
    assert.equal((await board.saved()).size, 1);
  });

  it("a rectangle and an ellipse are drawn from corner to corner, and with shift they are square and round", async () => {
    await board.take("rect");
    await board.drag([
      [-300, -150],
      [-60, 10],
    ]);
    await board.take("ellipse");
    await board.drag(
      [
        [60, -150],
        [300, -70],
      ],
      { held: ["Shift"] },
    );
    await board.seen([-300, -70], isDark);
    await board.picture("boxes");

    const [rect, ellipse] = [await board.only("rect"), await board.only("ellipse")];
    assert.deepEqual(
      [rect.pos, rect.size],
      [
        { x: -180, y: -70, r: 0 },
        { w: 240, h: 160 },
      ],
    );
    assert.deepEqual(ellipse.size, { w: 240, h: 240 });
    assert.deepEqual(await board.selection(), [ellipse.id]);
    assert.equal(await board.tool(), "select");
    assert.equal((await board.saved()).size, 2);
  });

  it("a line and an arrow go from where the mouse is pressed to where it is let go", async () => {
    await board.take("line");
    await board.drag([
      [-200, 50],
      [-50, -50],
    ]);
    await board.take("arrow");
    await board.drag([
      [250, 60],
      [50, -60],
    ]);
    await board.picture("lines");

    const [line, arrow] = [await board.only("line"), await board.only("arrow")];
    const kept = await board.saved();
    const endsOf = (id: string): readonly number[] => [...decodeGeom(kept.get(id)?.g.geom ?? new Uint8Array())];
    assert.deepEqual(
      [line.pos, line.size],
      [
        { x: -125, y: 0, r: 0 },
        { w: 150, h: 100 },
      ],
    );
    assert.deepEqual(endsOf(line.id), [0, 1, 0.5, 1, 0, 0.5]);
    assert.deepEqual(endsOf(arrow.id), [1, 1, 0.5, 0, 0, 0.5]);
    assert.equal(kept.size, 2);
  });

  it("a note is placed with a click and written in at once", async () => {
    await board.take("note");
    await board.click([0, 0]);
    await board.write("Buy ten lamps");
    await board.picture("note");

    const note = await board.only("note");
    const kept = (await board.saved()).get(note.id);
    assert.deepEqual([note.pos.x, note.pos.y], [0, 0]);
    assert.ok((kept?.rich?.length ?? 0) > 0, "its words are kept as rich text");
    assert.equal(board.words(note.id), "Buy ten lamps");
  });

  it("a text is placed with a click and is as wide as its words; an empty one leaves nothing behind", async () => {
    await board.take("text");
    await board.click([-200, 0]);
    await board.write("Our plans for the year");
    await board.take("text");
    await board.click([0, 200]);
    await board.writing();
    await board.page.keyboard.press("Escape");
    await board.picture("text");

    const text = await board.only("text");
    await board.saved();
    assert.equal(board.words(text.id), "Our plans for the year");
    assert.ok(text.size.w > 150 && text.size.w < 400, `${text.size.w} wide`);
  });

  it("a double click writes in a shape", async () => {
    await board.take("rect");
    await board.drag([
      [-100, -60],
      [100, 60],
    ]);
    await board.click([0, 0], { clickCount: 2 });
    await board.write("Within");
    await board.picture("rect-words");

    const rect = await board.only("rect");
    await board.saved();
    assert.equal(board.words(rect.id), "Within");
  });

  it("the eraser takes what it passes and nothing else", async () => {
    await board.take("line");
    await board.drag([
      [-200, -100],
      [-200, 100],
    ]);
    await board.take("line");
    await board.drag([
      [0, -100],
      [0, 100],
    ]);
    await board.take("rect");
    await board.drag([
      [150, -50],
      [250, 50],
    ]);
    await board.take("eraser");
    await board.drag([
      [-300, 0],
      [60, 0],
    ]);
    await board.picture("erased");

    assert.equal((await board.saved()).size, 1);
    await board.only("rect");
  });

  it("a picture is chosen from the device and shown", async () => {
    const png = await board.samplePng(200, 120);
    const chooser = board.page.waitForEvent("filechooser");
    await board.page.locator('#tools [aria-label="Picture"]').click();
    await (await chooser).setFiles({ name: "red-and-blue.png", mimeType: "image/png", buffer: png });
    await board.until(
      () => board.shapes(),
      ({ length }) => length === 1,
      "the picture is there",
    );
    await board.seen([-50, 0], isRed);
    await board.seen([50, 0], isBlue);
    await board.picture("picture-chosen");

    const image = await board.only("image");
    const kept = (await board.saved()).get(image.id);
    assert.deepEqual(image.size, { w: 200, h: 120 });
    assert.match(kept?.g.image?.hash ?? "", /^[0-9a-f]{64}$/);
  });

  it("a picture that is dropped lies where it is dropped", async () => {
    await board.drop(await board.samplePng(100, 100), "dropped.png", [-200, 100]);
    await board.until(
      () => board.shapes(),
      ({ length }) => length === 1,
      "the picture is there",
    );
    await board.seen([-230, 100], isRed);

    const { pos } = await board.only("image");
    await board.saved();
    assert.deepEqual(pos, { x: -200, y: 100, r: 0 });
  });

  it("a file that is no picture is refused in words", async () => {
    await board.drop(Buffer.from("<html><script>alert(1)</script></html>"), "page.png", [0, 0]);

    const toast = board.page.locator("#toasts .toast");
    await toast.waitFor();
    await board.picture("no-picture");
    assert.match((await toast.textContent()) ?? "", /no picture/);
    assert.equal((await board.saved()).size, 0);
  });

  it("the hand moves the board and nothing on it", async () => {
    await board.take("rect");
    await board.drag([
      [-50, -50],
      [50, 50],
    ]);
    const before = await board.camera();
    await board.take("hand");
    await board.drag([
      [0, 0],
      [120, -80],
    ]);

    const { view } = await board.camera();
    const { pos } = await board.only("rect");
    await board.saved();
    assert.deepEqual([view.x, view.y], [before.view.x - 120, before.view.y + 80]);
    assert.deepEqual([pos.x, pos.y], [0, 0]);
  });

  it("the wheel moves the board, and with Ctrl it zooms about the mouse", async () => {
    await board.click([100, 100]);
    const [at] = await board.screen([[100, 100]]);
    await board.page.mouse.wheel(0, 60);
    const moved = await board.camera();
    await board.page.mouse.wheel(0, -60);
    await board.page.keyboard.down("Control");
    await board.page.mouse.wheel(0, -100);
    await board.page.keyboard.up("Control");

    const zoomed = await board.until(
      () => board.camera(),
      ({ zoom }) => zoom > 1,
      "it is nearer",
    );
    assert.equal(moved.zoom, 1);
    assert.equal(moved.view.y, -340);
    assert.ok(zoomed.zoom < 1.5);
    const [after] = await board.screen([[100, 100]]);
    assert.ok(at && after && Math.hypot(at.x - after.x, at.y - after.y) < 1, "what is under the mouse stays there");
  });

  it("the menu makes the board dark: ink is light then, and papers keep their colours", async () => {
    await board.take("note");
    await board.click([-150, 0]);
    await board.write("By night");
    await board.take("pen");
    await board.drag(spiral(60), { steps: 1 });
    await board.take("rect");
    await board.drag([
      [220, -100],
      [400, 60],
    ]);
    await board.style("Fill", "Blue");
    await board.page.click("#menu-button");
    await board.picture("board-menu");
    await board.page.getByRole("menuitemradio", { name: "Dark" }).click();
    await board.seen([200, 0], isLight);
    await board.seen([0, 300], isDark);
    await board.picture("dark");
    await board.page.click("#menu-button");
    await board.page.getByRole("menuitemradio", { name: "As the system" }).click();

    await board.seen([0, 300], isLight);
    assert.equal((await board.saved()).size, 3);
  });

  it("never threw on any page", () => {
    assert.deepEqual(test.browser.problems, []);
  });
});

/** A spiral of so many points, 400 units wide. */
function spiral(count: number): readonly Place[] {
  return Array.from({ length: count }, (_, n) => {
    const share = n / (count - 1);
    return [Math.cos(share * 8 * Math.PI) * share * 200, Math.sin(share * 8 * Math.PI) * share * 200];
  });
}
