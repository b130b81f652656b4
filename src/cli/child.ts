import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { z } from "zod";

const readyLine = z.object({
  event: z.literal("ready"),
  port: z.number(),
  pid: z.number(),
  nodeId: z.string(),
  bootId: z.string(),
});
/** What a process of the cluster says when it serves. */
export type Ready = z.infer<typeof readyLine>;

/** A process of the cluster, which ends when this one does. */
export interface Child {
  /** Undefined where it ends without. */
  readonly ready: Promise<Ready | undefined>;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts a node or an edge: the same program with these variables. Its log is this process' own. */
export function startChild(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Child {
  const [node, program = ""] = process.argv;
  const child: ChildProcess = spawn(node ?? process.execPath, [program, ...args], {
    env: { ...env },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
    detached: true, // a Ctrl-C is for this process, which tells the others
  });
  const isStarted = child.pid !== undefined; // what fails later, as a signal that cannot be sent, is not its end
  const ended = once(child, isStarted ? "close" : "error").then(() => {});
  if (isStarted) child.on("error", () => {});
  const ready = new Promise<Ready | undefined>((resolve) => {
    if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => resolve(readReady(line)));
    void ended.then(() => resolve(undefined));
  });
  return { ready, ended, signal: (signal) => void child.kill(signal) };
}

function readReady(line: string): Ready | undefined {
  try {
    return readyLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // no line of ours
  }
}
