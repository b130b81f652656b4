/**
 * chaos: a cluster under load whose processes, Redis and networks fail, and a book of what was promised that everything is compared with.
 *
 * Standard output carries the timeline and the verdict. Ends with 1 where anything was not as promised.
 */
import "../../loadtest/prefer-ws.ts";
import { HELP, parseOptions, UsageError } from "./options.ts";
import { describeVerdict, playChaos } from "./run.ts";

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) {
    process.stdout.write(HELP);
    return;
  }
  const options = parseOptions(args);
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopping.abort());
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(`seed ${options.seed}, ${options.minutes} minutes, ${options.bots} bots`);
  const verdict = await playChaos(options, print, stopping.signal);
  print(describeVerdict(verdict));
  process.exit(verdict.wrongCount > 0 ? 1 : 0); // clients of the SDK that are still waiting to try again would keep it
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
