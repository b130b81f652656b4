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

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  /** The first time the line was cut before an answer came. */
  readonly isSecond: boolean;
}

/** Lines to the other processes, kept open between calls. */
export class Lines {
  readonly #clock: Clock;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_LINES, timeout: IDLE_MS, scheduling: "lifo" });
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws ArenaError PEER_UNREACHABLE where nothing was sent and nothing will be, PEER_UNCERTAIN where it may have arrived */
  async post(post: Post): Promise<Answer> {
    if (this.#waiting >= MAX_WAITING) throw new ArenaError("PEER_UNREACHABLE", "Too many calls wait.");
    this.#waiting++;
    const cancel = new AbortController();
    const attempt: Attempt = { signal: cancel.signal, isSent: false };
    try {
      return await within(this.#clock, post.deadlineMs, this.#send(post, attempt), () => {
        throw verdict(attempt, new Error("No answer came in time."));
      });
    } finally {
      this.#waiting--;
      cancel.abort();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  /** A line that was kept may have been cut at the other end just now; then the very same is sent once more, which counts once there. */
  async #send(post: Post, attempt: Attempt): Promise<Answer> {
    try {
      return { ...(await this.#sendOnce(post, attempt)), isSecond: false };
    } catch (error) {
      if (!(error instanceof LineCut && error.wasKept) || attempt.signal.aborted) throw verdict(attempt, error);
    }
    return this.#sendOnce(post, attempt).then(
      (answer) => ({ ...answer, isSecond: true }),
      (error: unknown) => {
        throw verdict(attempt, error);
      },
    );
  }

  #sendOnce({ host, port, path, headers, body }: Post, attempt: Attempt): Promise<Omit<Answer, "isSecond">> {
    return new Promise((resolve, reject) => {
      const options = { host, port, path, method: "POST", agent: this.#agent, signal: attempt.signal };
      const call = request({ ...options, headers: { ...headers, "content-length": String(body.byteLength) } });
      call.once("socket", (socket) => {
        // Node writes nothing before the line stands.
        if (!socket.connecting) attempt.isSent = true;
        else socket.once("connect", () => Object.assign(attempt, { isSent: true }));
      });
      call.once("response", (response) => {
        readAll(response).then((answer) => resolve({ status: response.statusCode ?? 0, body: answer }), reject);
      });
      call.once("error", (error) => reject(new LineCut(error, call.reusedSocket)));
      call.end(body);
    });
  }
}

/** One call on its way. */
interface Attempt {
  readonly signal: AbortSignal;
  /** Something of it may have left this process. */
  isSent: boolean;
}

class LineCut extends Error {
  override readonly name = "LineCut";
  readonly wasKept: boolean;

  constructor(cause: Error, wasKept: boolean) {
    super(cause.message, { cause });
    this.wasKept = wasKept;
  }
}

function verdict({ isSent }: Attempt, error: unknown): ArenaError {
  if (error instanceof ArenaError) return error;
  const cause = error instanceof LineCut ? error.cause : error;
  return new ArenaError(isSent ? "PEER_UNCERTAIN" : "PEER_UNREACHABLE", "", { cause });
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
