import assert from "node:assert/strict";
import { SignJWT } from "jose";
import type { Page } from "playwright-core";
import { isReady } from "../support/board-page.ts";
import { type BoardVisitor, visit } from "../support/board-visit.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

const SECRET = "a-secret-that-only-the-issuer-and-this-node-know";

describe("the page of a server that asks for a token", function () {
  this.timeout(90_000);
  let test: TestNode;
  let ann: BoardVisitor;
  let page: Page;
  before(async () => {
    test = await startNode({ auth: "token", tokenSecret: SECRET });
  });
  after(() => test.close());
  beforeEach(async () => {
    ann = await visit("about:blank", { name: "Ann", waits: false });
    page = ann.page;
  });
  afterEach(() => ann.close());

  const tokenOf = (userId: string): Promise<string> =>
    new SignJWT({ sub: userId, jti: `${userId}-1` })
      .setProtectedHeader({ alg: "HS256" })
      .setIssuedAt()
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(SECRET));
  const title = (words: string): Promise<void> => page.locator("#cover-title", { hasText: words }).waitFor();
  const boardUrl = (hash = ""): string => `${test.httpUrl}/board/?id=tokens${hash}`;

  it("a board asks for it, says where it does not fit, and opens with one that fits", async () => {
    await page.goto(boardUrl());
    await title("This server asks for a token");
    await ann.shots("token-asked");
    await page.getByLabel("Token", { exact: true }).fill("no.token.at-all");
    await page.getByRole("button", { name: "Go in" }).click();
    await title("This token does not fit");
    await page.getByLabel("Token", { exact: true }).fill(await tokenOf("user-ann"));
    await page.keyboard.press("Enter");
    await page.waitForFunction(isReady);
    await page.reload();
    await page.waitForFunction(isReady);

    assert.equal(await page.locator("#cover").isVisible(), false);
  });

  it("a board takes it from its address, where it does not stay", async () => {
    await page.goto(boardUrl(`#token=${await tokenOf("user-bea")}`));
    await page.waitForFunction(isReady);

    assert.equal(page.url(), boardUrl());
  });

  it("the lobby asks for it, and keeps it for the boards of the tab", async () => {
    await page.goto(test.httpUrl);
    await page.locator("#token h2", { hasText: "This server asks for a token" }).waitFor();
    await ann.shots("token-asked-in-lobby");
    await page.getByLabel("Token", { exact: true }).fill(await tokenOf("user-cy"));
    await page.getByRole("button", { name: "Go in" }).click();
    await page.locator('#lobby-status[data-state="connected"]').waitFor();
    await page.getByRole("button", { name: "New board" }).click();

    await page.waitForFunction(isReady);
  });
});
