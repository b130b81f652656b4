import type { ExportParts } from "../canvas/export-png.ts";
import type { Item, Say } from "../words.ts";

/** What an export needs of the page. */
export interface ExportOptions extends Pick<ExportParts, "theme" | "measure"> {
  /** What is exported, from bottom to top. */
  readonly items: readonly Item[];
  /** http: or https: origin of the server. */
  readonly server: string;
  /** Of the file, without its ending. */
  readonly name: string;
  readonly say: Say;
}

/** A browser that was given a file has taken it by then. */
const TAKEN_MS = 60_000;

/** Makes a picture of shapes and gives it to the browser as a file; says what became of it. What makes it is loaded when it is needed. */
export async function exportAs(
  format: "png" | "svg",
  { items, theme, measure, server, name, say }: ExportOptions,
): Promise<void> {
  try {
    const parts: ExportParts = { items, theme, measure, imageBlob: (hash) => imageBlob(server, hash) };
    const make = format === "png" ? pngOf : svgOf;
    const exported = await make(parts);
    if (!exported) return;
    download(exported.blob, `${name}.${format}`);
    const { missingImages } = exported;
    if (missingImages > 0)
      say(`${missingImages} pictures could not be had, and are empty frames in the file.`, "problem");
    else say(`${name}.${format} is made.`);
  } catch (error) {
    say(`The file could not be made: ${error instanceof Error ? error.message : String(error)}`, "problem");
  }
}

async function pngOf(parts: ExportParts) {
  const { exportPng } = await import("../canvas/export-png.ts");
  return exportPng(parts);
}

async function svgOf(parts: ExportParts) {
  const { exportSvg } = await import("../canvas/export-svg.ts");
  return exportSvg(parts);
}

/** @throws Error where the server does not give it */
async function imageBlob(server: string, hash: string): Promise<Blob> {
  const answer = await fetch(`${server}/api/images/${hash}`);
  if (!answer.ok) throw new Error(`The server gives no such picture (${answer.status}).`);
  return answer.blob();
}

function download(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), TAKEN_MS);
}
