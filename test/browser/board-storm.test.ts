import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PreviewServer, preview } from "vite";
import { PHONE } from "../support/board-page.ts";
import { type BoardVisitor, equal, eventually, visit } from "../support/board-visit.ts";
import { type FaultProxy, openFaultProxy } from "../support/fault-proxy.ts";
import { type NodeProcess, spawnNode } from "../support/spawn-node.ts";

describe("two people who draw on a board through a storm", function () {
  this.timeout(120_000);
  let folder: string;
  let node: NodeProcess;
  let port = 0;
  let pages: PreviewServer;
  /** Each has a network of their own. */
  let proxies: FaultProxy[];
  let ann: BoardVisitor;
  let bea: BoardVisitor;
  let boards = 0;

  const startNode = async (): Promise<void> => {
    node = spawnNode(["--port", String(port), "--host", "127.0.0.1", "--data-dir", folder]);
    port = (await node.ready).port;
  };
  const killNode = async (): Promise<void> => {
    node.child.kill("SIGKILL");
    await node.ended;
  };
  const proxyOf = (person: BoardVisitor): FaultProxy => {
    const proxy = proxies[person === ann ? 0 : 1];
    assert.ok(proxy);
    return proxy;
  };
  const cutOff = (person: BoardVisitor): void => {
    proxyOf(person).refuse();
    proxyOf(person).cut();
  };
  const open = async (person: BoardVisitor, id: string): Promise<void> => {
    await person.page.goto(`http://127.0.0.1:${proxyOf(person).port}/board/?id=${id}`);
    await person.isLive();
  };
  const signOf = (person: BoardVisitor): Promise<string> =>
    person.page.locator("#saved").textContent() as Promise<string>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "arena-storm-"));
    await startNode();
    pages = await preview({ root: "client-sample", logLevel: "silent", preview: { port: 0, host: "127.0.0.1" } });
    proxies = [await openFaultProxy({ targetPort: port }), await openFaultProxy({ targetPort: port })];
    [ann, bea] = await Promise.all([
      visit("about:blank", { name: "Ann", waits: false }),
      visit("about:blank", { name: "Bea", size: PHONE, waits: false }),
    ]);
  });
  after(async () => {
    await Promise.all([ann.close(), bea.close()]);
    await pages.close();
    for (const proxy of proxies) await proxy.close();
    await killNode();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const proxy of proxies) proxy.accept();
  });
  const newBoard = async (): Promise<string> => {
    const id = `storm-${boards++}`;
    await Promise.all([open(ann, id), open(bea, id)]);
    return id;
  };

  it("have the same board with every stroke once, though one was cut off, reloaded, and the server was killed", async () => {
    const id = await newBoard();
    await ann.draw([-150, -250], [-50, -190], [60, -260]);
    await bea.draw([-100, -130], [0, -70], [100, -130]);
    await Promise.all([ann.sees(2), bea.sees(2)]);
    await equal(ann, bea);

    cutOff(ann);
    await eventually("Ann's page notices", async () => /Offline/.test(await signOf(ann)));
    await ann.draw([-150, -40], [-50, 20], [60, -40]);
    await ann.draw([80, 40], [120, 100], [160, 30]);
    await eventually("the sign counts what is kept", async () => /Offline: 2 kept/.test(await signOf(ann)));
    await ann.shot("storm-cut-off-1280");
    await bea.draw([-150, 100], [-60, 160], [20, 90]);
    await bea.saved();
    await killNode();
    await eventually("Bea's page notices", async () => (await signOf(bea)) === "Offline");
    await bea.draw([-150, 200], [0, 250], [150, 190]);
    await ann.page.reload().catch(() => {}); // the page comes from the server, too: the browser says that it cannot be reached
    await startNode();
    proxyOf(ann).accept();
    await open(ann, id);

    await Promise.all([ann.sees(6), bea.sees(6)]);
    await equal(ann, bea);
    const kinds = (await ann.shapes()).map(({ kind }) => kind);
    assert.deepEqual(kinds, Array(6).fill("stroke"));
    await eventually("the sign says so", async () => (await signOf(ann)) === "Saved");
    await ann.shot("storm-over-1280");
    await bea.shot("storm-over-390");
  });

  it("are shown what was drawn offline after a reload before the server is back, and it is delivered once", async () => {
    const id = await newBoard();
    const elsewhere = `${pages.resolvedUrls?.local[0]}board/?id=${id}&server=http://127.0.0.1:${proxyOf(ann).port}`;
    await ann.page.goto(elsewhere);
    await ann.isLive();
    await ann.draw([-150, -250], [-50, -190], [60, -260]);
    await bea.sees(1);
    await ann.saved();

    cutOff(ann);
    await ann.draw([-150, -40], [-50, 20], [60, -40]);
    await eventually("it is kept", async () => /Offline: 1 kept/.test(await signOf(ann)));
    await ann.page.reload();
    await eventually("it is kept still", async () => /Offline: 1 kept/.test(await signOf(ann)));
    await ann.shot("storm-reloaded-offline-1280");
    const offline = await ann.shapes();
    await ann.draw([80, 40], [120, 100], [160, 30]);
    proxyOf(ann).accept();

    await Promise.all([ann.sees(3), bea.sees(3)]);
    await equal(ann, bea);
    assert.equal(offline.length, 1, "what the server has is not here, but what it does not have is");
  });

  it("take back only their own work", async () => {
    await newBoard();
    const idsOf = async (person: BoardVisitor): Promise<readonly string[]> =>
      (await person.shapes()).map(({ id }) => id);
    await ann.draw([-150, -250], [-50, -190], [60, -260]);
    await ann.saved();
    const [ofAnn] = await idsOf(ann);
    assert.ok(ofAnn);
    await eventually("Bea has it", async () => (await idsOf(bea)).includes(ofAnn));
    await bea.draw([-100, -130], [0, -70], [100, -130]);
    await bea.saved();
    const ofBea = (await idsOf(bea)).find((id) => id !== ofAnn);
    assert.ok(ofBea);
    await eventually("Ann has it", async () => (await idsOf(ann)).includes(ofBea));
    await ann.draw([-150, -40], [-50, 20], [60, -40]);
    await bea.sees(3);

    for (let step = 0; step < 3; step++) await ann.page.keyboard.press("Control+z");
    await Promise.all([ann.sees(1), bea.sees(1)]);
    assert.deepEqual(await idsOf(ann), [ofBea]);
    await ann.page.keyboard.press("Control+Shift+z");
    await Promise.all([ann.sees(2), bea.sees(2)]);
    await bea.page.locator("#undo").click();

    await Promise.all([ann.sees(1), bea.sees(1)]);
    assert.deepEqual(await idsOf(ann), [ofAnn]);
    await equal(ann, bea);
  });

  it("never see a page fail", () => {
    assert.deepEqual([...ann.problems, ...bea.problems], []);
  });
});
