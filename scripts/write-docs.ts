/** Writes the parts of docs/ that come from code: `npm run docs`. */
import { readFile, writeFile } from "node:fs/promises";
import { docParts, withPart } from "./doc-tables.ts";

for (const part of await docParts()) {
  await writeFile(part.file, withPart(await readFile(part.file, "utf8"), part));
}
