/**
 * loadtest: bots that join a server, play, and measure what a player would see.
 *
 * Standard output carries the table; progress and complaints go to standard error. Ends with 1 when a bot failed,
 * and when what bots did together is not there in the end as it should be.
 */
import { writeFile } from "node:fs/promises";
import { systemClock } from "../src/clock/clock.ts";
import { helpText, type LoadOptions, parseOptions, UsageError } from "./options.ts";
import { progressWriter } from "./progress.ts";
import { buildReport, hasFailed, progressText, reportText } from "./report.ts";
import { runLoad } from "./runner.ts";

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) {
    process.stdout.write(helpText());
    return;
  }
  const options = parseOptions(args);
  if (options.json !== "") await writeJson(options.json, {}); // a file that cannot be written is told before the test
  const report = await measure(options);
  process.stdout.write(reportText(report));
  if (options.json !== "") await writeJson(options.json, report);
  if (hasFailed(report)) process.exitCode = 1;
}

async function measure(options: LoadOptions): Promise<ReturnType<typeof buildReport>> {
  const clock = systemClock();
  const timestamp = new Date(clock.wallMs()).toISOString();
  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort()); // a second one ends the process at once
  const progress = progressWriter(process.stderr);
  const outcome = await runLoad(options, {
    clock,
    signal: stopping.signal,
    onProgress: (now, phase) => progress.show(progressText(now, phase)),
  });
  progress.clear();
  return buildReport(options, outcome, timestamp);
}

async function writeJson(file: string, value: object): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`--json: the file cannot be written (${reason}).`, { cause });
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
