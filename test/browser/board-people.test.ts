import assert from "node:assert/strict";
import { Client } from "@colyseus/sdk";
import type { Locator } from "playwright-core";
import { joinBoard } from "../support/board-client.ts";
import { type BoardVisitor, equal, eventually, visit } from "../support/board-visit.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { openSite, type Site } from "../support/site.ts";

describe("people on a board", function () {
  this.timeout(120_000);
  let test: Site;
  let proxy: FaultProxy;
  /** Ann's network can fail. */
  let ann: BoardVisitor;
  let bea: BoardVisitor;
  let boards = 0;
  let id = "";
  before(async () => {
    test = await openSite();
    proxy = await openFaultProxy({ targetPort: test.port });
    [ann, bea] = await Promise.all([
      visit("about:blank", { name: "Ann", waits: false }),
      visit("about:blank", { name: "Bea", waits: false }),
    ]);
  });
  after(async () => {
    await Promise.all([ann.close(), bea.close()]);
    await proxy.close();
    await test.close();
  });
  beforeEach(async () => {
    id = `people-${boards++}`;
    await Promise.all([ann.open(`http://127.0.0.1:${proxy.port}`, id), bea.open(test.httpUrl, id)]);
    await eventually("they see each other", async () => (await ann.people()) === 2 && (await bea.people()) === 2);
  });

  const shown = (person: BoardVisitor, selector: string, hasText: string | RegExp = ""): Promise<void> =>
    person.page.locator(selector, { hasText }).first().waitFor();
  const fill = (field: Locator, text: string): Promise<void> => field.pressSequentially(text);

  it("see each other's cursors, and a stroke while it is being drawn", async () => {
    await ann.page.keyboard.press("p");
    const [from, to] = await ann.onScreen([
      [-200, -100],
      [150, 60],
    ]);
    assert.ok(from && to);
    await ann.page.mouse.move(from.x, from.y);
    await ann.page.mouse.down();
    await ann.page.mouse.move(to.x, to.y, { steps: 20 });

    await bea.sees(1);
    await shown(bea, ".cursor:not([hidden]) .cursor-name", "Ann");
    assert.equal(await bea.page.locator("#empty").isVisible(), false);
    await bea.shot("people-draft");
    const records = await bea.records();
    await ann.page.mouse.up();
    await ann.saved();

    assert.ok(!JSON.stringify(records).includes("stroke"), "a draft is no record yet");
    await equal(ann, bea);
    await bea.sees(1);
  });

  it("follow one another", async () => {
    await bea.page.locator('#people button[aria-label="Ann: follow"]').click();
    await shown(bea, "#follow-frame", "Following Ann");
    for (let step = 0; step < 3; step++) await ann.page.locator("#zoom-in").click();
    await ann.page.keyboard.press("Escape");
    await ann.page.keyboard.press("ArrowRight");

    await eventually("Bea sees what Ann sees", async () => {
      const [hers, his] = [await ann.camera(), await bea.camera()];
      return Math.abs(hers.zoom - his.zoom) < 0.01 && Math.abs(hers.view.x - his.view.x) < 2 && hers.zoom > 1.1;
    });
    await bea.shot("people-follow");
    await bea.page.locator("#canvas").focus();
    await bea.page.keyboard.press("Escape");
    await bea.page.locator("#follow-frame").waitFor({ state: "hidden" });
  });

  it("who may only look cannot draw and sees why; who is not invited sees a closed door, and the invited come in", async () => {
    await ann.draw([-100, -100], [0, -50], [100, -100]);
    await ann.page.locator("#share-button").click();
    await ann.page.getByRole("button", { name: "Make this board mine" }).click();
    await ann.page.getByLabel("Only look", { exact: true }).check();
    await bea.page.locator("#hindrance").waitFor();
    await bea.draw([-100, 50], [0, 100], [100, 50]);
    await bea.paste({ "text/plain": "from one who may only look" });
    await bea.told(/You may look at this board/);
    await bea.shot("people-viewer");
    assert.equal((await bea.shapes()).length, 1);
    assert.equal(await bea.page.locator('#tools [data-tool="pen"]').isVisible(), false);

    await ann.page.getByLabel("Nothing", { exact: true }).check();
    await shown(bea, "#cover-title", "This board is for invited people");
    await bea.shots("people-closed");
    await ann.page.getByLabel("What the invited may do").selectOption("viewer");
    await ann.page.getByRole("button", { name: "Make a link" }).click();
    const invitation = await ann.page.getByLabel("Invitation", { exact: true }).inputValue();
    await ann.shots("people-share");
    await bea.page.goto("about:blank");
    await bea.page.goto(invitation.replace(String(proxy.port), String(test.port)));

    await bea.isLive();
    await eventually("Bea may look", () => bea.page.evaluate(() => window.boardDebug.role === "viewer"));
    assert.equal((await bea.shapes()).length, 1);
    assert.equal(new URL(bea.page.url()).hash, ""); // the browser keeps it
    await bea.page.reload();
    await bea.isLive();
    assert.equal(await bea.page.evaluate(() => window.boardDebug.role), "viewer");

    await ann.page.getByRole("button", { name: "Withdraw all invitations" }).click();
    await ann.page.getByRole("button", { name: "Keep them" }).click();
    await ann.page.getByRole("button", { name: "Withdraw all invitations" }).click();
    await ann.shot("people-withdraw");
    await ann.page.getByRole("button", { name: "Withdraw them" }).click();
    await shown(bea, "#cover-title", "This board is for invited people now");
    await bea.page.reload();
    await shown(bea, "#cover-title", "This board is for invited people");
    await ann.page.getByText("All invitations are withdrawn. New links work.").waitFor();
    await eventually("Ann owns it", () => ann.page.evaluate(() => window.boardDebug.role === "owner"));
  });

  it("is offered no tools before it is known whether they may be used", async () => {
    await ann.page.locator("#share-button").click();
    await ann.page.getByRole("button", { name: "Make this board mine" }).click();
    await ann.page.getByLabel("Only look", { exact: true }).check();
    await bea.page.locator("#hindrance").waitFor();
    const { page } = bea;
    const { promise: isLetIn, resolve: letIn } = Promise.withResolvers<void>();
    await page.route("**/matchmake/**", async (route) => {
      await isLetIn;
      await route.continue();
    });
    await page.reload();
    await page.waitForFunction(() => window.boardDebug !== undefined);
    await page.keyboard.press("p");
    await bea.told(/still opening/);
    const tools = await page.locator("#tools button").filter({ visible: true }).count();
    const tool = await page.evaluate(() => window.boardDebug.tool);
    letIn();
    await page.locator("#hindrance", { hasText: "View only" }).waitFor();
    await page.unroute("**/matchmake/**");

    assert.deepEqual([tools, tool], [0, "select"]);
    assert.equal(await page.locator('#tools [data-tool="pen"]').isVisible(), false);
  });

  it("an invitation that has expired says so, and leads on without it", async () => {
    const answer = await fetch(`${test.httpUrl}/api/token`, { method: "POST" });
    const { token } = (await answer.json()) as { token: string }; // as the page is given it
    const owner = await joinBoard(test.wsUrl, id, { token });
    owner.push(1, { t: "own" });
    await owner.next("op:ack");
    const { invite } = (await owner.room.request("invite", { role: "viewer", ttlMs: 1000 })) as { invite: string };
    await eventually("it ends", async () => {
      const joined = await new Client(test.wsUrl).joinOrCreate("whiteboard", { id, invite }).catch(() => undefined);
      await joined?.leave();
      return joined === undefined;
    });
    await bea.page.goto("about:blank");
    await bea.page.goto(`${test.httpUrl}/board/?id=${id}#invite=${invite}`);

    await shown(bea, "#cover-title", "This invitation has ended");
    await bea.shot("people-invitation-expired");
    await bea.page.getByRole("button", { name: "Open without the invitation" }).click();
    await bea.isLive();
    await owner.room.leave();
  });

  it("talk: messages are sent once whatever the network does, new ones are counted, newcomers find them", async () => {
    await ann.page.locator("#chat-button").click();
    const field = ann.page.getByLabel("Message", { exact: true });
    await bea.page.locator("#chat-button").click();
    await fill(field, "Look at <b onclick=alert(1)>this</b>: https://example.org/plan?x=1.");
    await shown(bea, ".chat-typing", "Ann is writing");
    await bea.shot("people-typing");
    await bea.page.getByRole("button", { name: "Close chat" }).click();
    await field.press("Enter");
    await shown(ann, ".chat-fate", "Sent");
    await shown(bea, "#chat-unread", "1");
    assert.match(await bea.page.title(), /1/);

    proxy.stall();
    await fill(field, "Said through a hole in the network");
    await field.press("Enter");
    await shown(ann, ".chat-fate", "Sending");
    proxy.cut();
    proxy.resume();
    await shown(ann, ".chat-fate", "Sent");
    await shown(bea, "#chat-unread", "2");
    await bea.page.reload();
    await bea.isLive();
    await shown(bea, "#chat-unread", "2");
    await bea.page.locator("#chat-button").click();
    const messages = bea.page.locator(".chat-message .chat-text");
    await eventually("both messages are there", async () => (await messages.count()) === 2);
    await bea.page.locator("#chat-unread").waitFor({ state: "hidden" });
    await bea.shots("people-chat");

    assert.deepEqual(await messages.allTextContents(), [
      "Look at <b onclick=alert(1)>this</b>: https://example.org/plan?x=1.",
      "Said through a hole in the network",
    ]);
    const link = bea.page.locator(".chat-text a");
    assert.equal(await link.getAttribute("href"), "https://example.org/plan?x=1");
    assert.match((await link.getAttribute("rel")) ?? "", /noopener noreferrer/);
    assert.equal(await link.evaluate((shown) => getComputedStyle(shown).unicodeBidi), "isolate");
    assert.equal(await ann.page.locator(".chat-message").count(), 2);
  });

  it("look back at what happened, go back to it, and take that back", async () => {
    await ann.draw([-200, -150], [-100, -100], [0, -150]);
    await Promise.all([ann.saved(), bea.sees(1)]);
    await bea.draw([-200, 0], [-100, 50], [0, 0]);
    await Promise.all([bea.saved(), ann.sees(2)]);
    await ann.draw([-200, 120], [-100, 170], [0, 120]);
    await Promise.all([ann.saved(), bea.sees(3)]);
    await bea.page.locator("#history-button").click();
    const { page } = bea;
    const names = page.locator(".history-line .history-name");
    await eventually("it says who drew, newest first", async () => {
      return (await names.allTextContents()).join() === "Ann,Bea,Ann";
    });
    const slider = page.getByLabel("Time", { exact: true });
    await eventually("the steps are there", async () => (await slider.getAttribute("max")) === "3");
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await shown(bea, ".history-banner", "You are looking at");
    await shown(bea, "#hindrance", "Looking at the past");
    await page.locator("#canvas").focus();
    await page.keyboard.press("p");
    await bea.told(/Go back to now/);
    await eventually("the slider is at the first step", async () => (await slider.inputValue()) === "1");
    await bea.shots("people-history");
    await page.getByRole("button", { name: "Restore this version" }).click();
    await Promise.all([ann.sees(1), bea.sees(1)]);
    await bea.shot("people-restored");
    await page.locator(".toast").getByRole("button", { name: "Undo" }).click();
    await Promise.all([ann.sees(3), bea.sees(3)]);
    await equal(ann, bea);

    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await page.getByRole("button", { name: "Replay" }).waitFor(); // it ends by itself
    await page.locator(".history-banner").waitFor({ state: "hidden" });
  });

  it("meet in the lobby: its chat, and a board by its name", async () => {
    await Promise.all([ann.page.goto(test.httpUrl), bea.page.goto(test.httpUrl)]);
    const field = ann.page.getByLabel("Message", { exact: true });
    await fill(field, "Who draws?");
    await field.press("Enter");
    await shown(bea, ".chat-text", "Who draws?");
    await shown(bea, "#recent-boards a", id);
    await fill(bea.page.locator("#board-name"), "Our plans!");
    await bea.shots("people-lobby");
    await bea.page.locator("#open-board").click();

    await bea.isLive();
    assert.equal(new URL(bea.page.url()).searchParams.get("id"), "our-plans");
    await bea.page.locator("#empty").waitFor();
  });

  it("never see a page fail", () => {
    assert.deepEqual([...ann.problems, ...bea.problems], []);
  });
});
