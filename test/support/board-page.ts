import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import type { CDPSession, Page } from "playwright-core";
import type { BoardDebug, DebugShape } from "../../client-sample/src/board/board-debug.ts";
import { plainDelta, plainText } from "../../client-sample/src/board/text/delta.ts";
import type { Box, Point } from "../../client-sample/src/board/words.ts";
import { type BoardOp, type BoardRecord, board, isShape, type Shape } from "../../rooms/whiteboard/rules/board.ts";
import { type Connection, connect, openDocument, type SharedDocument } from "../../src/client/client.ts";
import { openBrowser, type TestBrowser } from "./browser.ts";
import { openSite, type Site } from "./site.ts";

declare const window: { readonly boardDebug: BoardDebug | undefined };

/** Size of a window, in CSS pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

export const DESK = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** Where pictures of the page are put, for people who look at what tests do. */
export const PICTURES = "test/output/board";
/** A machine that does much else is slow, and never so slow. */
const DEADLINE_MS = 15_000;

/** A site and a browser for tests of the board's page. */
export interface BoardTest {
  readonly test: Site;
  readonly browser: TestBrowser;
  /** Opens a board, a new one unless it is named, and waits until it has come. */
  open(options?: OpenBoardOptions): Promise<BoardPage>;
  close(): Promise<void>;
}

export interface OpenBoardOptions {
  readonly id?: string;
  readonly size?: Size;
  /** Whether it has a glass to touch, and no mouse. @default false */
  readonly isTouch?: boolean;
}

/** Whether the board has come, and this visitor's role; run in the page. */
export function isReady(): boolean {
  const { isLive, status, role } = window.boardDebug ?? {};
  return isLive === true && status === "online" && role !== undefined;
}

/** Opens a site and a browser; a new board for each that is opened, unless it is named. */
export async function openBoardTest(): Promise<BoardTest> {
  await mkdir(PICTURES, { recursive: true });
  const test = await openSite();
  const browser = await openBrowser();
  const idle: Opened[] = [];
  const openPage = async (size: Size, isTouch: boolean): Promise<Opened> => {
    const at = idle.findIndex((one) => one.isTouch === isTouch);
    const [kept] = at < 0 ? [] : idle.splice(at, 1);
    if (kept) return kept;
    const page = await browser.openPage("about:blank", size);
    const cdp = await page.context().newCDPSession(page);
    if (isTouch) await cdp.send("Emulation.setTouchEmulationEnabled", { enabled: true, maxTouchPoints: 5 });
    return { page, cdp, isTouch };
  };
  return {
    test,
    browser,
    open: async ({ id = `board-${crypto.randomUUID()}`, size = DESK, isTouch = false } = {}) => {
      const opened = await openPage(size, isTouch);
      const { page, cdp } = opened;
      await page.bringToFront(); // what is behind another page draws hardly ever
      await page.goto(`${test.httpUrl}/board/?id=${id}`);
      await page.waitForFunction(isReady);
      const witness = await openWitness(test.httpUrl, id);
      return new BoardPage({ id, page, cdp, witness, onClose: () => void idle.push(opened) });
    },
    close: async () => {
      await browser.close();
      await test.close();
    },
  };
}

/** A page of the browser, which opens one board after another: that is quicker than a new page for each. */
interface Opened {
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly isTouch: boolean;
}

interface BoardPageParts {
  readonly id: string;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly witness: Witness;
  readonly onClose: () => void;
}

/** Another client of a board: what it has is what the server gives to those who come. */
interface Witness {
  readonly connection: Connection;
  readonly document: SharedDocument<BoardOp, BoardRecord>;
}

async function openWitness(url: string, id: string): Promise<Witness> {
  const connection = connect({ url, room: "whiteboard", options: { id, name: "Witness" } });
  return { connection, document: await openDocument(connection, { document: board }) };
}

/** A place of the board. */
export type Place = readonly [x: number, y: number];

/** Keys that are held while something is done. */
export type Held = "Shift" | "Alt" | "Control";

/** The page of a board, used as a person does it. Places are those of the board, unless they are said to be of the screen. */
export class BoardPage {
  readonly id: string;
  readonly page: Page;
  readonly cdp: CDPSession;
  readonly #witness: Witness;
  readonly #onClose: () => void;

  constructor({ id, page, cdp, witness, onClose }: BoardPageParts) {
    this.id = id;
    this.page = page;
    this.cdp = cdp;
    this.#witness = witness;
    this.#onClose = onClose;
  }

  /** Where places of the board are on the screen. */
  screen(places: readonly Place[]): Promise<readonly Point[]> {
    return this.page.evaluate(
      (all) => all.map(([x, y]) => window.boardDebug?.toScreen({ x, y }) ?? { x: 0, y: 0 }),
      places,
    );
  }

  /** Takes a tool from the toolbar. */
  async take(tool: string): Promise<void> {
    const button = this.page.locator(`#tools [data-tool="${tool}"]`);
    if (!(await button.isVisible())) await this.page.locator('#tools [aria-label="Shapes"]').click();
    await button.click();
  }

