import type { Clock, Stop } from "../clock/clock.ts";

/** Something whose peer may be gone. */
export interface Peer {
  /** Sends a ping. */
  ping(): void;
  /** Ends what is beyond a deadline of its own. */
  check(nowMs: number): void;
  /** Whether the peer has been silent for too long at `nowMs`. */
  isSilent(nowMs: number): boolean;
  /** Ends the connection to a peer that is gone. */
  bury(): void;
  /** Leaves out a time in which this process itself stood still. */
  forgive(stallMs: number): void;
  /** When the next ping is due. */
  nextPingMs: number;
}

/** How peers are watched. */
export interface LivenessOptions {
  readonly clock: Clock;
  /** Time between two pings to a peer; it is dead after two of them in silence. */
  readonly heartbeatMs: number;
  /** Told when this process stood still. */
  readonly onStall: (stallMs: number) => void;
}

/** Peers are looked at this often, so a verdict is late by at most this. */
const SWEEP_MS = 1000;
/** A sweep that is later than this shows that the process stood still: a long tick, a paused machine, SIGSTOP. */
const STALL_MS = 250;

/** Finds peers that are gone without ever taking a pause of this very process for one of theirs. */
export class Liveness {
  readonly #peers = new Set<Peer>();
  readonly #options: LivenessOptions;
  readonly #stop: Stop;
  #sweptMs: number;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#sweptMs = options.clock.nowMs();
    this.#stop = options.clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Watches a peer; its first ping comes at a random moment of the interval, so that a storm of joins does not ping in step. */
  watch(peer: Peer): Stop {
    const { clock, heartbeatMs } = this.#options;
    peer.nextPingMs = clock.nowMs() + clock.random() * heartbeatMs;
    this.#peers.add(peer);
    return () => this.#peers.delete(peer);
  }

  /** Stops watching. */
  close(): void {
    this.#stop();
    this.#peers.clear();
  }

  #sweep(): void {
    const nowMs = this.#options.clock.nowMs();
    const stallMs = nowMs - this.#sweptMs - SWEEP_MS;
    this.#sweptMs = nowMs;
    if (stallMs > STALL_MS) this.#forgive(stallMs);
    const silent: Peer[] = [];
    for (const peer of this.#peers) {
      // At the sweep that is nearest to its due time: a timer may fire early, and the next sweep is a second away.
      if (nowMs + SWEEP_MS / 2 >= peer.nextPingMs) {
        peer.nextPingMs = nowMs + this.#options.heartbeatMs;
        peer.ping();
      }
      peer.check(nowMs);
      if (peer.isSilent(nowMs)) silent.push(peer);
    }
    if (silent.length > 0) this.#options.clock.afterPoll(() => this.#bury(silent));
  }

  #forgive(stallMs: number): void {
    for (const peer of this.#peers) peer.forgive(stallMs);
    this.#options.onStall(stallMs);
  }

  #bury(silent: readonly Peer[]): void {
    const nowMs = this.#options.clock.nowMs();
    for (const peer of silent) if (this.#peers.has(peer) && peer.isSilent(nowMs)) peer.bury();
  }
}
