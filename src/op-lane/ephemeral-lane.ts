import type { Clock } from "../clock/clock.ts";
import { type Ephemeral, OP_MESSAGES } from "../protocol/protocol.ts";
import { frame } from "./messages.ts";

/** A client that ephemeral values are passed on to. */
export interface EphemeralClient {
  readonly sessionId: string;
  /** Sends a frame that is worth nothing once a newer one of the same key exists. */
  rawEphemeral(frame: Uint8Array, key: string): void;
}

/** Values that one session may have at a time. */
const MAX_KEYS = 32;
/** Up to this many followers get values at the full rate; beyond it the rate falls, so that the work stays the same. */
const FULL_RATE_CLIENTS = 25;
const FULL_HZ = 20;
const MIN_HZ = 2;
const MS_PER_S = 1000;

/** The newest value of a key; an end is passed on once and then forgotten. */
interface Value {
  readonly frame: Uint8Array;
  readonly isEnd: boolean;
}

/** How often values are passed on among so many, per second. */
export function ephemeralHz(clients: number): number {
  return Math.max(MIN_HZ, Math.min(FULL_HZ, Math.round((FULL_HZ * FULL_RATE_CLIENTS) / Math.max(1, clients))));
}

/**
 * Values that are passed on and not kept: cursors, selections, drafts. The newest of each session and key goes to all others,
 * together with those of the others, at a rate that falls as the room grows. Nothing here touches the document.
 */
export class EphemeralLane {
  readonly #clock: Clock;
  readonly #clients: () => Iterable<EphemeralClient>;
  readonly #count: () => number;
  /** By session and key, kept for newcomers. */
  readonly #values = new Map<string, Map<string, Value>>();
  readonly #changed = new Map<string, Set<string>>();
  #sentMs = Number.NEGATIVE_INFINITY;
  #toldHz = FULL_HZ;

  /** @param clients those who are passed values on, and how many they are */
  constructor(clock: Clock, clients: () => Iterable<EphemeralClient>, count: () => number) {
    this.#clock = clock;
    this.#clients = clients;
    this.#count = count;
  }

  /** How often values are passed on now, per second. */
  get hz(): number {
    return ephemeralHz(this.#count());
  }

  /** After how long values are due to be passed on, in ms; undefined where there are none. */
  get dueMs(): number | undefined {
    if (this.#changed.size === 0) return undefined;
    return Math.max(0, this.#sentMs + MS_PER_S / this.hz - this.#clock.nowMs());
  }

  /** A session has a new value; null ends it. Returns false where it has too many. */
  set(sessionId: string, { k, v }: Ephemeral): boolean {
    const values = this.#values.get(sessionId) ?? new Map<string, Value>();
    if (!values.has(k) && values.size >= MAX_KEYS) return false;
    this.#values.set(sessionId, values);
    const encoded = frame(OP_MESSAGES.EPHEMERAL, { k, v: v ?? null, from: sessionId } satisfies Ephemeral);
    values.set(k, { frame: encoded, isEnd: v === null || v === undefined });
    this.#changed.set(sessionId, (this.#changed.get(sessionId) ?? new Set<string>()).add(k));
    return true;
  }

  /** A session is gone, and its values with it. */
  end(sessionId: string): void {
    for (const k of this.#values.get(sessionId)?.keys() ?? []) this.set(sessionId, { k, v: null });
  }

  /** Sends a newcomer what the others have. */
  greet(client: EphemeralClient): void {
    for (const [sessionId, values] of this.#values) {
      if (sessionId === client.sessionId) continue;
      for (const [k, value] of values) {
        const isDue = this.#changed.get(sessionId)?.has(k); // and comes then
        if (!value.isEnd && !isDue) client.rawEphemeral(value.frame, keyOf(sessionId, k));
      }
    }
  }

  /** Passes on what is due, each value encoded once for all. */
  flush(): void {
    if (this.dueMs !== 0) return;
    this.#sentMs = this.#clock.nowMs();
    for (const [sessionId, keys] of this.#changed) {
      for (const k of keys) this.#send(sessionId, k);
    }
    this.#changed.clear();
    this.#tellRate();
  }

  #send(sessionId: string, k: string): void {
    const values = this.#values.get(sessionId);
    const value = values?.get(k);
    if (!values || !value) return;
    for (const client of this.#clients()) {
      if (client.sessionId !== sessionId) client.rawEphemeral(value.frame, keyOf(sessionId, k));
    }
    if (!value.isEnd) return;
    values.delete(k);
    if (values.size === 0) this.#values.delete(sessionId);
  }

  #tellRate(): void {
    const { hz } = this;
    if (hz === this.#toldHz) return;
    this.#toldHz = hz;
    const told = frame(OP_MESSAGES.EPHEMERAL_RATE, { hz });
    for (const client of this.#clients()) client.rawEphemeral(told, OP_MESSAGES.EPHEMERAL_RATE);
  }
}

function keyOf(sessionId: string, k: string): string {
  return `${sessionId}/${k}`;
}