  /** Presses the mouse at the first place, moves it through the others, as fast as the browser takes it, and lets it go. */
  async drag(places: readonly Place[], { held = [], steps = 4 }: DragOptions = {}): Promise<void> {
    const { mouse } = this.page;
    const [start, ...way] = between(await this.screen(places), steps);
    assert.ok(start);
    for (const key of held) await this.page.keyboard.down(key);
    await mouse.move(start.x, start.y);
    await mouse.down();
    await Promise.all(way.map(({ x, y }) => mouse.move(x, y)));
    await mouse.up();
    for (const key of held) await this.page.keyboard.up(key);
  }

  /** Clicks a place. */
  async click(place: Place, { held = [], ...options }: ClickOptions = {}): Promise<void> {
    const [at] = await this.screen([place]);
    assert.ok(at);
    for (const key of held) await this.page.keyboard.down(key);
    await this.page.mouse.click(at.x, at.y, options);
    for (const key of held) await this.page.keyboard.up(key);
  }

  /** Writes in the shape whose text is open, or opens any moment, and ends it. */
  async write(words: string): Promise<void> {
    await this.writing();
    await this.page.keyboard.type(words);
    await this.page.keyboard.press("Escape");
    await this.page.waitForFunction(() => document.querySelector(".text-editor") === null);
  }

  /** Waits until a text is open and takes keys. */
  async writing(): Promise<void> {
    await this.page.waitForFunction(
      () =>
        document.activeElement instanceof HTMLElement &&
        document.activeElement.isContentEditable &&
        document.activeElement.closest(".text-editor") !== null,
    );
  }

  /** Chooses how what is selected, or drawn next, looks: e.g. "Fill", "Red". */
  async style(property: string, label: string): Promise<void> {
    await this.page.locator(`#style-panel [aria-label="${property}: ${label}"]`).click();
  }

  /** Chooses a line of the menu that is open. */
  async choose(label: string): Promise<void> {
    await this.page.getByRole("menuitem", { name: label }).click();
  }

  /** The shapes on the page, from bottom to top. */
  shapes(): Promise<readonly DebugShape[]> {
    return this.page.evaluate(() => window.boardDebug?.shapes() ?? []);
  }

  /** The only shape of a kind on the page. */
  async only(kind: DebugShape["kind"]): Promise<DebugShape> {
    const [shape, ...others] = (await this.shapes()).filter((one) => one.kind === kind);
    assert.ok(shape, `there is a ${kind}`);
    assert.equal(others.length, 0, `there is one ${kind}`);
    return shape;
  }

  /** What is selected, by ids. */
  selection(): Promise<readonly string[]> {
    return this.page.evaluate(() => window.boardDebug?.selection ?? []);
  }

  /** What is seen of the board. */
  camera(): Promise<BoardDebug["camera"]> {
    return this.page.evaluate(() => window.boardDebug?.camera ?? { zoom: 0, view: { x: 0, y: 0, w: 0, h: 0 } });
  }

  /** The tool in the hand. */
  tool(): Promise<string> {
    return this.page.evaluate(() => window.boardDebug?.tool ?? "");
  }

  /**
   * Waits until the server has all that was done here. Another client that has come to the same place must see what this page
   * shows, each shape once and with the same groups.
   *
   * @returns the shapes as the other client has them, by id
   */
  async saved(): Promise<ReadonlyMap<string, Shape>> {
    await this.page.waitForFunction(() => window.boardDebug?.unsaved === 0 && window.boardDebug.isLive);
    const seq = await this.page.evaluate(() => window.boardDebug?.seq ?? 0);
    const { document } = this.#witness;
    while (!document.isLive || document.seq < seq) await this.#change();
    const shapes = new Map([...document.entries()].flatMap(([id, record]) => (isShape(record) ? [[id, record]] : [])));
    const here = (await this.shapes()).map(({ id, pos, text }) => ({ id, pos, text }));
    const there = [...shapes].map(([id, { g }]) => ({ id, pos: g.pos ?? { x: 0, y: 0, r: 0 }, text: g.text }));
    assert.deepEqual(sorted(there), sorted(here), "the server has what the page shows");
    return shapes;
  }

  /** The words of a shape as the other client of {@link saved} reads them. */
  words(id: string): string {
    const record = this.#witness.document.get(id);
    return isShape(record) ? plainText(plainDelta(record)).trimEnd() : "";
  }

