import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { CAN_PIN } from "./cores.ts";

const FILE = new URL("../RESULTS.md", import.meta.url);
const BYTES_PER_GIB = 1024 ** 3;
const TITLE = "# Results\n\nEach part is written by the command that it names.\n";

/** What a table says of itself: when, where, with which versions and by which command it was made. */
export async function describeRun(
  command: string,
  packages: readonly string[],
  pinning = CAN_PIN ? "server on core 0, load on core 1" : "not pinned to cores: there is one, or no taskset",
): Promise<string> {
  const versions = await Promise.all(packages.map(async (name) => `${name} ${await versionOf(name)}`));
  const [cpu] = cpus();
  return [
    `- command: \`${command}\``,
    `- date: ${new Date().toISOString().slice(0, 16)}Z`,
    `- machine: ${cpus().length} x ${cpu?.model.trim()}, ${Math.round(totalmem() / BYTES_PER_GIB)} GiB, Linux ${release()}; ${pinning}`,
    `- versions: Node ${process.versions.node}, ${versions.join(", ")}`,
  ].join("\n");
}

/** Puts `text` under the heading `section` of loadtest/RESULTS.md, in place of what was there. */
export async function writeSection(section: string, text: string): Promise<void> {
  const before = await readFile(FILE, "utf8").catch(() => TITLE); // the first results begin the file
  await writeFile(FILE, replaceSection(before, section, text));
}

/** `document` with `text` as its part `## section`; a new part goes to the end. */
export function replaceSection(document: string, section: string, text: string): string {
  const [head = "", ...parts] = document.trimEnd().split(/\n(?=## )/);
  const part = `## ${section}\n\n${text.trim()}\n`;
  const index = parts.findIndex((each) => each.startsWith(`## ${section}\n`));
  const others = index < 0 ? [...parts, part] : parts.with(index, part);
  return `${[head, ...others].map((each) => each.trimEnd()).join("\n\n")}\n`;
}

async function versionOf(name: string): Promise<string> {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(await readFile(file, "utf8")) as { version: string }).version; // every package has one
}
