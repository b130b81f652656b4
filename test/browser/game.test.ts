import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { Client } from "@colyseus/sdk";
import type { Page } from "playwright-core";
import type { ArenaDebug, DebugShip } from "../../client-sample/src/debug-handle.ts";
import { ARENA_HEIGHT, ARENA_WIDTH } from "../../rooms/arena/rules/level.ts";
import { openBrowser, type TestBrowser } from "../support/browser.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { openSite, type Site } from "../support/site.ts";

declare const window: { readonly arenaDebug: ArenaDebug };

const KEYS = { x: { forward: "KeyD", back: "KeyA" }, y: { forward: "KeyS", back: "KeyW" } } as const;
const PICTURES = "test/output";

describe("the page in a browser", function () {
  this.timeout(90_000);
  let test: Site;
  let proxy: FaultProxy;
  let browser: TestBrowser;
  before(async () => {
    await mkdir(PICTURES, { recursive: true });
    test = await openSite();
    proxy = await openFaultProxy({ targetPort: test.port });
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await proxy.close();
    await test.close();
  });

  const enterPrivately = async (url: string, name: string): Promise<Page> => {
    const page = await browser.openPage(url);
    await page.fill("#name", name);
    await page.click("#create-private");
    await page.waitForFunction(() => window.arenaDebug.myShip() !== undefined);
    return page;
  };
  const follow = async (url: string, code: string, name: string): Promise<Page> => {
    const page = await browser.openPage(url);
    await page.fill("#name", name);
    await page.fill("#join-code", code);
    await page.click("#join");
    await page.waitForFunction(() => window.arenaDebug.myShip() !== undefined);
    return page;
  };
  const roomOf = (page: Page): Promise<string> => page.evaluate(() => window.arenaDebug.roomId ?? "");
  const sessionOf = (page: Page): Promise<string> => page.evaluate(() => window.arenaDebug.sessionId ?? "");
  const shipIn = async (page: Page, id: string): Promise<DebugShip> => {
    const ships = await page.evaluate(() => window.arenaDebug.ships());
    const ship = ships.find((other) => other.id === id);
    assert.ok(ship, `${id} is on the page`);
    return ship;
  };

  it("lets two people meet in a room by its code, and each sees the other move", async () => {
    const ann = await enterPrivately(test.httpUrl, "Ann");
    const bea = await follow(test.httpUrl, await roomOf(ann), "Bea");
    const annId = await sessionOf(ann);
    const start = await shipIn(bea, annId);
    const key = start.x < ARENA_WIDTH / 2 ? "KeyD" : "KeyA";

    await ann.bringToFront();
    await ann.keyboard.down(key);
    await bea.waitForFunction(
      ({ id, x }) => window.arenaDebug.ships().some((ship) => ship.id === id && Math.abs(ship.x - x) > 100),
      { id: annId, x: start.x },
    );
    await ann.keyboard.up(key);

    assert.equal(start.name, "Ann");
    await ann.screenshot({ path: `${PICTURES}/two-players.png` });
    await Promise.all([ann.close(), bea.close()]);
  });

  it("lets one shoot the other down, and both see the score", async () => {
    const host = await new Client(test.wsUrl).create("arena", { private: true, bots: 0 });
    const ann = await follow(test.httpUrl, host.roomId, "Ann");
    const bea = await follow(test.httpUrl, host.roomId, "Bea");
    await host.leave();
    const [annId, beaId] = [await sessionOf(ann), await sessionOf(bea)];
    const row = (await shipIn(ann, beaId)).y < ARENA_HEIGHT / 2 ? LANE : ARENA_HEIGHT - LANE;

    await steer(bea, beaId, [{ y: row }, { x: ARENA_WIDTH / 2 }]);
    await steer(ann, annId, [{ x: nearestSide(await shipIn(ann, annId)) }, { y: row }, { x: ARENA_WIDTH / 2 - 200 }]);
    await shootDown(ann, annId, beaId);

    await bea.waitForFunction(
      (id) => window.arenaDebug.ships().some((ship) => ship.id === id && ship.score === 1),
      annId,
    );
    await ann.screenshot({ path: `${PICTURES}/shot-down.png` });
    await Promise.all([ann.close(), bea.close()]);
  });

  it("says that the connection is lost, comes back by itself and goes on", async () => {
    const page = await enterPrivately(`http://127.0.0.1:${proxy.port}`, "Cut");
    const session = await sessionOf(page);
    await page.waitForFunction(() => window.arenaDebug.connection === "connected");

    proxy.refuse();
    proxy.cut();
    await page.waitForFunction(() => window.arenaDebug.connection === "reconnecting");
    await page.screenshot({ path: `${PICTURES}/reconnecting.png` });
    proxy.accept();
    await page.waitForFunction(() => window.arenaDebug.connection === "connected");

    assert.equal(await sessionOf(page), session);
    const start = await page.evaluate(() => window.arenaDebug.myShip()?.x ?? 0);
    await page.keyboard.down(start < ARENA_WIDTH / 2 ? "KeyD" : "KeyA");
    await page.waitForFunction(
      ({ id, x }) => window.arenaDebug.ships().some((ship) => ship.id === id && Math.abs(ship.x - x) > 50),
      { id: session, x: start },
    );
    await page.close();
  });

  it("says in plain words that there is no room with a code", async () => {
    const page = await browser.openPage(test.httpUrl);

    await page.fill("#join-code", "NOSUCH");
    await page.click("#join");

    const message = await page.waitForSelector("#lobby-message:not([hidden])");
    assert.match((await message.textContent()) ?? "", /code|room/i);
    await page.screenshot({ path: `${PICTURES}/lobby.png` });
    await page.close();
  });

  it("never threw on any page", () => {
    assert.deepEqual(browser.problems, []);
  });

  /** No wall is nearer to the arena's edge than twice this. */
  const LANE = 100;
  const nearestSide = ({ x }: DebugShip): number => (x < ARENA_WIDTH / 2 ? LANE : ARENA_WIDTH - LANE);

  /** Flies a page's ship along `legs` by holding keys, one axis at a time. */
  const steer = async (page: Page, id: string, legs: { x?: number; y?: number }[]): Promise<void> => {
    await page.bringToFront();
    for (const leg of legs) {
      const axis = leg.x === undefined ? "y" : "x";
      const goal = leg[axis] ?? 0;
      const isForward = goal > (await shipIn(page, id))[axis];
      const key = KEYS[axis][isForward ? "forward" : "back"];
      await page.keyboard.down(key);
      await page.waitForFunction(
        ({ axis, goal, sign }) => sign * ((window.arenaDebug.myShip()?.[axis] ?? 0) - goal) >= -20,
        { axis, goal, sign: isForward ? 1 : -1 } as const,
      );
      await page.keyboard.up(key);
    }
  };

  /** Five hits end a ship, at 3.75 shots a second: time enough to miss ten times out of eleven. */
  const SHOOTING_MS = 15_000;

  /** Points the mouse at the target, which is on the same screen, and holds the trigger until it is shot down. */
  const shootDown = async (page: Page, id: string, targetId: string): Promise<void> => {
    const size = page.viewportSize() ?? { width: 1280, height: 800 };
    await page.mouse.move(size.width / 2, size.height / 2);
    await page.mouse.down();
    const untilMs = performance.now() + SHOOTING_MS;
    for (let target = await shipIn(page, targetId); target.isAlive; target = await shipIn(page, targetId)) {
      assert.ok(
        performance.now() < untilMs,
        `the target still has ${target.hp} hit points after ${SHOOTING_MS} ms of fire`,
      );
      const me = await shipIn(page, id);
      const aim = Math.atan2(target.y - me.y, target.x - me.x);
      const at = await page.evaluate(() => window.arenaDebug.myScreenPosition());
      await page.mouse.move(at.x + 80 * Math.cos(aim), at.y + 80 * Math.sin(aim));
    }
    await page.mouse.up();
  };
});
