import type { Clock } from "../clock/clock.ts";
import { type ArenaError, toArenaError } from "../errors/errors.ts";
import { type Past, packMap } from "../op-log/op-log.ts";
import { type NackCode, OP_MESSAGES, type OpPastRefused } from "../protocol/protocol.ts";
import { FEED_BYTES, type LaneClient } from "./follower.ts";
import { frame, frameOf } from "./messages.ts";

/** A log whose past is read. */
export interface PastSource {
  readonly epoch: number;
  /** The newest stretch before an entry, or of all. */
  past(before?: number): Past;
  /** Some of it could not be read. */
  pastFailed(error: ArenaError): void;
}

/** Stretches that are read at a time; each may hold a snapshot in memory. */
const MAX_READINGS = 8;
/** A part of 64 kB in this time, at most: what is read for one client is no load for the others. */
const PART_MS = 5;
const BUSY_RETRY_MS = 500;
const UNAVAILABLE_RETRY_MS = 1000;
const YES = Uint8Array.of(0xc3); // MessagePack
const NO = Uint8Array.of(0xc2);

/** Sends clients stretches of a document's past, one at a time each, read part by part as their lines take it. */
export class PastReaders {
  readonly #clock: Clock;
  /** What each client is being sent. */
  readonly #readings = new Map<LaneClient, Past>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A client asks for the newest stretch before an entry, or of all. */
  ask(client: LaneClient, source: PastSource, before?: number): void {
    if (this.#readings.has(client)) refuse(client, "RATE_LIMITED", "One stretch at a time.", BUSY_RETRY_MS);
    else if (this.#readings.size >= MAX_READINGS) refuse(client, "RATE_LIMITED", "Too many read.", BUSY_RETRY_MS);
    else void this.#send(client, source, source.past(before));
  }

  /** A connection is gone. */
  leave(client: LaneClient): void {
    this.#readings.delete(client);
  }

  /** Nothing is sent any more. */
  close(): void {
    this.#readings.clear();
  }

  async #send(client: LaneClient, source: PastSource, past: Past): Promise<void> {
    this.#readings.set(client, past);
    const send = senderOf(client, source.epoch, past);
    try {
      for await (const { kind, data } of past.parts()) {
        if (!(await this.#hasRoom(client, past))) return;
        send({ [kind]: data });
        await this.#wait();
      }
      if (await this.#hasRoom(client, past)) send({ end: YES });
    } catch (cause) {
      const error = toArenaError(cause);
      source.pastFailed(error);
      if (!this.#isReading(client, past)) return;
      if (error.code === "LOG_CORRUPT") send({ end: YES, isDamaged: YES });
      else refuse(client, "UNAVAILABLE", error.message, UNAVAILABLE_RETRY_MS);
    } finally {
      if (this.#isReading(client, past)) this.#readings.delete(client);
    }
  }

  /** Whether the line takes more, once it does; not where the client is gone. */
  async #hasRoom(client: LaneClient, past: Past): Promise<boolean> {
    while (this.#isReading(client, past) && client.waitingBytes >= FEED_BYTES) await this.#wait();
    return this.#isReading(client, past);
  }

  #isReading(client: LaneClient, past: Past): boolean {
    return this.#readings.get(client) === past;
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => this.#clock.after(PART_MS, resolve));
  }
}

/** Sends parts of a stretch, which are numbered. */
function senderOf(
  client: LaneClient,
  epoch: number,
  { base, to, hasOlder }: Past,
): (more: Readonly<Record<string, Uint8Array>>) => void {
  const about = { epoch, base, to, hasOlder: hasOlder ? YES : NO };
  let part = 0;
  return (more) => client.raw(frameOf(OP_MESSAGES.PAST, packMap({ ...about, part: part++, ...more })));
}

function refuse(client: LaneClient, code: NackCode, detail: string, retryAfterMs: number): void {
  client.raw(frame(OP_MESSAGES.PAST, { code, detail, retryAfterMs } satisfies OpPastRefused));
}
