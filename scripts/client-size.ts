/** Reports how many bytes the client library adds to a page: `npm run client-size`. */
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

const ENTRY = new URL("../src/client/client.ts", import.meta.url).pathname;
/** What a page has anyway that speaks to a room. */
const SDK = /^@colyseus\//;

/** What a page loads at once, and what it loads when it is needed. */
interface Bundle {
  readonly atOnce: string;
  readonly later: string;
}

/** @param imports what of the library a page uses */
async function bundle(imports: string, external: RegExp[]): Promise<Bundle> {
  const id = "virtual:page";
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "page",
        resolveId: (source) => (source === id ? `\0${id}` : undefined),
        load: (source) => (source === `\0${id}` ? `export { ${imports} } from ${JSON.stringify(ENTRY)};` : undefined),
      },
    ],
    build: {
      write: false,
      minify: true,
      target: "es2022",
      rolldownOptions: { input: id, external, preserveEntrySignatures: "strict" },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !("output" in output)) throw new Error("Nothing was built.");
  const chunks = output.output.filter((part) => part.type === "chunk");
  const atOnce = new Set(
    chunks.filter(({ isEntry }) => isEntry).flatMap(({ fileName, imports: names }) => [fileName, ...names]),
  );
  const codeOf = (isAtOnce: boolean): string =>
    chunks
      .filter(({ fileName }) => atOnce.has(fileName) === isAtOnce)
      .map(({ code }) => code)
      .join("");
  return { atOnce: codeOf(true), later: codeOf(false) };
}

const rows = [
  ["connect", "connect", [SDK]],
  ["connect and openDocument", "connect, openDocument", [SDK]],
  ["connect and openDocument, with the SDK", "connect, openDocument", []],
] as const;

console.log("library                                    minified      gzip    brotli   (bytes)");
function tell(name: string, code: string): void {
  const sizes = [code.length, gzipSync(code, { level: 9 }).length, brotliCompressSync(code).length];
  console.log(`${name.padEnd(42)}${sizes.map((size) => String(size).padStart(9)).join(" ")}`);
}

for (const [name, imports, external] of rows) {
  const { atOnce, later } = await bundle(imports, [...external]);
  tell(name, atOnce);
  if (later !== "") tell("  when a history is opened", later);
}
