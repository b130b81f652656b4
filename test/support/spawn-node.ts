import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A node in a process of its own. */
export interface NodeProcess {
  readonly child: ChildProcess;
  /** What it printed on standard output, line by line. */
  readonly lines: string[];
  /** What it printed on standard error. */
  stderr(): string;
  /** The ready line, parsed; rejects when the process ends without one. */
  readonly ready: Promise<{ event: string; port: number; pid: number; nodeId: string; bootId: string }>;
  /** Resolves with the exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts `src/main.ts` as `npm start` does. End it by its signals; it is killed when a test forgets to. */
export function spawnNode(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  nodeFlags: readonly string[] = [],
): NodeProcess {
  return spawnServer([...nodeFlags, "src/main.ts", ...args], env);
}

/** Starts any server of ours that prints a ready line: `args` are those of Node itself. */
export function spawnServer(args: readonly string[], env: Readonly<Record<string, string>> = {}): NodeProcess {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env["PATH"] ?? "", LOG_LEVEL: "info", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  let stderr = "";
  child.stderr.on("data", (text: Buffer) => {
    stderr += text.toString();
  });
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | string);
  const ready = new Promise<{ event: string; port: number; pid: number; nodeId: string; bootId: string }>(
    (resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(line);
        if (line.includes('"event":"ready"')) resolve(JSON.parse(line));
      });
      void ended.then((code) => reject(new Error(`ended with ${code} before it was ready: ${stderr}`)));
    },
  );
  ready.catch(() => {}); // a test that expects the start to fail does not wait for it
  return { child, lines, stderr: () => stderr, ready, ended };
}
