import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { docParts, events, existingModules, metrics, withPart } from "../scripts/doc-tables.ts";
import { OPTIONS } from "../src/config/config.ts";
import { ERRORS } from "../src/errors/errors.ts";
import { CLOSE_CODES, PEOPLE_MESSAGES, PRESENCE_MESSAGES } from "../src/protocol/protocol.ts";
import { measure } from "../src/telemetry/metrics-sink.ts";
import { createTelemetry } from "../src/telemetry/telemetry.ts";
import { SAMPLE_EVENTS } from "./support/sample-events.ts";

const IGNORED = ["node_modules/**", "**/dist/**", "coverage/**", "test/output/**", ".git/**"];
const DOCUMENTS = globSync("**/*.md", { exclude: IGNORED });
const TESTS = globSync("test/**/*.test.ts");

describe("the documents", () => {
  it("have a test for every rule of SPEC.md", () => {
    assertNone("rules without a test whose title begins with their id", except(specRules(), testedRules()));
  });

  it("have every rule that a test names", () => {
    assertNone("ids in test titles that SPEC.md does not have", except(testedRules(), specRules()));
  });

  it("give each rule an id of its own", () => {
    assertNone("ids that SPEC.md gives twice", repeated(specRules()));
  });

  it("hold what `npm run docs` writes", async () => {
    const stale = (await docParts()).filter((part) => withPart(read(part.file), part) !== read(part.file));

    assertNone(
      "parts that are not current; run `npm run docs`",
      stale.map(({ file, name }) => `${file}: ${name}`),
    );
  });

  it("tell every error, event, option, metric and close code of the code, found without reading its text", async () => {
    const [protocol, operations] = [read("docs/PROTOCOL.md"), read("docs/OPERATIONS.md")];
    const metricNames = (await metricsAtRunTime()).filter((name) => name.startsWith("arena_"));

    assertNone("errors that PROTOCOL.md lacks", absent(Object.keys(ERRORS), protocol));
    assertNone("close codes that PROTOCOL.md lacks", absent(Object.keys(CLOSE_CODES), protocol));
    assertNone(
      "options that OPERATIONS.md lacks",
      absent(
        OPTIONS.map(({ flag }) => `--${flag}`),
        operations,
      ),
    );
    assertNone("events that OPERATIONS.md lacks", absent(Object.keys(SAMPLE_EVENTS), operations));
    assertNone("metrics that OPERATIONS.md lacks", absent(metricNames, operations));
  });

  it("name no error, event, option or metric that does not exist", () => {
    const names = DOCUMENTS.flatMap((file) => namesIn(read(file)).map((name) => ({ file, name })));
    const known = knownNames();

    const unknown = names.filter(({ name }) => !known.has(name)).map(({ file, name }) => `${file}: ${name}`);

    assertNone("names that the code does not know", unknown);
  });

  it("show the modules that there are", async () => {
    const folders = globSync("src/*/").map((path) => path.split("/")[1] ?? "");

    assertNone("folders of src/ that the module table lacks", except(folders, [...(await existingModules()).keys()]));
  });

  it("give each dependency at run time its sentence in ARCHITECTURE.md", () => {
    const { dependencies } = packageJson();

    assertNone(
      "dependencies without a line `- `name`: sentence`",
      Object.keys(dependencies).filter((name) => !read("docs/ARCHITECTURE.md").includes(`- \`${name}\`: `)),
    );
  });

  it("name only scripts that package.json has", () => {
    const { scripts } = packageJson();
    const named = DOCUMENTS.map(read).flatMap((text) => [
      ...matches(text, /npm run (?:-s )?([\w:-]+)/g),
      ...matches(text, /npm (start|test)\b/g),
    ]);

    assertNone("npm commands that do not exist", except(named, Object.keys(scripts)));
  });

  it("have links that lead somewhere", () => {
    const broken = DOCUMENTS.flatMap((file) =>
      matches(read(file), /\]\((?!https?:|mailto:)([^)\s]+)\)/g).filter((link) => !leadsSomewhere(file, link)),
    );

    assertNone("links that lead nowhere", broken);
  });
});

describe("the sources", () => {
  it("take time and chance from a Clock", () => {
    const files = globSync(["src/**/*.ts", "rooms/**/*.ts"]).filter((file) => !file.startsWith("src/clock/"));

    const offenders = files.filter((file) => /\b(Math\.random|Date\.now|performance\.now)\b/.test(read(file)));

    assertNone("files with a time or chance of their own", offenders);
  });
});

function specRules(): string[] {
  return matches(read("docs/SPEC.md"), /^- ([A-Z]{2,3}\d+) /gm);
}

/** Ids in brackets at the beginning of a test's title; a title may carry several. */
function testedRules(): string[] {
  const prefixes = TESTS.flatMap((file) => matches(read(file), /\bit\(\s*["'`]((?:\[[A-Z]+\d+\])+)/g));
  return prefixes.flatMap((prefix) => matches(prefix, /\[([A-Z]+\d+)\]/g));
}

async function metricsAtRunTime(): Promise<string[]> {
  const measuring = measure(createTelemetry());
  const { text } = await measuring.read();
  measuring.close();
  return matches(text, /^# TYPE (\S+)/gm);
}

/** What can only be a variable, flag, metric or event of ours, by its form or by its first word. */
function namesIn(document: string): string[] {
  const subjects = new Set(events().map(({ name }) => name.split(":")[0]));
  return [
    ...matches(document, /`(ARENA_[A-Z_]+|arena_\w+|--[a-z-]+)(?=[`{ ])/g),
    ...matches(document, /`([a-z]+:[a-z]+)`/g).filter((name) => subjects.has(name.split(":")[0])),
  ];
}

function knownNames(): ReadonlySet<string> {
  return new Set([
    ...OPTIONS.flatMap(({ flag, env }) => [`--${flag}`, env]),
    ...events().map(({ name }) => name),
    ...metrics().map(({ name }) => name),
    ...Object.values({ ...PEOPLE_MESSAGES, ...PRESENCE_MESSAGES }),
    ...FLAGS_OF_OTHER_COMMANDS,
  ]);
}

const FLAGS_OF_OTHER_COMMANDS = [
  "--help",
  "--nodes",
  "--budget-ms",
  "--i-own-this-server",
  "--boards",
  "--drop-every",
  "--bots",
  "--logs",
];

function leadsSomewhere(file: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? file : join(dirname(file), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(read(target)).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(document: string): string[] {
  return matches(document, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

interface PackageJson {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
}

function packageJson(): PackageJson {
  return JSON.parse(read("package.json")) as PackageJson; // npm itself holds it to that form
}

function read(file: string): string {
  return readFileSync(file, "utf8");
}

/** What the first group of each match holds. */
function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, group = ""]) => group);
}

function except(names: readonly string[], others: readonly string[]): string[] {
  return [...new Set(names)].filter((name) => !others.includes(name));
}

function repeated(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

function absent(names: readonly string[], document: string): string[] {
  return names.filter((name) => !document.includes(`\`${name}\``));
}

function assertNone(what: string, found: readonly string[]): void {
  assert.equal(found.length, 0, `${what}: ${found.join(", ")}`);
}
