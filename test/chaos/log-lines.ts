/**
 * What is written as an error and must be so under these faults: somebody who was cut off or stood still, Redis that was away, and what
 * could not be kept meanwhile and is tried again. What it says is checked from outside.
 */
const EXPECTED: ReadonlySet<string> = new Set([
  "redis:disconnected",
  "cluster:leaseLost",
  "checkpoint:failed",
  "log:failed",
]);
/** Sentences of a start: it serves; Redis is away; the lease of the process before it, of the same name, still runs. */
const SENTENCES = /^Arena is ready|Redis|name/;
const ERROR_LEVEL = 50;

/** Whether a line of the log of a process may be there. */
export function judgeLine(line: string): "fine" | "wrong" {
  if (line.trim() === "") return "fine";
  try {
    const { level, event }: { level?: unknown; event?: unknown } = JSON.parse(line);
    const isWrong = typeof level === "number" && level >= ERROR_LEVEL && !EXPECTED.has(String(event));
    return isWrong ? "wrong" : "fine";
  } catch {
    return SENTENCES.test(line) ? "fine" : "wrong"; // a sentence, or the stack of what nobody caught
  }
}
