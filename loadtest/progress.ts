import type { WriteStream } from "node:tty";

/** Where a line about how things stand is shown. */
export interface ProgressWriter {
  /** Shows the line in the place of the one before it; without a terminal, every fifth one gets a line of its own. */
  show(line: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** A log that nobody watches needs fewer lines. */
const EVERY_NTH_WITHOUT_TERMINAL = 5;
const REWRITE = "\r\u001b[2K";

/** Shows lines on `stream`. */
export function progressWriter(stream: Pick<WriteStream, "isTTY" | "write">): ProgressWriter {
  let lines = 0;
  return {
    show: (line) => {
      if (stream.isTTY) stream.write(`${REWRITE}${line}`);
      else if (lines++ % EVERY_NTH_WITHOUT_TERMINAL === 0) stream.write(`${line}\n`);
    },
    clear: () => {
      if (stream.isTTY) stream.write(REWRITE);
    },
  };
}
