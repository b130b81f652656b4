import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Seat } from "../../src/presence/presence.ts";
import type { PresenceTold as Told } from "../../src/protocol/protocol.ts";

/** What a process is to do. */
export type PresenceOrder =
  | { readonly do: "arrive"; readonly seat: Seat }
  | { readonly do: "depart"; readonly sessionId: string }
  | { readonly do: "status"; readonly sessionId: string; readonly status: string }
  | { readonly do: "watch"; readonly id: string; readonly users: readonly string[] }
  | { readonly do: "unwatch"; readonly id: string };

/** What a process says: that it takes part, or what somebody was told who watches there. */
export type PresenceWord = { readonly isReady: true } | { readonly id: string; readonly told: Told };

const MAX_LOG_LENGTH = 10_000;

/** The process of a `presence-node.ts`. */
export class PresenceProcess {
  readonly nodeId: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #log = "";

  private constructor(nodeId: string, onTold: (id: string, told: Told) => void) {
    this.nodeId = nodeId;
    this.#child = fork("test/support/presence-node.ts", {
      env: { PATH: process.env["PATH"] ?? "" },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (text: Buffer) => {
      this.#log = (this.#log + text.toString()).slice(-MAX_LOG_LENGTH);
    });
    this.#child.on("message", (word: PresenceWord) => {
      if ("told" in word) onTold(word.id, word.told);
    });
    this.#ended = once(this.#child, "close");
  }

  /** Resolves when it takes part; `onTold` hears what those are told who watch there. */
  static async start(
    nodeId: string,
    redisUrl: string,
    onTold: (id: string, told: Told) => void,
  ): Promise<PresenceProcess> {
    const started = new PresenceProcess(nodeId, onTold);
    const ready = new Promise<void>((resolve) => {
      started.#child.on("message", (word: PresenceWord) => "isReady" in word && resolve());
    });
    started.#child.send({ redisUrl, nodeId });
    const gone = started.#ended.then(() => {
      throw new Error(`${nodeId} ended by itself: ${started.log}`);
    });
    await Promise.race([ready, gone]);
    gone.catch(() => {}); // later it ends when it is killed
    return started;
  }

  /** What it had to say, the last of it. */
  get log(): string {
    return this.#log;
  }

  order(order: PresenceOrder): void {
    this.#child.send(order);
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }
}
