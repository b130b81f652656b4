import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { onServerCore } from "./cores.ts";
import { deadline } from "./deadline.ts";
import type { Peer } from "./peers.ts";
import type { Question, Usage } from "./probe.ts";

/** A server under test, in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  /** Asks the process for what it has used. */
  ask(question: Question): Promise<Usage>;
  /** How it ended and what it last wrote to its standard error, where it did either; for the report of a failure. */
  lastWords(): string;
  /** Sends it a signal and waits until it has ended. */
  end(signal: "SIGKILL" | "SIGTERM"): Promise<void>;
  /** Ends the process. */
  close(): Promise<void>;
}

const START_MS = 20_000;
/** A server that has more to do than it can do answers late. */
const ANSWER_MS = 30_000;
const PROBE = new URL("./probe.ts", import.meta.url).href;
const ROOT = new URL("../../", import.meta.url).pathname;
/** Seats that nobody takes stay longer than any measurement, also where thousands are to pend. */
const ENV = { NODE_ENV: "production", COLYSEUS_SEAT_RESERVATION_TIME: "600" };
const MAX_COMPLAINT = 2000;
/** On the disk of the repository: the system's own folder for what is passing may be in memory. */
const DATA = `${ROOT}.arena/`;

/** What a server is started by. */
export type ServerProgram = Pick<Peer, "title" | "entry" | "args" | "neighbours">;

/** Starts a server with an empty folder on a port of the system's choosing and waits until it serves. */
export async function startServer(peer: ServerProgram, nodeFlags: readonly string[] = []): Promise<ServerProcess> {
  await mkdir(DATA, { recursive: true });
  const folder = await mkdtemp(`${DATA}bench-`);
  const neighbours = await peer.neighbours?.(`${folder}/beside`);
  const own = [...peer.args(folder), ...(neighbours?.args ?? [])];
  const node = [process.execPath, "--expose-gc", ...nodeFlags, "--import", PROBE, peer.entry, ...own];
  const [command = "", ...args] = onServerCore(node);
  const child = spawn(command, args, { cwd: ROOT, env: ENV, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let complaint = "";
  child.stderr?.on("data", (text: Buffer) => {
    complaint = `${complaint}${text}`.slice(-MAX_COMPLAINT);
  });
  const ended = once(child, "exit").then(([code, signal]) => {
    throw new Error(`${peer.title} ended with ${code ?? signal}. ${complaint}`);
  });
  ended.catch(() => {}); // where nobody waits for it, it was asked to end
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended.catch(() => {}); // the end is what is wanted
  };
  const close = async (): Promise<void> => {
    await end("SIGKILL");
    await neighbours?.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await Promise.race([readPort(child), ended, deadline(START_MS, `${peer.title} does not start`)]);
    return {
      port,
      end,
      close,
      ask: (question) => Promise.race([ask(child, question), ended]),
      lastWords: () => [child.exitCode ?? child.signalCode ?? "", complaint].join(" ").trim(),
    };
  } catch (cause) {
    await close();
    throw new Error(`${peer.title} does not start. ${complaint}`, { cause });
  }
}

async function ask(child: ChildProcess, question: Question): Promise<Usage> {
  const answer = once(child, "message", { signal: AbortSignal.timeout(ANSWER_MS) });
  child.send(question);
  const [usage] = await answer;
  return usage as Usage; // the probe's only message
}

async function readPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error("The server's output is not to be had.");
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /"event":"ready".*"port":(\d+)/.exec(line)?.[1];
    if (port !== undefined) {
      child.stdout.resume();
      return Number(port);
    }
  }
  throw new Error("The server's output ended without a ready line.");
}
