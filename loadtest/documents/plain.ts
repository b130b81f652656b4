import { createHash } from "node:crypto";

/** Records by id, to read. */
export interface Entries {
  entries(): Iterable<readonly [string, object]>;
}

/** What a document says, as a short text: the same for two documents that say the same, in whatever order they keep it. */
export function digestOf(document: Entries): string {
  const hash = createHash("sha256");
  const records = [...document.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [id, record] of records) hash.update(`${JSON.stringify(id)}:${plainText(record)}\n`);
  return hash.digest("base64url");
}

/** A plain value as text; keys are sorted, bytes are told from texts. */
function plainText(value: unknown): string {
  if (value instanceof Uint8Array) return `<${Buffer.from(value).toString("base64")}>`;
  if (Array.isArray(value)) return `[${value.map(plainText).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const fields = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${plainText(field)}`).join()}}`;
}
