/**
 * Runs all tests, in three processes of mocha: `npm test`. What is given is passed on to each.
 *
 * Most tests wait for much of their time, and leave half of a small machine to others. Beside them run first the models, which
 * only compute and give way, and then the cluster in which things fail. One line `N passed, N failed[, N skipped]`
 * closes the report; a process that does not come to its end counts as one failure.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const CHAOS = "test/chaos/**/*.test.ts";
const MODELS = "test/model/**/*.test.ts";
/** How far the models give way. */
const MODELS_NICENESS = 10;

/** How many tests came to what, as `test/support/tally-reporter.mjs` writes it. */
interface Tally {
  readonly passes: number;
  readonly failures: number;
  readonly pending: number;
}

/** Some of the tests, in a process of its own. */
interface Part {
  readonly name: string;
  readonly child: ChildProcess;
  /** What it has to say at its end; nothing where it says it at once. */
  readonly report: Promise<string>;
  readonly ended: Promise<Tally>;
}

const folder = mkdtempSync(join(tmpdir(), "arena-tests-"));
const options = process.argv.slice(2);

const parts: Part[] = [];
let endedBy: NodeJS.Signals | undefined;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    endedBy = signal;
    for (const { child } of parts) child.kill(signal);
  });
}

const others = start("others", ["test/**/*.test.ts", "--ignore", CHAOS, "--ignore", MODELS]);
const models = start("models", [MODELS]);
const chaos = models.ended.then(() => start("chaos", [CHAOS]));
let tally = await others.ended;
for (const { name, report, ended } of [models, await chaos]) {
  tally = add(tally, await ended);
  process.stdout.write(`\n  Beside all that, the ${name}:\n${await report}`);
}
rmSync(folder, { recursive: true });
console.log(closingLine(tally));
process.exitCode = tally.failures === 0 ? 0 : 1;

function closingLine({ passes, failures, pending }: Tally): string {
  return `${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`;
}

function start(name: "others" | "models" | "chaos", args: readonly string[]): Part {
  const file = join(folder, name);
  const isMain = name === "others";
  // Counting what is run makes the models twice as slow; neither they nor chaos run what has no test of its own.
  const coverage = isMain ? {} : { NODE_V8_COVERAGE: "" };
  const child = spawn(process.execPath, ["node_modules/mocha/bin/mocha.js", ...args, ...options], {
    env: { ...process.env, ...coverage, TALLY_FILE: file },
    stdio: ["inherit", isMain ? "inherit" : "pipe", "inherit"],
  });
  if (name === "models" && child.pid !== undefined) setPriority(child.pid, MODELS_NICENESS);
  const report = child.stdout ? text(child.stdout) : Promise.resolve("");
  const ended = once(child, "close").then(([code, signal]) => tallyOf(name, file, code ?? signal));
  const part = { name, child, report, ended };
  parts.push(part);
  if (endedBy) child.kill(endedBy);
  return part;
}

/** What a process left behind that ended with `end`, its exit code or the signal that ended it. */
function tallyOf(name: string, file: string, end: number | NodeJS.Signals): Tally {
  const tally = read(file);
  if (tally && (end === 0 || tally.failures > 0)) return tally;
  console.error(`The process of the ${name} ended with ${end}, which is a failure by itself.`);
  return add(tally ?? { passes: 0, failures: 0, pending: 0 }, { passes: 0, failures: 1, pending: 0 });
}

function read(file: string): Tally | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Tally; // our reporter's
  } catch {
    return undefined; // it did not come to its end, which is said
  }
}

function add(one: Tally, other: Tally): Tally {
  return {
    passes: one.passes + other.passes,
    failures: one.failures + other.failures,
    pending: one.pending + other.pending,
  };
}
