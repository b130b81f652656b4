/**
 * The parts of docs/ that come from code. `npm run docs` writes them; test/docs.test.ts fails where they are not current.
 */
import { existsSync, readFileSync } from "node:fs";
import { OPTIONS } from "../src/config/config.ts";
import { range } from "../src/config/help-text.ts";
import { ERRORS, type ErrorRow } from "../src/errors/errors.ts";
import { CLOSE_CODES } from "../src/protocol/protocol.ts";

/** One generated part: what stands between `<!-- begin:name -->` and `<!-- end:name -->` in a document. */
export interface DocPart {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/** A row of the module table in .dependency-cruiser.mjs. */
export interface Module {
  readonly owns: string;
  /** Modules that it may import, "*" for all. */
  readonly mayImport: readonly string[] | "*";
}

/** The files that a guide shows whole, each under its path. */
const GUIDES: Readonly<Record<string, readonly string[]>> = {
  "docs/GUIDE-documents.md": [
    "rooms/chat/rules/chat.ts",
    "rooms/chat/chat-op.ts",
    "rooms/chat/chat-room.ts",
    "examples/chat-terminal.ts",
  ],
  "docs/GUIDE-people.md": ["examples/friends/friends-room.ts", "examples/friends/friends-client.ts"],
  "docs/GUIDE-whiteboard.md": [
    "rooms/whiteboard/board-room.ts",
    "rooms/whiteboard/board-op.ts",
    "rooms/whiteboard/rules/board.ts",
    "rooms/whiteboard/rules/shapes.ts",
    "rooms/whiteboard/rules/shape-undo.ts",
  ],
};

/** Every generated part, as it should be now. */
export async function docParts(): Promise<readonly DocPart[]> {
  return [
    { file: "docs/PROTOCOL.md", name: "stock-sdk", text: `\`\`\`ts\n${read("examples/stock-sdk.ts")}\`\`\`\n` },
    { file: "docs/PROTOCOL.md", name: "op-lane", text: `\`\`\`js\n${read("examples/op-lane.mjs")}\`\`\`\n` },
    ...Object.entries(GUIDES).flatMap(([file, shown]) =>
      shown.map((path) => ({ file, name: path, text: `\`\`\`ts\n${read(path)}\`\`\`\n` })),
    ),
    { file: "docs/GUIDE-documents.md", name: "arena.config.ts", text: `\`\`\`ts\n${chatEntry()}\n\`\`\`\n` },
    { file: "docs/PROTOCOL.md", name: "close-codes", text: closeCodeTable() },
    { file: "docs/PROTOCOL.md", name: "errors", text: errorTable() },
    { file: "docs/OPERATIONS.md", name: "options", text: optionTable() },
    { file: "docs/OPERATIONS.md", name: "metrics", text: metricTable() },
    { file: "docs/OPERATIONS.md", name: "events", text: eventTable() },
    { file: "docs/ARCHITECTURE.md", name: "modules", text: moduleTable(await existingModules()) },
  ];
}

/**
 * `document` with the part in its place.
 *
 * @throws Error where the document has no such markers
 */
export function withPart(document: string, { file, name, text }: DocPart): string {
  const [begin, end] = [`<!-- begin:${name} -->\n`, `<!-- end:${name} -->`];
  const [before, rest] = cut(document, begin);
  const [, after] = cut(rest ?? "", end);
  if (after === undefined) throw new Error(`${file} has no "${begin.trim()}" and "${end}".`);
  return `${before}${begin}${text}${end}${after}`;
}

/** Modules of the table that have a folder in src/. */
export async function existingModules(): Promise<ReadonlyMap<string, Module>> {
  const { MODULES }: { MODULES: Record<string, Module> } = await import(String(fileUrl(".dependency-cruiser.mjs")));
  return new Map(Object.entries(MODULES).filter(([name]) => existsSync(fileUrl(`src/${name}`))));
}

/** Names of all events in telemetry.ts, each with its sentence and what it carries. */
export function events(): readonly { readonly name: string; readonly sentence: string; readonly fields: string }[] {
  const source = read("src/telemetry/telemetry.ts");
  return [...source.matchAll(/\/\*\* ([^\n]+) \*\/\n {2}"(\w+:\w+)": \{\s([^}]+)\s+\};/g)].map(
    ([, sentence = "", name = "", body = ""]) => ({ name, sentence, fields: fieldNames(body) }),
  );
}

