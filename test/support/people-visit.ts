import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium, type Locator, type Page } from "playwright-core";
import type { ArenaDebug } from "../../client-sample/src/debug-handle.ts";
import { DESK, PHONE } from "./board-page.ts";
import { CHROMIUM_PATH, FLAGS } from "./browser.ts";

declare const window: { readonly arenaDebug: ArenaDebug };

const PICTURES = "test/output/people";
/** On a machine under load; what is waited for comes at once on a quiet one. */
const PATIENCE_MS = 20_000;

/** Somebody with a browser of their own, as one of the people. */
export class PeopleVisitor {
  readonly name: string;
  readonly page: Page;
  readonly problems: readonly string[];
  /** Closes the browser. */
  readonly close: () => Promise<void>;
  /** Ends the browser's processes at once: no page has time to say goodbye. */
  readonly kill: () => Promise<void>;

  constructor(parts: Pick<PeopleVisitor, "name" | "page" | "problems" | "close" | "kill">) {
    this.name = parts.name;
    this.page = parts.page;
    this.problems = parts.problems;
    this.close = parts.close;
    this.kill = parts.kill;
  }

  /** Waits until the list that is open says this of somebody. */
  async sees(name: string, is: "online" | "away" | "offline", words: string | RegExp = ""): Promise<void> {
    await this.row(name, is).filter({ hasText: words }).first().waitFor({ timeout: PATIENCE_MS });
  }

  /** Somebody's line in the list that is open. */
  row(name: string, is?: string): Locator {
    const state = is === undefined ? "" : `[data-is="${is}"]`;
    return this.page.locator(`.people-row${state}:visible`, {
      has: this.page.locator(".people-name", { hasText: name }),
    });
  }

  /** Waits for a card that says this. */
  async told(words: string): Promise<void> {
    await this.page.locator(".people-card", { hasText: words }).waitFor({ timeout: PATIENCE_MS });
  }

  /** Presses a button of a card, by its name. */
  async choose(name: string): Promise<void> {
    await this.page.locator(`.people-card [aria-label="${name}"]`).click({ timeout: PATIENCE_MS });
  }

  /** Waits until the own ship flies, and resolves with the room. */
  async flies(): Promise<string> {
    await this.page.waitForFunction(() => window.arenaDebug.myShip() !== undefined, null, { timeout: PATIENCE_MS });
    return this.page.evaluate(() => window.arenaDebug.roomId ?? "");
  }

  /** Pictures at the size of a desk and of a phone, with what matters in view. */
  async shots(name: string, inView = "body"): Promise<void> {
    await mkdir(PICTURES, { recursive: true });
    await this.page.bringToFront();
    for (const [size, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      await this.page.setViewportSize(viewport);
      await this.page
        .locator(inView)
        .first()
        .evaluate((one) => one.scrollIntoView({ block: "nearest" }));
      await this.page.screenshot({ path: `${PICTURES}/${name}-${size}.png` });
    }
    await this.page.setViewportSize(DESK);
  }
}

/**
 * Opens a page in a browser of its own, whose person is called so. The browser is as a person has it: a page that is behind another
 * one knows that it is hidden, which Playwright's own browsers keep from their pages.
 */
export async function visitPeople(url: string, name: string): Promise<PeopleVisitor> {
  const { endpoint, end } = await startChromium();
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  const page = browser.contexts()[0]?.pages()[0];
  assert.ok(page);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.setViewportSize(DESK);
  await page.addInitScript((called) => {
    if (location.protocol === "http:" && localStorage.getItem("arena.name") === null)
      localStorage.setItem("arena.name", called);
  }, name);
  await page.goto(url);
  const close = async (): Promise<void> => {
    await browser.close();
    await end();
  };
  return new PeopleVisitor({ name, page, problems, close, kill: end });
}

interface Started {
  readonly endpoint: string;
  /** Ends it at once. */
  readonly end: () => Promise<void>;
}

async function startChromium(): Promise<Started> {
  const profile = await mkdtemp(join(tmpdir(), "arena-people-"));
  const args = [...FLAGS, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"];
  const child = spawn(CHROMIUM_PATH, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  const ended = once(child, "exit");
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-Number(child.pid), "SIGKILL");
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  for await (const line of createInterface({ input: child.stderr })) {
    const [, endpoint] = /^DevTools listening on (ws:.*)$/.exec(line) ?? [];
    if (endpoint === undefined) continue;
    child.stderr.resume();
    return { endpoint, end };
  }
  throw new Error("The browser did not start.");
}
