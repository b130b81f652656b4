/** Frames of the board in a real browser: `npm run board-frames`. A line a case. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build, preview } from "vite";
import { openBrowser } from "../../support/browser.ts";
import type { Frames } from "./page.ts";

const PAN_MS = 3000;
const PEOPLE = 20;

const outDir = await mkdtemp(join(tmpdir(), "board-frames-"));
const root = import.meta.dirname;
await build({ root, configFile: false, logLevel: "error", build: { outDir, emptyOutDir: true, target: "es2024" } });
const server = await preview({ root, configFile: false, build: { outDir }, preview: { port: 0, host: "127.0.0.1" } });
const url = server.resolvedUrls?.local[0];
if (!url) throw new Error("The page has no address.");
const browser = await openBrowser();
try {
  const page = await browser.openPage(url);
  await page.waitForFunction("window.bench");
  const { sceneMs, pictureMs } = await page.evaluate(() => window.bench.open(20_000, 260));
  say("open 20,000 shapes", `scene ${sceneMs.toFixed(0)} ms, first whole picture ${pictureMs.toFixed(0)} ms`);
  sayFrames("pan 20,000 shapes, zoomed to fit", await page.evaluate((ms) => window.bench.pan(ms), PAN_MS));
  sayFrames("pan 20,000 shapes, zoom 1", await page.evaluate((ms) => window.bench.pan(ms, 1), PAN_MS));
  sayFrames("zoom 20,000 shapes", await page.evaluate((ms) => window.bench.zoom(ms), PAN_MS));
  await page.reload();
  await page.waitForFunction("window.bench");
  await page.evaluate(() => window.bench.open(5000, 130));
  sayFrames("drag 3,000 of 5,000 shapes in view", await page.evaluate((ms) => window.bench.drag(ms, 3000), PAN_MS));
  const frames = await page.evaluate(([ms, people]) => window.bench.crowd(ms, people), [PAN_MS, PEOPLE] as const);
  sayFrames(`${PEOPLE} people at work among 5,000 shapes in view`, frames);
  for (const problem of browser.problems) say("problem", problem);
} finally {
  await browser.close();
  await server.close();
  await rm(outDir, { recursive: true });
}

function sayFrames(name: string, { fps, p50Ms, p95Ms, maxMs }: Frames): void {
  const work = [p50Ms, p95Ms, maxMs].map((ms) => ms.toFixed(1)).join(" / ");
  say(name, `${fps.toFixed(1)} frames a second, main thread p50 / p95 / max ${work} ms`);
}

function say(name: string, figures: string): void {
  process.stdout.write(`${name.padEnd(48)} ${figures}\n`);
}
