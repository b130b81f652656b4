import { type Client, ClientState } from "@colyseus/core";
import type { Clock, Stop } from "../clock/clock.ts";
import { frameKindOf } from "../protocol/protocol.ts";

/** A client that waits gets its state after this time, also in a room that sends no patches: those who come together are served together. */
const GATHER_MS = 5;
/** Those who come so soon after others were served wait until then: a storm has the state encoded no more often. */
const MIN_SPACING_MS = 25;

/**
 * Those who wait for a full state: clients that join, and clients that lost a patch. They get it together, right after
 * a patch and so with no change pending (a change that is pending would be in the full state and again in the next
 * patch, which breaks arrays for ever), and a storm of joins encodes the state once.
 */
export class FullStates {
  readonly #clock: () => Clock;
  readonly #patch: () => void;
  #waiting = new Map<object, () => void>();
  #stopTimer: Stop | undefined;
  /** When somebody was served last. */
  #servedMs = Number.NEGATIVE_INFINITY;

  /** @param patch sends what changed and then calls {@link deliver} */
  constructor(clock: () => Clock, patch: () => void) {
    this.#clock = clock;
    this.#patch = patch;
  }

  /** Has `deliver` called after the next patch; a client that waits already waits on with its first `deliver`. */
  ask(client: object, deliver: () => void): void {
    if (!this.#waiting.has(client)) this.#waiting.set(client, deliver);
    this.#stopTimer ??= this.#clock().after(this.#waitMs, this.#patch);
  }

  /** Whether `client` waits. */
  isWaiting(client: object): boolean {
    return this.#waiting.has(client);
  }

  /** Serves all who wait. To be called when no change of the state is pending. */
  deliver(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    if (this.#waiting.size === 0) return;
    this.#servedMs = this.#clock().nowMs();
    const waiting = this.#waiting;
    this.#waiting = new Map();
    for (const deliver of waiting.values()) deliver();
  }

  get #waitMs(): number {
    return Math.max(GATHER_MS, this.#servedMs + MIN_SPACING_MS - this.#clock().nowMs());
  }

  /** Lets go of all who wait. */
  close(): void {
    this.#stopTimer?.();
    this.#waiting.clear();
  }
}

/** Whether a frame says that a client is ready for the state. */
export function isJoinAcknowledgement(client: Client, frame: Uint8Array): boolean {
  return client.state === ClientState.JOINING && frameKindOf(frame[0]) === "join";
}
