/**
 * outbox: what waits for one connection, and what happens at its bounds. Pure: it is told what the socket holds and
 * what time it is, and answers what to do; it never writes.
 *
 * Three lanes. Durable frames are never dropped: past the bound the connection ends. State frames may be replaced by
 * one newer full state. Ephemeral frames are latest-wins by key. Keeps OUT1, OUT3, OUT5 and OUT6.
 */

/** What a frame is to the outbox: kept, replaceable by a full state, such a full state, or worthless once outdated. */
export type FrameClass = "durable" | "patch" | "full" | "ephemeral";

/** Bounds of an outbox. */
export interface OutboxLimits {
  /** From this many waiting bytes on the connection counts as behind: patches stop, messages are kept back. */
  readonly softBytes: number;
  /** More than this never waits, socket included; only a full state may pass it, where less than the soft mark waits. */
  readonly hardBytes: number;
  /** A connection that is behind for longer is closed. */
  readonly maxBehindMs: number;
}

/** A frame on offer. */
export interface Offer<Frame> {
  readonly frame: Frame;
  readonly bytes: number;
  readonly frameClass: FrameClass;
  /** Of an ephemeral frame: a newer one of the same key replaces it. */
  readonly key?: string;
}

/** How things stand with the socket. */
export interface SocketView {
  /** Bytes that were handed to the socket and have not left the process. */
  readonly waitingBytes: number;
  readonly nowMs: number;
}

/**
 * What to do with an offered frame: write it now, nothing (it is kept here), nothing (it is gone and will be made good
 * or is worthless), or end the connection.
 */
export type Decision = "send" | "kept" | "dropped" | "close";

/** What leaves when the socket has room again. */
export interface Release<Frame> {
  /** Kept frames to write, in this order. */
  readonly frames: readonly Frame[];
  /** Whether the connection lost a patch and must get a full state before the next one. */
  readonly needsFullState: boolean;
}

/** Waiting bytes below this share of the soft mark end being behind. */
const RELEASE_SHARE = 0.5;

/** The outbox of one connection. */
export class Outbox<Frame> {
  readonly #limits: OutboxLimits;
  #durable: Offer<Frame>[] = [];
  #ephemeral: Map<string, Offer<Frame>> | undefined;
  #keptBytes = 0;
  #behindSinceMs: number | undefined;
  #needsFullState = false;
  /** Size of a full state that is larger than the hard bound by itself; while it leaves, the bound is for the rest. */
  #oversizedBytes = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  /** Bytes kept here, beside what the socket holds. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Whether patches are held back until a full state has been sent. */
  get needsFullState(): boolean {
    return this.#needsFullState;
  }

  /** Whether the connection is behind. */
  get isBehind(): boolean {
    return this.#behindSinceMs !== undefined;
  }

  /** Whether a frame of `bytes` leaves at once, with nothing to decide: the common case, made cheap. */
  passes(bytes: number, waitingBytes: number): boolean {
    return this.#behindSinceMs === undefined && !this.#needsFullState && waitingBytes + bytes < this.#limits.softBytes;
  }

  /** Decides about one frame. */
  offer(offer: Offer<Frame>, socket: SocketView): Decision {
    this.#watch(socket);
    switch (offer.frameClass) {
      case "patch":
        return this.#offerPatch(offer, socket);
      case "full":
        return this.#offerFull(offer);
      case "durable":
        return this.#offerDurable(offer, socket);
      case "ephemeral":
        return this.#offerEphemeral(offer, socket);
      default:
        return offer.frameClass satisfies never;
    }
  }

  /** What may leave now that the socket has room; nothing while it has not. Asks for a full state until it was sent. */
  release(socket: SocketView): Release<Frame> {
    if (socket.waitingBytes > this.#limits.softBytes * RELEASE_SHARE) return { frames: [], needsFullState: false };
    const frames = [...this.#durable, ...(this.#ephemeral?.values() ?? [])].map(({ frame }) => frame);
    this.#durable = [];
    this.#ephemeral = undefined;
    this.#keptBytes = 0;
    this.#behindSinceMs = undefined;
    this.#oversizedBytes = 0;
    return { frames, needsFullState: this.#needsFullState };
  }

  /** The kept frames that may not be lost, for a connection that is about to be closed. */
  takeDurable(): readonly Frame[] {
    const frames = this.#durable.map(({ frame }) => frame);
    this.#durable = [];
    this.#ephemeral = undefined;
    this.#keptBytes = 0;
    return frames;
  }

  /** Whether the connection has been behind for too long. */
  isLost(nowMs: number): boolean {
    return this.#behindSinceMs !== undefined && nowMs - this.#behindSinceMs > this.#limits.maxBehindMs;
  }

  /** Leaves out the time in which this process itself stood still. */
  forgive(stallMs: number): void {
    if (this.#behindSinceMs !== undefined) this.#behindSinceMs += stallMs;
  }

  #watch({ waitingBytes, nowMs }: SocketView): void {
    if (waitingBytes + this.#keptBytes >= this.#limits.softBytes) this.#behindSinceMs ??= nowMs;
  }

  #offerPatch({ bytes }: Offer<Frame>, socket: SocketView): Decision {
    if (this.#needsFullState) return "dropped"; // the full state makes it good; release asks for it
    if (!this.isBehind && this.#fits(bytes, socket)) return "send";
    this.#needsFullState = true;
    this.#behindSinceMs ??= socket.nowMs;
    return "dropped";
  }

  #offerFull({ bytes }: Offer<Frame>): Decision {
    this.#needsFullState = this.isBehind;
    if (this.isBehind) return "dropped";
    this.#oversizedBytes = bytes > this.#limits.hardBytes ? bytes : 0;
    return "send";
  }

  #offerDurable(offer: Offer<Frame>, socket: SocketView): Decision {
    if (!this.#fits(offer.bytes, socket)) this.#dropEphemeral();
    if (!this.#fits(offer.bytes, socket)) return "close";
    if (!this.isBehind) return "send";
    this.#durable.push(offer);
    this.#keptBytes += offer.bytes;
    return "kept";
  }

  #offerEphemeral(offer: Offer<Frame>, socket: SocketView): Decision {
    if (!this.isBehind) return this.#fits(offer.bytes, socket) ? "send" : "dropped";
    const key = offer.key ?? "";
    const replaced = this.#ephemeral?.get(key)?.bytes ?? 0;
    if (!this.#fits(offer.bytes - replaced, socket)) return "dropped";
    this.#ephemeral ??= new Map();
    this.#ephemeral.delete(key); // the newer value takes its place at the end
    this.#ephemeral.set(key, offer);
    this.#keptBytes += offer.bytes - replaced;
    return "kept";
  }

  #dropEphemeral(): void {
    for (const { bytes } of this.#ephemeral?.values() ?? []) this.#keptBytes -= bytes;
    this.#ephemeral = undefined;
  }

  #fits(bytes: number, { waitingBytes }: SocketView): boolean {
    const bound = this.#limits.hardBytes + Math.min(this.#oversizedBytes, waitingBytes);
    return waitingBytes + this.#keptBytes + bytes <= bound;
  }
}
