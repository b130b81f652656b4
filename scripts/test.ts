/**
 * Runs all tests, in three processes of mocha: `npm test`. What is given is passed on to each.
 *
 * Most tests wait for much of their time, and leave half of a small machine to others. Beside them runs the cluster in which
 * things fail, for minutes, and, on what is left of the machine, the models, which only compute. One line
 * `N passed, N failed[, N skipped]` closes the report; a process that does not come to its end counts as one failure.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";

const CHAOS = "test/chaos/**/*.test.ts";
const MODELS = "test/model/**/*.test.ts";

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
  /** Never rejects. */
  readonly ended: Promise<Tally>;
}

const folder = mkdtempSync(join(tmpdir(), "arena-tests-"));
const options = process.argv.slice(2);

const others = start("others", ["test/**/*.test.ts", "--ignore", CHAOS, "--ignore", MODELS], "inherit");
const chaos = start("chaos", [CHAOS], "pipe");
setPriority(constants.priority.PRIORITY_LOW); // inherited by who is started from here on
const models = start("models", [MODELS], "pipe");
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => [others, chaos, models].forEach(({ child }) => void child.kill(signal)));
}

let tally = await others.ended;
for (const { name, child, ended } of [chaos, models]) {
  process.stdout.write(`\n  The ${name}, beside all that:\n`);
  child.stdout?.pipe(process.stdout, { end: false }); // has waited in the pipe, so that the reports are not one muddle
  tally = add(tally, await ended);
}
rmSync(folder, { recursive: true });
console.log(closingLine(tally));
process.exitCode = tally.failures === 0 ? 0 : 1;

function closingLine({ passes, failures, pending }: Tally): string {
  return `${passes} passed, ${failures} failed${pending > 0 ? `, ${pending} skipped` : ""}`;
}

function start(name: string, args: readonly string[], stdout: "inherit" | "pipe"): Part {
  const file = join(folder, name);
  // Counting what is run makes the models twice as slow; neither they nor chaos run what has no test of its own.
  const coverage = stdout === "pipe" ? { NODE_V8_COVERAGE: "" } : {};
  const child = spawn(process.execPath, ["node_modules/mocha/bin/mocha.js", ...args, ...options], {
    env: { ...process.env, ...coverage, TALLY_FILE: file },
    stdio: ["inherit", stdout, "inherit"],
  });
  return { name, child, ended: once(child, "close").then(([code, signal]) => tallyOf(name, file, code ?? signal)) };
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