  /** Drops a file on a place. */
  async drop(content: Buffer, name: string, place: Place): Promise<void> {
    const [at] = await this.screen([place]);
    assert.ok(at);
    const file = { name, base64: content.toString("base64"), x: at.x, y: at.y };
    await this.page.evaluate(({ name, base64, x, y }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], name, { type: "image/png" }));
      const options = { dataTransfer, clientX: x, clientY: y, bubbles: true, cancelable: true };
      document.querySelector("#canvas")?.dispatchEvent(new DragEvent("drop", options));
    }, file);
  }

  /** Waits until something that is asked of the page again and again holds, and resolves with it. */
  async until<T>(read: () => Promise<T>, holds: (value: T) => boolean, what: string): Promise<T> {
    const untilMs = performance.now() + DEADLINE_MS;
    for (let value = await read(); ; value = await read()) {
      if (holds(value)) return value;
      assert.ok(performance.now() < untilMs, `${what}; it is ${JSON.stringify(value)}`);
      await this.page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  /** Waits until a place of the board is seen in a colour for which `isMeant` holds. */
  async seen([x, y]: Place, isMeant: (colour: Colour) => boolean): Promise<void> {
    const read = async (): Promise<Colour> => (await this.pixels({ x, y, w: 1, h: 1 }))[0] ?? [0, 0, 0];
    await this.until(read, isMeant, `the colour at ${x}, ${y} is as it should be`);
  }

  /** What is seen of a box of the board at zoom 1, row by row. */
  async pixels({ x, y, w, h }: Box): Promise<readonly Colour[]> {
    const [at] = await this.screen([[x, y]]);
    assert.ok(at);
    const clip = { x: Math.round(at.x), y: Math.round(at.y), width: w, height: h };
    return (await this.decode(await this.page.screenshot({ clip }), "image/png")).pixels;
  }

  /** What the browser makes of a picture. */
  async decode(picture: Buffer, type: string): Promise<Decoded> {
    const src = `data:${type};base64,${picture.toString("base64")}`;
    const { w, h, base64 } = await this.page.evaluate(async (address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const { naturalWidth: w, naturalHeight: h } = image;
      const context = new OffscreenCanvas(w, h).getContext("2d");
      context?.drawImage(image, 0, 0);
      let bytes = "";
      for (const byte of context?.getImageData(0, 0, w, h).data ?? []) bytes += String.fromCharCode(byte);
      return { w, h, base64: btoa(bytes) };
    }, src);
    const data = Buffer.from(base64, "base64");
    const channel = (n: number): number => data[n] ?? 0;
    const colour = (at: number): Colour => [channel(at), channel(at + 1), channel(at + 2)];
    return { w, h, pixels: Array.from({ length: w * h }, (_, n) => colour(n * 4)) };
  }

  /** A PNG with a red half on the left and a blue one on the right. */
  async samplePng(w: number, h: number): Promise<Buffer> {
    const base64 = await this.page.evaluate(
      async ([width, height]) => {
        const canvas = document.createElement("canvas");
        Object.assign(canvas, { width, height });
        const context = canvas.getContext("2d");
        for (const [n, colour] of ["#f00", "#00f"].entries()) {
          if (context) context.fillStyle = colour;
          context?.fillRect((n * width) / 2, 0, width / 2, height);
        }
        return canvas.toDataURL("image/png").split(",")[1] ?? "";
      },
      [w, h] as const,
    );
    return Buffer.from(base64, "base64");
  }

  /** Puts a picture of the page where people find it. */
  async picture(name: string): Promise<void> {
    await this.page.screenshot({ path: `${PICTURES}/${name}.png` });
  }

  /** Leaves the board. */
  async close(): Promise<void> {
    await this.#witness.connection.close();
    await this.page.evaluate(() => localStorage.removeItem("arena.board.style")); // the next test begins with the usual looks
    this.#onClose();
  }

  /** Resolves when something of the document has come to the witness. */
  #change(): Promise<void> {
    const { document } = this.#witness;
    return new Promise((resolve) => {
      const stop = document.onChange(() => {
        stop();
        resolve();
      });
    });
  }
}

/** Red, green and blue, 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A picture as the browser shows it, row by row. */
export interface Decoded {
  readonly w: number;
  readonly h: number;
  readonly pixels: readonly Colour[];
}

/** Whether a colour is a red, and so on: one channel stands out. */
export const isRed = ([r, g, b]: Colour): boolean => r > g + 25 && r > b + 25;
export const isBlue = ([r, g, b]: Colour): boolean => b > r + 25 && b > g + 15;
/** Whether it is dark, or light. */
export const isDark = (colour: Colour): boolean => Math.max(...colour) < 110;
export const isLight = (colour: Colour): boolean => Math.min(...colour) > 180;

/** How the mouse is dragged. */
export interface DragOptions {
  readonly held?: readonly Held[];
  /** Moves of the mouse between two places. @default 4 */
  readonly steps?: number;
}

/** How a place is clicked. */
export interface ClickOptions {
  readonly held?: readonly Held[];
  readonly button?: "left" | "right" | "middle";
  readonly clickCount?: number;
}

/** The places and what lies between them, so many steps each. */
export function between(places: readonly Point[], steps: number): readonly Point[] {
  return places.flatMap((to, n) => {
    const from = places[n - 1];
    if (!from) return [to];
    return Array.from({ length: steps }, (_, step) => {
      const share = (step + 1) / steps;
      return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
    });
  });
}

function sorted<T extends { readonly id: string }>(shapes: readonly T[]): readonly T[] {
  return shapes.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}
