import assert from "node:assert/strict";
import { gameName } from "../../client-sample/src/people/game-name.ts";
import { type PeopleVisitor, visitPeople } from "../support/people-visit.ts";
import { startRedis } from "../support/redis.ts";
import { openSite, type Site } from "../support/site.ts";
import { startNode } from "../support/start-node.ts";

describe("people on the page", function () {
  this.timeout(90_000);
  let test: Site;
  let ann: PeopleVisitor;
  let bea: PeopleVisitor;
  before(async () => {
    test = await openSite();
    [ann, bea] = await Promise.all([visitPeople(test.httpUrl, "Ann"), visitPeople(test.httpUrl, "Bea")]);
  });
  after(async () => {
    await Promise.all([ann.close(), bea.close()]);
    await test.close();
  });

  it("see one another, what each says, and in which game each is", async () => {
    await ann.sees("Bea", "online", "in the lobby");
    await bea.sees("Ann", "online", "in the lobby");
    await bea.page.locator("#lobby-people").getByLabel("Your status").fill("making tea");
    await bea.page.keyboard.press("Enter");
    await ann.sees("Bea", "online", "making tea");
    await ann.shots("lobby", "#lobby-people");

    await bea.page.click("#quick-play");
    const roomId = await bea.flies();
    await ann.sees("Bea", "online", `in the game ${gameName(roomId)}`);
    await ann.page.click(`[aria-label="Follow Bea, in the game ${gameName(roomId)}"]`);

    assert.equal(await ann.flies(), roomId);
    await ann.page.click("#toggle-people");
    await ann.sees("Bea", "online", gameName(roomId));
    assert.equal(
      await ann
        .row("Bea")
        .getByRole("button", { name: /Follow/ })
        .count(),
      0,
      "she is here",
    );
    await ann.shots("game");
    await ann.page.keyboard.press("Escape");
    await ann.page.locator("#game-people").waitFor({ state: "hidden" });
    await Promise.all([ann.page.click("#leave"), bea.page.click("#leave")]);
    await ann.sees("Bea", "online", "in the lobby");
  });

  it("are one with two tabs, and seen as away while they look at something else", async () => {
    const context = bea.page.context();
    const tab = await context.newPage();
    await tab.goto(test.httpUrl);
    await tab.locator('.people-row[data-is="online"]', { hasText: "Ann" }).first().waitFor();
    assert.equal(await bea.page.evaluate(() => document.visibilityState), "hidden");
    await ann.sees("Bea", "online", "in the lobby");
    assert.equal(await ann.row("Bea").count(), 1);

    const other = await context.newPage();
    await other.bringToFront();
    await ann.sees("Bea", "away", "away, in the lobby");
    await Promise.all([tab.close(), other.close()]);
    await bea.page.bringToFront();
    await ann.sees("Bea", "online");
  });

  it("are found on a board, and seen from there", async () => {
    await bea.page.goto(`${test.httpUrl}/board/?id=groceries`);
    await ann.sees("Bea", "online", "on the board groceries");
    await bea.page.click("#people-button");
    await bea.sees("Ann", "online", "in the lobby");
    await bea.shots("board");

    await ann.page.click('[aria-label="Follow Bea, on the board groceries"]');
    await ann.page.waitForURL(/board\/\?id=groceries/);
    await bea.sees("Ann", "online", "on the board groceries");
    await bea.page.emulateMedia({ colorScheme: "dark" });
    await bea.shots("board-dark");
    await bea.page.emulateMedia({ colorScheme: "light" });
    await Promise.all([ann.page.goto(test.httpUrl), bea.page.goto(test.httpUrl)]);
    await ann.sees("Bea", "online", "in the lobby");
  });

  it("invite one another: waiting, declined, and accepted into the same private game", async () => {
    await ann.page.click('[aria-label="Invite Bea to a private game"]');
    const code = await ann.flies();
    await ann.told("Waiting for Bea");
    await bea.told("Ann invites you to a private game");
    const focused = await bea.page.evaluate(() => document.activeElement === document.body);
    await bea.shots("invited");
    await bea.choose("Decline the invitation");
    await ann.told("Bea has declined");
    await ann.shots("declined");
    assert.ok(focused, "a card takes no focus");

    await ann.page.click("#toggle-people");
    await ann.page.click('#game-people [aria-label="Invite Bea to this game"]');
    await bea.choose("Join: accept the invitation");
    assert.equal(await bea.flies(), code);
    await ann.told("Bea has accepted");
    await ann.sees("Bea", "online", "in a private game");
    await Promise.all([ann.page.click("#leave"), bea.page.click("#leave")]);
  });

  it("invite from a board, and withdraw it", async () => {
    await ann.page.goto(`${test.httpUrl}/board/?id=groceries`);
    await ann.page.click("#people-button");
    await ann.page.click('[aria-label="Invite Bea to this board"]');
    await bea.told("Ann invites you to the board groceries");
    await ann.shots("board-waiting");
    await ann.choose("Withdraw the invitation");
    await ann.told("is withdrawn");
    await bea.page.locator(".people-card").waitFor({ state: "detached" });

    await ann.page.click('[aria-label="Invite Bea to this board"]');
    await bea.choose("Join: accept the invitation");
    await bea.page.waitForURL(/board\/\?id=groceries/);
    await Promise.all([ann.page.goto(test.httpUrl), bea.page.goto(test.httpUrl)]);
  });

  it("make a party and go into a game together", async () => {
    await ann.sees("Bea", "online", "in the lobby");
    await ann.page.click('[aria-label="Invite Bea to your party"]');
    await bea.told("Ann invites you to a party");
    await bea.choose("Join: accept the invitation");
    await bea.page.locator("#lobby-people .people-party", { hasText: "Party: Ann (leads), you" }).waitFor();
    await ann.shots("party", "#lobby-people");
    await ann.page.locator("#lobby-people").getByRole("button", { name: "Play together" }).click();

    const rooms = await Promise.all([ann.flies(), bea.flies()]);
    assert.equal(rooms[0], rooms[1]);
    await bea.page.click("#leave");
    await bea.page.locator("#lobby-people").getByRole("button", { name: "Leave the party" }).click();
    await bea.page.locator("#lobby-people .people-party").waitFor({ state: "hidden" });
    await ann.page.click("#leave");
  });

  it("are seen as offline a while after their browser is killed", async () => {
    await bea.kill();
    await ann.sees("Bea", "offline", "last seen just now");
    await ann.shots("offline", "#lobby-people");
  });

  it("never threw on any page", () => {
    assert.deepEqual([...ann.problems, ...bea.problems], []);
  });
});

describe("people on the page while Redis is away", function () {
  this.timeout(60_000);

  it("[PPL3] are not shown as they were: the page says that it does not know, until Redis is back", async () => {
    const redis = await startRedis();
    const test = await startNode({ redisUrl: redis.url });
    const ann = await visitPeople(test.httpUrl, "Ann");
    await ann.sees("Ann", "online", "in the lobby");
    redis.pause();
    await ann.page.locator("#lobby-people .people-note", { hasText: "cannot be told at the moment" }).waitFor();
    assert.equal(await ann.row("Ann").count(), 0);
    await ann.shots("unknown", "#lobby-people");
    redis.resume();
    await ann.sees("Ann", "online", "in the lobby");

    await ann.close();
    await test.close();
    await redis.stop();
  });
});
