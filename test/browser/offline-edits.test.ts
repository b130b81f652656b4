import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { build } from "vite";
import { type BoardOp, type BoardRecord, board } from "../../rooms/whiteboard/rules/board.ts";
import { connect, openDocument, type SharedDocument } from "../../src/client/client.ts";
import { openBrowser, type TestBrowser } from "../support/browser.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import type { OfflineProbe } from "../support/offline-page.ts";
import { startNode, type TestNode } from "../support/start-node.ts";

declare const window: { readonly offlineProbe: OfflineProbe };

const ENTRY = new URL("../support/offline-page.ts", import.meta.url).pathname;

/** Serves the page, which stays there when the server of the room is away. */
async function servePage(): Promise<Server> {
  const result = await build({
    configFile: false,
    logLevel: "silent",
    build: { write: false, target: "es2024", rolldownOptions: { input: ENTRY, output: { codeSplitting: false } } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  assert.ok(output && "output" in output);
  const script = output.output.map((part) => (part.type === "chunk" ? part.code : "")).join("\n");
  const page = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(isScript ? script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  page.listen(0, "127.0.0.1");
  await once(page, "listening");
  return page;
}

describe("edits made offline", function () {
  this.timeout(60_000);
  let test: TestNode;
  let proxy: FaultProxy;
  let page: Server;
  let browser: TestBrowser;
  let boards = 0;
  let id = "";
  before(async () => {
    page = await servePage();
    test = await startNode();
    proxy = await openFaultProxy({ targetPort: test.node.port });
    browser = await openBrowser();
  });
  beforeEach(() => {
    id = `offline-${boards++}`;
    proxy.accept();
  });
  after(async () => {
    await browser.close();
    page.close();
    await proxy.close();
    await test.close();
  });

  const openTab = async (): Promise<Page> => {
    const { port } = page.address() as AddressInfo; // it listens on a port
    const tab = await browser.openPage(`http://127.0.0.1:${port}/?server=http://127.0.0.1:${proxy.port}&board=${id}`);
    await tab.waitForFunction(() => window.offlineProbe !== undefined);
    return tab;
  };
  const online = (tab: Page) => tab.waitForFunction(() => window.offlineProbe.status === "online");
  const saved = (tab: Page) => tab.waitForFunction(() => window.offlineProbe.unsaved === 0);
  const draw = (tab: Page, shape: string) => tab.evaluate((name) => window.offlineProbe.draw(name), shape);
  /** The browser has written down what was drawn: what reads after a writing transaction waits for it. */
  const kept = (tab: Page) =>
    tab.evaluate(async () => {
      const opened = indexedDB.open("arena-outboxes");
      await new Promise((resolve) => opened.addEventListener("success", resolve));
      const counted = opened.result.transaction("pushes").objectStore("pushes").count();
      await new Promise((resolve) => counted.addEventListener("success", resolve));
    });
  const goAway = async (...tabs: Page[]): Promise<void> => {
    proxy.refuse();
    proxy.cut();
    await Promise.all(tabs.map((tab) => tab.waitForFunction(() => window.offlineProbe.status !== "online")));
  };
  /** What the server has: the shapes, and how many entries that took. */
  const atServer = async (): Promise<{ ids: readonly string[]; entries: number }> => {
    const connection = connect({ url: test.httpUrl, room: "whiteboard", options: { id } });
    const doc: SharedDocument<BoardOp, BoardRecord> = await openDocument(connection, { document: board });
    await doc.push([{ t: "create", id: "witness", type: "rect", g: {} }]);
    const ids = [...doc.entries()].map(([shape]) => shape).sort();
    const entries = doc.seq;
    await connection.close();
    return { ids, entries };
  };

  it("[CLI2] survive a reload, and are delivered once", async () => {
    const tab = await openTab();
    await online(tab);
    await draw(tab, "a");
    await saved(tab);
    await goAway(tab);
    await draw(tab, "b");
    await draw(tab, "c");
    await kept(tab);

    await tab.reload();
    await tab.waitForFunction(() => window.offlineProbe?.unsaved === 2);
    const seen = await tab.evaluate(() => window.offlineProbe.ids);
    const isPersistent = await tab.evaluate(() => window.offlineProbe.isPersistent);
    await draw(tab, "d");
    proxy.accept();
    await saved(tab);
    const server = await atServer();

    assert.deepEqual(seen, ["b", "c"]);
    assert.equal(isPersistent, true);
    assert.deepEqual(server, { ids: ["a", "b", "c", "d", "witness"], entries: 5 });
  });

  it("[CLI2] that were on their way when the page was reloaded are delivered once", async () => {
    const tab = await openTab();
    await online(tab);

    await tab.evaluate(() => {
      for (let shape = 0; shape < 50; shape++) window.offlineProbe.draw(`shape-${shape}`);
    });
    await kept(tab);
    await tab.reload();
    await tab.waitForFunction(() => window.offlineProbe?.status === "online");
    await saved(tab);
    const server = await atServer();

    assert.equal(server.ids.length, 51);
    assert.equal(server.entries, 51);
  });

  it("[CLI4] of two tabs have two client ids", async () => {
    const tabs = [await openTab(), await openTab()];
    const ids = await Promise.all(tabs.map((tab) => tab.evaluate(() => window.offlineProbe.clientId)));
    await Promise.all(tabs.map(online));
    await goAway(...tabs);

    for (const [index, tab] of tabs.entries()) await draw(tab, `tab-${index}`);
    proxy.accept();
    await Promise.all(tabs.map(saved));
    const server = await atServer();

    assert.notEqual(ids[0], ids[1]);
    assert.deepEqual(server, { ids: ["tab-0", "tab-1", "witness"], entries: 3 });
  });

  it("[CLI4] of tabs that were closed are delivered by the next", async () => {
    const tabs = [await openTab(), await openTab()];
    await Promise.all(tabs.map(online));
    await goAway(...tabs);
    for (const [index, tab] of tabs.entries()) {
      await draw(tab, `tab-${index}`);
      await kept(tab);
      await tab.close();
    }

    const next = await openTab();
    const taken = await next.evaluate(() => window.offlineProbe.unsaved);
    proxy.accept();
    await next.waitForFunction(() => window.offlineProbe.ids.length === 2 && window.offlineProbe.unsaved === 0);
    const server = await atServer();

    assert.equal(taken, 1);
    assert.deepEqual(server, { ids: ["tab-0", "tab-1", "witness"], entries: 3 });
  });

  it("[CLI5] wait without an attempt while the browser is offline, and go when it is online", async () => {
    const tab = await openTab();
    await online(tab);

    await tab.context().setOffline(true);
    await tab.waitForFunction(() => window.offlineProbe.status === "offline");
    await draw(tab, "a");
    await tab.context().setOffline(false);
    await saved(tab);
    const server = await atServer();

    assert.deepEqual(server, { ids: ["a", "witness"], entries: 2 });
  });
});
