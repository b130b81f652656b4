import assert from "node:assert/strict";
import { Client, type Room } from "@colyseus/sdk";
import { joinBoard } from "../support/board-client.ts";
import { BoardVisitor, equal, eventually, visit, watchPage } from "../support/board-visit.ts";
import { openSite, type Site } from "../support/site.ts";

const SCRIPTED_SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80" onload="alert('onload')">
  <script>alert("script")</script><rect width="120" height="80" fill="red"/>
  <foreignObject width="100" height="50"><div xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="alert('img')"/></div></foreignObject>
  <image href="http://127.0.0.1:9/tracker.png" width="10" height="10"/></svg>`;
const HOSTILE_HTML = `<meta http-equiv="refresh" content="0;url=data:text/html,gone"><script>alert("script")</script>
  <img src=x onerror="alert('img')"><a href="javascript:alert('link')">a link</a><iframe srcdoc="<script>alert('frame')</script>"></iframe><b>bold words</b>`;
const MARKUP_NAME = "<img src=x onerror=alert(1)>";
const TURNING_NAME = "\u202eecilA \u2066x";
/** What a stranger may send in place of a cursor, a view, a selection, a draft and ink. */
const JUNK: readonly (readonly [key: string, value: unknown])[] = [
  ["cursor", { x: 1e300, y: Number.NaN }],
  ["cursor", "<img src=x onerror=alert(1)>"],
  ["view", { x: 0, y: 0, w: -1, h: 1e308 }],
  ["selection", [1, null, { toString: 5 }, "__proto__"]],
  ["draft", { t: "shape", id: "__proto__", type: "stroke", g: { pos: null, size: { w: 1e300 } } }],
  ["draft", { t: "transform", ids: ["constructor"], transform: { t: "resize", from: {}, to: [] } }],
  ["ink:0", { id: 5, style: { color: "url(x)", width: 1e300 }, points: ["a", Number.POSITIVE_INFINITY, -1] }],
  ["ink:-1", []],
  ["typing", { toString: "x" }],
];

describe("bad input on a board", function () {
  this.timeout(120_000);
  let test: Site;
  let ann: BoardVisitor;
  let boards = 0;
  let id = "";
  before(async () => {
    test = await openSite();
    ann = await visit("about:blank", { name: "Ann", waits: false });
    // Where the policy of the page does not forbid it, what is not kept out by the page itself does run.
    const cdp = await ann.page.context().newCDPSession(ann.page);
    await cdp.send("Page.setBypassCSP", { enabled: true });
  });
  after(async () => {
    await ann.close();
    await test.close();
  });
  beforeEach(async () => {
    id = `bad-${boards++}`;
    await ann.open(test.httpUrl, id);
  });
  afterEach(() => {
    assert.deepEqual(ann.problems, [], "nothing was thrown, and nothing ran");
  });

  /** The page works as before: a stroke is drawn and saved. */
  const stillDraws = async (): Promise<void> => {
    await ann.page.keyboard.press("Escape");
    const { length } = await ann.shapes();
    await ann.draw([-150, -280], [0, -240], [150, -280]);
    await ann.sees(length + 1);
    await ann.saved();
  };
  const pasteFile = (type: string, megabytes: number): Promise<void> =>
    ann.page.evaluate(
      ([type, megabytes]) => {
        const part = new Uint8Array(1024 * 1024).fill(7);
        const file = new File(Array<Uint8Array<ArrayBuffer>>(megabytes).fill(part), "large", { type });
        const clipboardData = new DataTransfer();
        clipboardData.items.add(file);
        const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
        document.querySelector("#canvas")?.dispatchEvent(event);
      },
      [type, megabytes] as const,
    );

  const joinAs = async (name: string): Promise<Room> => {
    const room = await new Client(test.wsUrl).joinOrCreate("whiteboard", { id, name });
    room.onMessage("eph", () => {});
    return room;
  };

  it("of pasted HTML only the words come, on the board and in a note", async () => {
    await ann.paste({ "text/html": HOSTILE_HTML });
    await ann.sees(1);
    const [text] = await ann.shapes();
    assert.equal(text?.kind, "text");
    assert.match(text.text ?? "", /a link.*bold words/s);
    assert.doesNotMatch(text.text ?? "", /alert/);

    await ann.page.keyboard.press("n");
    const [at] = await ann.onScreen([[0, 150]]);
    await ann.page.mouse.click(at?.x ?? 0, at?.y ?? 0);
    const editor = ann.page.locator(".text-editor [contenteditable=true]");
    await editor.waitFor();
    await editor.evaluate((field, html) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/html", html);
      clipboardData.setData("text/plain", "a link bold words");
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, HOSTILE_HTML);
    await eventually("the words are there", async () => /bold words/.test((await editor.textContent()) ?? ""));
    assert.equal(await editor.locator("script, img, iframe, a[href^=javascript], meta").count(), 0);
    await ann.shot("bad-html");
    await stillDraws();
  });

  it("a pasted SVG becomes a picture, and nothing of it runs or is fetched", async () => {
    const fetched: string[] = [];
    ann.page.on("request", (request) => fetched.push(request.url()));
    await ann.paste({ "text/plain": SCRIPTED_SVG });
    await ann.sees(1);

    assert.equal((await ann.shapes())[0]?.kind, "image");
    await ann.saved();
    await ann.shot("bad-svg");
    assert.deepEqual(
      fetched.filter((url) => url.includes("tracker")),
      [],
    );
  });

  it("pictures that are too large or broken are refused in words that help", async () => {
    await pasteFile("image/png", 200);
    await ann.told(/This file has 200 MB; a picture may have at most 50 MB/);
    await pasteFile("image/png", 1);
    await ann.told(/no picture that the board knows/);
    await pasteFile("image/png", 0);
    await ann.told(/empty/);
    await ann.shot("bad-pictures");

    assert.equal((await ann.shapes()).length, 0);
    await stillDraws();
  });

  it("shapes from beyond the board are not pasted, which is said", async () => {
    const shape = { id: "x", type: "rect", g: { pos: { x: 1e300, y: 0, r: 0 }, size: { w: 10, h: 10 } } };
    const clip = JSON.stringify({ arenaBoard: 1, shapes: [shape] });
    await ann.paste({ "application/x-arena-board": clip });

    await ann.told(/cannot be|could not be|none of/i);
    assert.equal((await ann.shapes()).length, 0);
    await stillDraws();
  });

  it("a text of a million characters is refused, on the board and in a note, and nothing is lost", async () => {
    const words = "word ".repeat(200_000);
    await ann.paste({ "text/plain": words });
    await ann.told(/1,000,000 characters/);
    await ann.page.keyboard.press("n");
    const [at] = await ann.onScreen([[0, 0]]);
    await ann.page.mouse.click(at?.x ?? 0, at?.y ?? 0);
    const editor = ann.page.locator(".text-editor [contenteditable=true]");
    await editor.waitFor();
    await ann.page.keyboard.type("before");
    await editor.evaluate((field, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, words);
    await ann.told(/1,000,000 characters.* room for 19,994 here.* Nothing was put in/);
    await ann.shot("bad-million");
    assert.equal(await editor.textContent(), "before");
    await stillDraws();
  });

  it("what strangers send by hand is refused or shows nothing, and names are only names, or none", async () => {
    const stranger = await joinBoard(test.wsUrl, id);
    stranger.push(1, { t: "create", id: "far", type: "rect", g: { pos: { x: 1e300, y: 0, r: 0 } } });
    await stranger.next("op:nack");
    for (const [k, v] of JUNK) stranger.room.send("eph", { k, v });
    const other = await joinAs(MARKUP_NAME);
    other.send("eph", { k: "cursor", v: { x: 100, y: 60, tool: "pen" } });
    other.send("eph", { k: "typing", v: true });
    await ann.page.locator(".cursor:not([hidden]) .cursor-name", { hasText: MARKUP_NAME }).waitFor();
    await assert.rejects(joinAs(TURNING_NAME), /OPTIONS_INVALID/);
    await ann.page.locator("#people .more").click();
    await ann.shot("bad-names");
    await ann.page.keyboard.press("Escape");

    assert.equal((await ann.shapes()).length, 0);
    assert.equal(await ann.page.locator("#people img, .cursor img, .people-list img").count(), 0);
    await stillDraws();
    await Promise.all([stranger.room.leave(), other.leave()]);
  });

  it("two tabs of one person are one person, and what is drawn in each is there once", async () => {
    const problems: string[] = [];
    const page = await ann.page.context().newPage();
    await page.setViewportSize({ width: 1280, height: 800 });
    page.on("pageerror", (error) => problems.push(String(error)));
    watchPage(page, problems);
    const second = new BoardVisitor(page, problems, () => page.close());
    await second.open(test.httpUrl, id);
    await ann.draw([-150, -100], [0, -60], [150, -100]);
    await second.sees(1);
    await second.draw([-150, 0], [0, 40], [150, 0]);
    await ann.sees(2);

    await equal(ann, second);
    await eventually("both are here", async () => (await ann.people()) === 2);
    assert.equal(await ann.page.locator("#people button.avatar:not(.more):visible").count(), 1);
    await ann.page.keyboard.press("Control+z");
    await second.sees(1);
    assert.deepEqual(problems, []);
    await second.close();
  });
});
