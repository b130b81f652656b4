/**
 * How long a board takes to open in a real browser: `npm run board-open -- [shapes]`, 20,000 unless it says otherwise.
 *
 * A node keeps a board of shapes of all kinds, which lie together far from where a visitor comes in, so that the page shows all of them. Each
 * time a new browser with an empty profile opens it as its first page. Told are milliseconds from the navigation (the page's own
 * clock: requests, scripts and join included, the start of the browser not) until all shapes have come, and until the first picture
 * that shows all of them. Cold: the node was just started and has the board on disk only. Warm: somebody has it open already.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import type { BoardDebug } from "../../../client-sample/src/board/board-debug.ts";
import { type BoardOp, type BoardRecord, board, type Shape } from "../../../rooms/whiteboard/rules/board.ts";
import { connect, openDocument } from "../../../src/client/client.ts";
import { openBrowser } from "../../support/browser.ts";
import { type NodeProcess, spawnNode } from "../../support/spawn-node.ts";
import { mixedBoard } from "../board-frames/boards.ts";

declare const window: { readonly boardDebug: BoardDebug | undefined };

interface Opening {
  readonly comeMs: number;
  readonly drawnMs: number;
}

const BOARD = "large";
const WARM_OPENINGS = 3;
/** Beyond what is seen from where a visitor comes in. */
const AWAY = 100_000;
const DEADLINE_MS = 120_000;

const count = Number(process.argv[2] ?? 20_000);
if (!Number.isInteger(count) || count < 1) throw new Error("Expected a number of shapes.");
const dataDir = await mkdtemp(join(tmpdir(), "board-open-"));
let node: NodeProcess | undefined;
try {
  await seed(await start());
  await stop();
  const url = await start();
  process.stdout.write(`load of ${availableParallelism()} cores: ${loadavg()[0]?.toFixed(1)}, this included\n`);
  say("cold", await openInNewBrowser(url));
  const visitor = connect({ url, room: "whiteboard", options: { id: BOARD } });
  await (await openDocument<BoardOp, BoardRecord>(visitor, { document: board })).flushed();
  for (let n = 1; n <= WARM_OPENINGS; n++) say(`warm ${n}`, await openInNewBrowser(url));
  await visitor.close();
} finally {
  await stop();
  await rm(dataDir, { recursive: true });
}

async function start(): Promise<string> {
  node = spawnNode(["--port=0", "--host=127.0.0.1", `--data-dir=${dataDir}`, "--log-level=warn"]);
  return `http://127.0.0.1:${(await node.ready).port}`;
}

async function stop(): Promise<void> {
  node?.child.kill("SIGTERM");
  await node?.ended;
}

async function seed(url: string): Promise<void> {
  const connection = connect({ url, room: "whiteboard", options: { id: BOARD } });
  const large = await openDocument<BoardOp, BoardRecord>(connection, { document: board });
  const creates = mixedBoard(count).map(([id, { type, g }]) => ({ t: "create", id, type, g: movedAway(g) }) as const);
  large.pushAll(creates);
  await large.flushed();
  await connection.close();
}

function movedAway(g: Shape["g"]): Shape["g"] {
  const { x, y, r } = g.pos ?? { x: 0, y: 0, r: 0 };
  return { ...g, pos: { x: x + AWAY, y: y + AWAY, r } };
}

async function openInNewBrowser(url: string): Promise<Opening> {
  const browser = await openBrowser();
  try {
    const page = await browser.openPage("about:blank");
    await page.goto(`${url}/board/?id=${BOARD}`, { waitUntil: "commit" });
    page.setDefaultTimeout(DEADLINE_MS);
    const opening = await page.evaluate(whenDrawn, count);
    for (const problem of browser.problems) process.stderr.write(`${problem}\n`);
    return opening;
  } finally {
    await browser.close();
  }
}

/** Runs in the page. */
async function whenDrawn(shapes: number): Promise<Opening> {
  const hasCome = (): boolean => window.boardDebug?.isLive === true && window.boardDebug.count === shapes;
  while (!hasCome()) await new Promise(requestAnimationFrame);
  const comeMs = performance.now();
  await window.boardDebug?.settled();
  return { comeMs, drawnMs: performance.now() };
}

function say(name: string, { comeMs, drawnMs }: Opening): void {
  const figures = `all shapes there after ${comeMs.toFixed(0)} ms, all drawn after ${drawnMs.toFixed(0)} ms`;
  process.stdout.write(`open ${count.toLocaleString("en-US")} shapes, ${name.padEnd(8)} ${figures}\n`);
}
