import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

/** Seats of each room. */
export const SEATS = 4;

/** What a process is told when its time begins. */
export interface TwinsOrder {
  /** Options, as on the command line. */
  readonly args: readonly string[];
  readonly seed: number;
  /** At which share of the moments of making a room it stops itself. */
  readonly stopShare: number;
}

/** A room that lives in a process. */
export interface LiveRoom {
  readonly roomId: string;
  readonly name: string;
  /** What it was made for. */
  readonly key: string;
  /** Whether seats can be had in it; else it was begun, and has neither come to be open nor ended. */
  readonly isOpen: boolean;
}

const MAX_LOG_LENGTH = 2_000_000;
const AGAIN_MS = 20;
/** Seats that nobody takes stay, and their rooms with them, until the run is over. */
const SEAT_SECONDS = "7200";

/** The process of a `twins-node.ts`. */
export class TwinsProcess {
  readonly nodeId: string;
  port = 0;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #log = "";

  constructor(nodeId: string) {
    this.nodeId = nodeId;
    this.#child = fork("test/support/twins-node.ts", {
      env: { PATH: process.env["PATH"] ?? "", COLYSEUS_SEAT_RESERVATION_TIME: SEAT_SECONDS },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (text: Buffer) => {
      this.#log = (this.#log + text.toString()).slice(-MAX_LOG_LENGTH);
    });
    this.#ended = once(this.#child, "close");
  }

  /** What it had to say, the last of it. */
  get log(): string {
    return this.#log;
  }

  async serve(order: TwinsOrder): Promise<void> {
    this.#child.send(order);
    this.port = await this.#said("port", Number);
  }

  /** `told` hears each time that the process is about to stop by itself. */
  onStop(told: (moment: string) => void): void {
    this.#child.on("message", (said: { readonly stopped?: string }) => said.stopped && told(said.stopped));
  }

  /** Lets it stand still from outside. */
  async stop(ms: number): Promise<void> {
    this.#child.kill("SIGSTOP");
    await delay(ms);
    this.#child.kill("SIGCONT");
  }

  /** Has it go on after some time, when it said that it stops; that it does a moment later. */
  async resume(ms: number): Promise<void> {
    let isResumed = false;
    const resumed = this.#said("resumed", () => {
      isResumed = true;
    });
    await delay(ms);
    for (; !isResumed; await delay(AGAIN_MS)) this.#child.kill("SIGCONT");
    await resumed;
  }

  /** It stops no more by itself. */
  calm(): void {
    this.#child.send("calm");
  }

  async rooms(): Promise<readonly LiveRoom[]> {
    const answer = this.#said("rooms", (rooms) => rooms as readonly LiveRoom[]);
    this.#child.send("rooms");
    return answer;
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  #said<T>(field: string, read: (value: unknown) => T): Promise<T> {
    const said = new Promise<T>((resolve) => {
      const listen = (message: Readonly<Record<string, unknown>>): void => {
        if (!(field in message)) return;
        this.#child.off("message", listen);
        resolve(read(message[field]));
      };
      this.#child.on("message", listen);
    });
    const gone = this.#ended.then(() => {
      throw new Error(`${this.nodeId} ended by itself: ${this.#log}`);
    });
    return Promise.race([said, gone]);
  }
}
