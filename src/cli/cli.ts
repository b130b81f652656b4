/**
 * cli: what the commands do, from arguments to exit code.
 *
 * Everything that a person sees of a failing start is one sentence. Standard output carries the ready line only;
 * the log and words for people go to standard error.
 */
import { helpText, loadConfig } from "../config/config.ts";
import { ArenaError } from "../errors/errors.ts";
import { isAdminCommand, runAdmin } from "./admin.ts";
import { runCluster } from "./cluster.ts";
import { start } from "./start.ts";

/** What a command needs of the process that runs it. */
export interface CommandContext {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs the command line; sets the exit code and returns when the command has ended or serves. */
export async function runCli({ args, env }: CommandContext): Promise<void> {
  if (args.includes("--help")) {
    process.stdout.write(helpText());
    return;
  }
  try {
    const [command = "", ...rest] = args;
    if (isAdminCommand(command)) await runAdmin(command, { args: rest, env });
    else if (command === "cluster") await runCluster({ args: rest, env });
    else await start(loadConfig({ args, env }));
  } catch (error) {
    if (!(error instanceof ArenaError)) throw error;
    const words = isAdminCommand(args[0]) ? "" : "Arena cannot start. ";
    process.stderr.write(`${words}${error.message}\n`);
    process.exit(1); // what was opened before the failure would keep the process up
  }
}
