import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/**
 * When a node of a crash test ends itself: before a batch or a snapshot is given to the store, while that is being written,
 * when it is safe and nobody has been told, and when a log was just replayed.
 */
export const MOMENTS = ["append", "appending", "appended", "compact", "compacting", "compacted", "opened"] as const;

/** One of {@link MOMENTS}. */
export type Moment = (typeof MOMENTS)[number];

/** What a node is told when its time begins. */
export interface CrashOrder {
  /** Options, as on the command line. */
  readonly args: readonly string[];
  /** Undefined where it is left to be killed from outside. */
  readonly moment: Moment | undefined;
  /** At which occasion, from 1. */
  readonly occasion: number;
  readonly seed: number;
}

const MAX_LOG_LENGTH = 10_000;

/** The process of a `crash-node.ts`. It loads while the one before it lives, which is most of what a start takes. */
export class CrashProcess {
  /** Resolves when it is gone and everything that it printed has come. */
  readonly ended: Promise<unknown>;
  readonly #child: ChildProcess;
  #log = "";

  /** @param cacheDir where compiled code is kept for the next */
  constructor(cacheDir: string) {
    this.#child = fork("test/support/crash-node.ts", {
      env: { PATH: process.env["PATH"] ?? "", NODE_COMPILE_CACHE: cacheDir },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (text: Buffer) => {
      this.#log = (this.#log + text.toString()).slice(-MAX_LOG_LENGTH);
    });
    this.ended = once(this.#child, "close");
  }

  /** What it had to say, the last of it. */
  get log(): string {
    return this.#log;
  }

  /** Begins to serve; gives its port, or undefined where it ended before. */
  async serve(order: CrashOrder): Promise<number | undefined> {
    const serving = new Promise<number>((resolve) => {
      // Colyseus says "ready" to a parent, too.
      this.#child.on("message", (said) => isServing(said) && resolve(said.port));
    });
    this.#child.send(order);
    return Promise.race([serving, this.ended.then(() => undefined)]);
  }

  /** Ends it, unless it has ended; it must not have ended in any other way than by SIGKILL. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
    assert.equal(this.#child.signalCode, "SIGKILL", `It ended with ${this.#child.exitCode}:\n${this.#log}`);
  }
}

function isServing(said: unknown): said is { readonly port: number } {
  return typeof said === "object" && said !== null && "port" in said;
}
