import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import type { Page } from "playwright-core";
import type { BoardDebug, DebugShape } from "../../client-sample/src/board/board-debug.ts";
import type { Point } from "../../client-sample/src/board/words.ts";
import { between, DESK, isReady, PHONE, type Place } from "./board-page.ts";
import { openBrowser } from "./browser.ts";

const PICTURES = "test/output/board";
/** On a machine under load; what is waited for comes at once on a quiet one. */
const PATIENCE_MS = 30_000;
const POLL_MS = 50;
/** Moves of the mouse between two places. */
const STEPS = 6;

/** Somebody with a browser of their own on a board. */
export class BoardVisitor {
  readonly page: Page;
  /** What no page of a board may show: errors that were thrown, scripts that ran, policies that were broken. */
  readonly problems: readonly string[];
  readonly close: () => Promise<void>;

  constructor(page: Page, problems: readonly string[], close: () => Promise<void>) {
    this.page = page;
    this.problems = problems;
    this.close = close;
  }

  /** Opens a board of a server, and waits until it has come. */
  async open(server: string, id: string): Promise<void> {
    await this.page.goto(`${server}/board/?id=${id}`);
    await this.isLive();
  }

  people(): Promise<number> {
    return this.page.evaluate(() => window.boardDebug.people);
  }

  camera(): Promise<BoardDebug["camera"]> {
    return this.page.evaluate(() => window.boardDebug.camera);
  }

  /** Pastes on the board what the clipboard holds by these types. */
  async paste(content: Readonly<Record<string, string>>): Promise<void> {
    await this.page.evaluate((entries) => {
      const clipboardData = new DataTransfer();
      for (const [type, text] of Object.entries(entries)) clipboardData.setData(type, text);
      document
        .querySelector("#canvas")
        ?.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }, content);
  }

  async isLive(): Promise<void> {
    await this.page.waitForFunction(isReady, null, { timeout: PATIENCE_MS });
  }

  async saved(): Promise<void> {
    await this.isLive();
    await this.page.waitForFunction(() => window.boardDebug.unsaved === 0, null, { timeout: PATIENCE_MS });
  }

  /** Draws with the pen through places of the board, as a hand does. */
  async draw(...places: readonly Place[]): Promise<void> {
    await this.page.keyboard.press("p");
    await this.drag(...places);
  }

  /** Presses the mouse at the first place of the board, moves it through the others and lets it go. */
  async drag(...places: readonly Place[]): Promise<void> {
    const { mouse } = this.page;
    const [start, ...way] = between(await this.onScreen(places), STEPS);
    assert.ok(start);
    await mouse.move(start.x, start.y);
    await mouse.down();
    await Promise.all(way.map(({ x, y }) => mouse.move(x, y)));
    await mouse.up();
  }

  /** Where places of the board are in the window. */
  onScreen(places: readonly Place[]): Promise<readonly Point[]> {
    return this.page.evaluate((all) => all.map(([x, y]) => window.boardDebug.toScreen({ x, y })), places);
  }

  shapes(): Promise<readonly DebugShape[]> {
    return this.page.evaluate(() => window.boardDebug.shapes());
  }

  /** Waits for so many shapes, drafts of others included. */
  async sees(count: number): Promise<void> {
    await eventually(
      async () => `it sees ${(await this.shapes()).length} shapes, not ${count}`,
      async () => (await this.shapes()).length === count,
    );
  }

  /** All records, comparable. */
  async records(): Promise<readonly unknown[]> {
    const records = await this.page.evaluate(() =>
      JSON.stringify(window.boardDebug.records(), (_, value) =>
        ArrayBuffer.isView(value) ? Array.from(value as Uint8Array) : value,
      ),
    );
    return (JSON.parse(records) as [string, unknown][]).toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  /** A message at the edge of the page. */
  async told(words: RegExp): Promise<void> {
    await this.page.locator(".toast", { hasText: words }).first().waitFor({ timeout: PATIENCE_MS });
  }

  /** A picture at the size of a desk and one at that of a phone. */
  async shots(name: string): Promise<void> {
    await this.shot(`${name}-1280`);
    await this.page.setViewportSize(PHONE);
    await this.shot(`${name}-390`);
    await this.page.setViewportSize(DESK);
  }

  async shot(name: string): Promise<void> {
    await mkdir(PICTURES, { recursive: true });
    await this.page.bringToFront();
    await this.page.screenshot({ path: `${PICTURES}/${name}.png` });
  }
}

/** Opens a page in a browser of its own, whose person is called so; waits until the board has come unless told otherwise. */
export async function visit(
  url: string,
  { name, size = DESK, waits = true }: { name: string; size?: { width: number; height: number }; waits?: boolean },
): Promise<BoardVisitor> {
  const browser = await openBrowser();
  const page = await browser.openPage("about:blank", size);
  watchPage(page, browser.problems);
  await page.addInitScript((called) => {
    if (location.protocol === "http:" && localStorage.getItem("arena.name") === null)
      localStorage.setItem("arena.name", called);
  }, name);
  await page.goto(url);
  const visitor = new BoardVisitor(page, browser.problems, browser.close);
  if (waits) await visitor.isLive();
  return visitor;
}

/** Keeps what a page does that it must not. */
export function watchPage(page: Page, problems: string[]): void {
  page.on("dialog", (dialog) => {
    if (dialog.type() !== "beforeunload") problems.push(`${dialog.type()}: ${dialog.message()}`);
    void dialog.accept().catch(() => {}); // its page may be gone
  });
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) problems.push(message.text());
  });
}

/** Asks again until something holds. */
export async function eventually(
  missing: string | (() => Promise<string>),
  holds: () => Promise<boolean>,
  withinMs = PATIENCE_MS,
): Promise<void> {
  const untilMs = performance.now() + withinMs;
  while (!(await holds())) {
    if (performance.now() > untilMs) assert.fail(typeof missing === "string" ? missing : await missing());
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Waits until all have the same records with nothing unsaved. */
export async function equal(...visitors: readonly BoardVisitor[]): Promise<void> {
  for (const visitor of visitors) await visitor.saved();
  const states = (): Promise<string[]> =>
    Promise.all(visitors.map(async (visitor) => JSON.stringify(await visitor.records())));
  await eventually("the boards differ", async () => new Set(await states()).size === 1);
}
