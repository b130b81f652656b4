import { Agent, type IncomingMessage, request } from "node:http";
import { type Clock, within } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";

/** A POST to another process. */
export interface Post {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly deadlineMs: number;
}

/** Below the time after which a server of ours cuts an idle line. */
const IDLE_MS = 8000;
const MAX_LINES = 64;
const MAX_WAITING = 10_000;
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Before a line stands, nothing can have been done. */
const NOT_DONE: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

/** Lines to the other processes, kept open between calls. */
export class Lines {
  readonly #clock: Clock;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_LINES, timeout: IDLE_MS, scheduling: "lifo" });
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws ArenaError PEER_UNREACHABLE where nothing was done, PEER_UNCERTAIN where that is not known */
  async post(post: Post): Promise<{ status: number; body: Buffer }> {
    if (this.#waiting >= MAX_WAITING) throw new ArenaError("PEER_UNREACHABLE", "Too many calls wait.");
    this.#waiting++;
    const cancel = new AbortController();
    try {
      return await within(this.#clock, post.deadlineMs, this.#send(post, cancel.signal), () => {
        throw new ArenaError("PEER_UNCERTAIN");
      });
    } finally {
      this.#waiting--;
      cancel.abort();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  /** A line that was kept may have been cut at the other end just now; then it is tried once more on a new one. */
  async #send(post: Post, signal: AbortSignal): Promise<{ status: number; body: Buffer }> {
    try {
      return await this.#sendOnce(post, signal);
    } catch (error) {
      if (!(error instanceof LineCut && error.wasKept) || signal.aborted) throw arenaError(error);
      return this.#sendOnce(post, signal).catch((again: unknown) => {
        throw arenaError(again);
      });
    }
  }

  #sendOnce({ host, port, path, headers, body }: Post, signal: AbortSignal): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const options = { host, port, path, method: "POST", agent: this.#agent, signal };
      const call = request({ ...options, headers: { ...headers, "content-length": String(body.byteLength) } });
      call.once("response", (response) => {
        readAll(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
      });
      call.once("error", (error) => reject(new LineCut(error, call.reusedSocket)));
      call.end(body);
    });
  }
}

class LineCut extends Error {
  override readonly name = "LineCut";
  readonly wasKept: boolean;

  constructor(cause: Error, wasKept: boolean) {
    super(cause.message, { cause });
    this.wasKept = wasKept;
  }
}

function arenaError(error: unknown): ArenaError {
  if (error instanceof ArenaError) return error;
  const cause = error instanceof LineCut ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return new ArenaError(NOT_DONE.has(code) ? "PEER_UNREACHABLE" : "PEER_UNCERTAIN", String(code ?? ""), { cause });
}

async function readAll(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.byteLength;
    if (bytes > MAX_ANSWER_BYTES) throw new ArenaError("PEER_UNCERTAIN", "The answer is too large.");
    parts.push(part);
  }
  return Buffer.concat(parts);
}