/** Every metric. */
export function metrics(): readonly { readonly name: string; readonly type: string; readonly help: string }[] {
  const source = [
    "metrics-sink",
    "document-metrics",
    "image-metrics",
    "checkpoint-metrics",
    "failover-metrics",
    "move-metrics",
  ]
    .map((file) => read(`src/telemetry/${file}.ts`))
    .join("");
  const declaration = /new (Counter|Gauge|Histogram)\(\{\s*name: "(\w+)",\s*help: "([^"]+)"/g;
  return [...source.matchAll(declaration)].map(([, type = "", name = "", help = ""]) => ({ name, type, help }));
}

/** How the app offers the chat. */
function chatEntry(): string {
  return /^ {2}(chat: .+)$/m.exec(read("arena.config.ts"))?.[1] ?? "";
}

function closeCodeTable(): string {
  const source = read("src/protocol/close-codes.ts");
  const rows = Object.entries(CLOSE_CODES).map(([name, code]) => {
    const sentence = new RegExp(`/\\*\\* ([^\\n]+) \\*/\\n {2}${name}:`).exec(source)?.[1] ?? "";
    return [code, mono(name), sentence.replace(/\{@link (\w+)\}/g, "`$1`")];
  });
  return table(["code", "name", "meaning"], rows);
}

function errorTable(): string {
  const rows = Object.entries<ErrorRow>(ERRORS).map(([name, row]) => [
    mono(name),
    row.wireCode,
    row.httpStatus,
    row.closeCode ?? "",
    row.isRetryable ? "yes" : "",
    row.sentence,
  ]);
  return table(["name", "code", "HTTP status", "closes with", "try again", "meaning"], rows);
}

function optionTable(): string {
  const rows = OPTIONS.map((option) => [mono(`--${option.flag}`), mono(option.env), range(option), option.sentence]);
  return table(["flag", "variable", "default and bounds", "what it does"], rows);
}

function metricTable(): string {
  return table(
    ["metric", "type", "what it says"],
    metrics().map(({ name, type, help }) => [mono(name), type.toLowerCase(), help]),
  );
}

function eventTable(): string {
  const sink = read("src/telemetry/log-sink.ts");
  return table(
    ["event", "level", "what happened", "carries"],
    events().map(({ name, sentence, fields }) => [mono(name), levelOf(name, sink), sentence, fields]),
  );
}

/** At what level log-sink.ts writes an event: the names in its line that are called, or chosen from. */
function levelOf(event: string, sink: string): string {
  const line = sink.split("telemetry.on(").find((part) => part.startsWith(`"${event}"`)) ?? "";
  return line.match(/\b(trace|debug|info|warn|error|fatal)\b(?="|\()/g)?.join(" or ") ?? "not logged";
}

function moduleTable(modules: ReadonlyMap<string, Module>): string {
  const rows = [...modules].map(([name, { owns, mayImport }]) => {
    const imports = mayImport === "*" ? "all" : mayImport.filter((other) => modules.has(other)).join(", ");
    return [name, owns, imports || "-"];
  });
  return table(["module", "owns", "may import"], rows);
}

function fieldNames(body: string): string {
  return [...body.matchAll(/(\w+)\??: /g)].map(([, field = ""]) => mono(field)).join(", ");
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${lines.join("\n")}\n`;
}

const mono = (text: string): string => `\`${text}\``;

function cut(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

function read(path: string): string {
  return readFileSync(fileUrl(path), "utf8");
}

function fileUrl(path: string): URL {
  return new URL(`../${path}`, import.meta.url);
}
