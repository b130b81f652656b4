import type { Clock, Stop } from "../clock/clock.ts";
import { type Ephemeral, OP_MESSAGES } from "../protocol/protocol.ts";
import { Listeners } from "./listeners.ts";

/** Called with the session of the sender, the key, and the value, which is null where it ended. */
export type EphemeralListener = (sessionId: string, key: string, value: unknown) => void;

/** Before the server says how often it passes values on. */
const FIRST_HZ = 10;
const MS_PER_S = 1000;
/** Most keys that one client may have a value for. */
const MAX_KEYS = 32;
/** Messages a second, of all keys together, that leave a connection room for other things. */
const MAX_PER_S = 60;
/** After a room has moved, whoever has not been heard of for so long has gone meanwhile. */
const MOVED_MS = 5000;
/** Most senders whose values are kept; beyond it the longest unheard of are forgotten. */
const MAX_SENDERS = 1024;

/**
 * Values that are worth nothing once there is a newer one: a cursor, a selection, who is typing. They may be lost, and they end
 * with the connection of the sender.
 */
export class EphemeralValues {
  readonly #clock: Clock;
  readonly #send: (type: string, message: unknown) => boolean;
  readonly #own = new Map<string, unknown>();
  readonly #unsent = new Set<string>();
  readonly #others = new Map<string, Map<string, unknown>>();
  readonly #listeners = new Listeners<Parameters<EphemeralListener>>();
  #hz = FIRST_HZ;
  #isJoined = false;
  /** Senders of whom a room that has moved has told nothing yet. */
  #unheard = new Set<string>();
  #stopUnheard: Stop = () => {};
  #stopTimer: Stop | undefined;

  /** @param send says whether it was sent; what was not is tried again */
  constructor(clock: Clock, send: (type: string, message: unknown) => boolean) {
    this.#clock = clock;
    this.#send = send;
  }

  /**
   * Gives the others a value under a key; null ends it. Sent as often as the room passes on, the latest wins; after a lost
   * connection it is sent again.
   *
   * @param key 1 to 64 characters
   * @throws RangeError beyond 32 keys
   */
  set(key: string, value: unknown): void {
    const keys = new Set([...this.#own.keys(), ...this.#unsent, key]);
    if (keys.size > MAX_KEYS) throw new RangeError(`At most ${MAX_KEYS} keys.`);
    if (value === null) this.#own.delete(key);
    else this.#own.set(key, value);
    this.#unsent.add(key);
    this.#flush();
  }

  /** The last value of a session under a key; undefined where there is none. */
  get(sessionId: string, key: string): unknown {
    return this.#others.get(sessionId)?.get(key);
  }

  /** All sessions that have a value under a key, with it. */
  *entries(key: string): Generator<readonly [sessionId: string, value: unknown]> {
    for (const [sessionId, values] of this.#others) {
      if (values.has(key)) yield [sessionId, values.get(key)];
    }
  }

  /** Tells of every value of others that comes, changes or ends. */
  onChange(listener: EphemeralListener): Stop {
    return this.#listeners.add(listener);
  }

  /** A room is there: what one's own values are is new to it. */
  joined(): void {
    this.#isJoined = true;
    for (const key of this.#own.keys()) this.#unsent.add(key);
    this.#flush();
  }

  /** The room has moved: own values are new to it, and so are those of others, who say them again. */
  moved(): void {
    this.#unheard = new Set(this.#others.keys());
    this.#stopUnheard();
    this.#stopUnheard = this.#clock.after(MOVED_MS, () => {
      for (const sessionId of this.#unheard) this.#end(sessionId);
    });
    this.joined();
  }

  /** The room is gone, and with it what is known of others. */
  lost(): void {
    this.#isJoined = false;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#stopUnheard();
    for (const sessionId of [...this.#others.keys()]) this.#end(sessionId);
  }

  /** The room passes on so often, per second. */
  setRate(hz: number): void {
    if (hz > 0) this.#hz = hz;
  }

  /** A value came. */
  receive({ k, v, from }: Ephemeral): void {
    if (from === undefined) return;
    this.#unheard.delete(from);
    const values = this.#others.get(from) ?? new Map<string, unknown>();
    this.#others.delete(from);
    if (v === null) values.delete(k);
    else values.set(k, v);
    if (values.size > 0) this.#others.set(from, values);
    this.#bound();
    this.#listeners.tell(from, k, v);
  }

  /** Ends everything. */
  close(): void {
    this.lost();
    this.#unsent.clear();
    this.#listeners.clear();
  }

  #end(sessionId: string): void {
    const keys = [...(this.#others.get(sessionId)?.keys() ?? [])];
    this.#others.delete(sessionId);
    for (const key of keys) this.#listeners.tell(sessionId, key, null);
  }

  #bound(): void {
    for (const [oldest] of this.#others) {
      if (this.#others.size <= MAX_SENDERS) return;
      this.#others.delete(oldest);
    }
  }

  /** Sends what is new, once in the interval of the room; what is set meanwhile goes with the next. */
  #flush(): void {
    if (!this.#isJoined || this.#stopTimer || this.#unsent.size === 0) return;
    let sent = 0;
    for (const k of this.#unsent) {
      if (!this.#send(OP_MESSAGES.EPHEMERAL, { k, v: this.#own.get(k) ?? null })) break;
      this.#unsent.delete(k);
      sent++;
    }
    this.#stopTimer = this.#clock.after(Math.max(MS_PER_S / this.#hz, (sent * MS_PER_S) / MAX_PER_S), () => {
      this.#stopTimer = undefined;
      this.#flush();
    });
  }
}
