import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** Of util-linux. */
const TASKSET = "taskset";
const SERVER_CORE = "0";
const LOAD_CORE = "1";

/** Whether the server can have a core for itself. */
export const CAN_PIN =
  availableParallelism() > 1 && spawnSync(TASKSET, ["-c", `${SERVER_CORE},${LOAD_CORE}`, "true"]).status === 0;

/** A command line that runs `command` on the server's core, where that can be. */
export function onServerCore(command: readonly string[]): readonly string[] {
  return CAN_PIN ? [TASKSET, "-c", SERVER_CORE, ...command] : command;
}

/** Keeps this process, which makes the load, off the server's core. */
export function leaveServerCore(): void {
  if (CAN_PIN) spawnSync(TASKSET, ["-acp", LOAD_CORE, String(process.pid)]);
}
