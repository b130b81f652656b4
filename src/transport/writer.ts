import { type Authority, SOLE_AUTHORITY } from "./authority.ts";
import { FrameOnce, type WireFrame } from "./wire-frame.ts";

/** Something that gathers frames during a turn of the event loop and writes them at its end. */
export interface Gatherer {
  /** Writes what was gathered; `join` turns several frames into one buffer. */
  flush(join: (frames: readonly WireFrame[]) => Buffer): void;
}

/**
 * Lets every connection write once a turn. Frames that many connections send in one turn are copied and framed once,
 * and where the lists of several connections are equal (messages of a tick and its patch), joined once.
 */
export class Writer {
  readonly #authority: Authority;
  readonly #frames = new FrameOnce();
  #waiting: Gatherer[] = [];
  #isScheduled = false;
  /** What was gathered waits until it may be shown. */
  #isFenced = false;
  #joinedFrom: readonly WireFrame[] = [];
  #joined: Buffer = Buffer.alloc(0);

  constructor(authority: Authority = SOLE_AUTHORITY) {
    this.#authority = authority;
  }

  /** Whether anything may be shown: a process that stood still in the middle of a turn may have lost its rooms by the end of it. */
  get mayWrite(): boolean {
    return this.#authority.mayAct();
  }

  /** The frame of `payload`, shared by all that send the same payload in this turn. */
  frame(payload: Uint8Array): WireFrame {
    this.#schedule();
    return this.#frames.frame(payload);
  }

  /** Has `gatherer` flushed at the end of this turn. */
  enlist(gatherer: Gatherer): void {
    this.#schedule();
    this.#waiting.push(gatherer);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(this.#flushAll);
  }

  readonly #flushAll = (): void => {
    this.#isScheduled = false;
    this.#frames.forget();
    if (!this.mayWrite) {
      this.#flushLater();
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const gatherer of waiting) gatherer.flush(this.#join);
    this.#joinedFrom = [];
    this.#joined = Buffer.alloc(0);
  };

  #flushLater(): void {
    if (this.#isFenced) return;
    this.#isFenced = true;
    this.#authority.whenMayAct(() => {
      this.#isFenced = false;
      this.#flushAll();
    });
  }

  readonly #join = (frames: readonly WireFrame[]): Buffer => {
    const [only] = frames;
    if (frames.length === 1 && only) return only.bytes;
    if (!isSame(frames, this.#joinedFrom)) {
      this.#joinedFrom = frames;
      this.#joined = Buffer.concat(frames.map(({ bytes }) => bytes));
    }
    return this.#joined;
  };
}

function isSame(a: readonly WireFrame[], b: readonly WireFrame[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}
