import { flushCompileCache } from "node:module";
import { format } from "node:util";
import { type ArenaNode, openNode } from "../../arena.config.ts";
import { systemClock } from "../clock/clock.ts";
import type { Config } from "../config/config.ts";
import { openDataDir } from "./data-dir.ts";

/** Signals of one kind that come to a process of a cluster within so long are one. */
const SAME_SIGNAL_MS = 1000;

/**
 * Starts one node and serves until a signal ends it.
 *
 * @throws ArenaError DATA_DIR_UNWRITABLE, PORT_UNAVAILABLE
 */
export async function start(config: Config): Promise<void> {
  await openDataDir(config.dataDir);
  const node = await openNode(config);
  captureConsole(node);
  watchFailures(node);
  endOnSignal(node);
  const ready = { event: "ready", port: node.port, pid: process.pid, nodeId: config.nodeId, bootId: node.bootId };
  if (!process.connected)
    process.stderr.write(`Arena is ready. Open http://${hostForPeople(config.host)}:${node.port}/ in a browser.\n`);
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  flushCompileCache(); // where there is one: who is killed writes nothing
}

function hostForPeople(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "localhost";
  return host.includes(":") ? `[${host}]` : host;
}

/** The first signal drains the node; the second ends it at once, unless both are one: to all of a cluster, and passed on by who started it. */
function endOnSignal(node: ArenaNode): void {
  const clock = systemClock();
  let endingMs: number | undefined;
  const end = async (signal: string): Promise<void> => {
    if (endingMs !== undefined) {
      if (process.connected && clock.nowMs() < endingMs + SAME_SIGNAL_MS) return;
      process.exit(1);
    }
    endingMs = clock.nowMs();
    await node.close(signal);
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void end(signal));
  node.telemetry.on("node:drained", ({ isLast }) => {
    if (isLast && endingMs === undefined) void end("drained");
  });
  process.once("disconnect", () => void end("the process that started it is gone"));
}

/**
 * A promise that nobody waited for leaves the process as it was, so it is reported and survived. After an exception
 * that unwound the stack nothing can be trusted: the node tells its clients and ends.
 */
function watchFailures(node: ArenaNode): void {
  node.telemetry.on("cluster:replaced", () => {
    process.stderr.write("Another process has this node's name; this one ends.\n");
    void node.close("replaced").finally(() => process.exit(1));
  });
  process.on("unhandledRejection", (error) => node.telemetry.emit("node:failed", { error, isFatal: false }));
  process.on("uncaughtException", (error) => {
    node.telemetry.emit("node:failed", { error, isFatal: true });
    void node.close("uncaught exception").finally(() => process.exit(1));
  });
}

/**
 * Libraries that decode what clients send write each oddity to the console. It goes to the log instead, where its
 * level keeps a client that sends junk from filling a disk, and never to standard output.
 */
function captureConsole({ telemetry }: ArenaNode): void {
  for (const level of ["debug", "info", "warn", "error"] as const) {
    console[level] = (...parts) => telemetry.emit("colyseus:logged", { level, text: format(...parts) });
  }
  console.log = console.info;
}
