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
/** Tabs of one user, at a time. */
const MAX_READINGS_OF_ONE = 2;
/** Who takes a part in no less than this, but for so long, gives its place to who waits for one: 64 kB at 32 kB/s. */
const SLOW_PART_MS = 2000;
const GRACE_MS = 15_000;
/** A part of 64 kB in this time, at most: what is read for one client is no load for the others. */
const PART_MS = 5;
const BUSY_RETRY_MS = 500;
const UNAVAILABLE_RETRY_MS = 1000;
const YES = Uint8Array.of(0xc3); // MessagePack
const NO = Uint8Array.of(0xc2);

/** What a client is being sent. */
interface Reading {
  readonly past: Past;
  /** Until when it took what it should; it goes on with each part, and never beyond now: what was fast at first does not count for later. */
  paceMs: number;
}

/** Sends clients stretches of a document's past, one at a time each, read part by part as their lines take it. */
export class PastReaders {
  readonly #clock: Clock;
  readonly #readings = new Map<LaneClient, Reading>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A client asks for the newest stretch before an entry, or of all. */
  ask(client: LaneClient, source: PastSource, before?: number): void {
    const refusal = this.#whyNot(client);
    if (refusal !== undefined) refuse(client, "RATE_LIMITED", refusal, BUSY_RETRY_MS);
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

  #whyNot(client: LaneClient): string | undefined {
    if (this.#readings.has(client)) return "One stretch at a time.";
    const tabs = [...this.#readings.keys()].filter(({ user }) => user && user.userId === client.user?.userId);
    if (tabs.length >= MAX_READINGS_OF_ONE) return "One stretch at a time, in two tabs at most.";
    if (this.#readings.size >= MAX_READINGS && !this.#endSlowest()) return "Too many read.";
    return undefined;
  }

  /** Makes room for somebody; returns whether one was too slow. */
  #endSlowest(): boolean {
    const nowMs = this.#clock.nowMs();
    const lagOf = ({ paceMs }: Reading): number => nowMs - paceMs;
    const [slowest] = [...this.#readings].sort(([, one], [, other]) => lagOf(other) - lagOf(one));
    if (!slowest || lagOf(slowest[1]) < GRACE_MS) return false;
    this.#readings.delete(slowest[0]);
    refuse(slowest[0], "RATE_LIMITED", "Others wait.", BUSY_RETRY_MS);
    return true;
  }

  async #send(client: LaneClient, source: PastSource, past: Past): Promise<void> {
    const reading: Reading = { past, paceMs: this.#clock.nowMs() };
    this.#readings.set(client, reading);
    const send = senderOf(client, source.epoch, past);
    try {
      for await (const { kind, data } of past.parts()) {
        if (!(await this.#hasRoom(client, reading))) return;
        send({ [kind]: data });
        reading.paceMs = Math.min(reading.paceMs + SLOW_PART_MS, this.#clock.nowMs());
        await this.#wait();
      }
      if (await this.#hasRoom(client, reading)) send({ end: YES });
    } catch (cause) {
      const error = toArenaError(cause);
      source.pastFailed(error);
      if (!this.#isReading(client, reading)) return;
      if (error.code === "LOG_CORRUPT") send({ end: YES, isDamaged: YES });
      else refuse(client, "UNAVAILABLE", error.message, UNAVAILABLE_RETRY_MS);
    } finally {
      if (this.#isReading(client, reading)) this.#readings.delete(client);
    }
  }

  /** Whether the line takes more, once it does; not where the client is gone. */
  async #hasRoom(client: LaneClient, reading: Reading): Promise<boolean> {
    while (this.#isReading(client, reading) && client.waitingBytes >= FEED_BYTES) await this.#wait();
    return this.#isReading(client, reading);
  }

  #isReading(client: LaneClient, reading: Reading): boolean {
    return this.#readings.get(client) === reading;
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
