import { type Batch, type Piece, type ResumePlan, type Snapshot, wireAfter } from "../op-log/op-log.ts";
import { OP_MESSAGES, type OpWelcome, type PushLimits } from "../protocol/protocol.ts";
import type { User } from "../tokens/tokens.ts";
import { frame, frameOf } from "./messages.ts";

/** A client of a durable room, as the transport gives it. */
export interface LaneClient {
  readonly sessionId: string;
  readonly user: User | undefined;
  /** Bytes that wait for it in this process. */
  readonly waitingBytes: number;
  raw(frame: Uint8Array): void;
}

/** What a follower follows: what is safe of a log, and its frames, which are the same for everybody. */
export interface Followed {
  readonly epoch: number;
  /** The last entry that is safe. */
  readonly seq: number;
  /** The batch that holds the entry after `seq`, which there is; undefined where it is no longer kept. */
  next(seq: number): Batch | undefined;
  /** The document for those who know nothing. */
  snapshot(): Snapshot;
  partFrame(snapshot: Snapshot, part: number): Uint8Array;
  /** A batch in frames that a line takes, in order. */
  framesOf(batch: Batch): readonly (Piece & { readonly frame: Uint8Array })[];
  /** How often ephemeral values are passed on, per second. */
  readonly ephHz: number;
  readonly limits: PushLimits;
}

/**
 * While less than this waits for a client it is sent more: enough to keep a fast line busy between two ticks, and no more
 * than the soft mark of its outbox, so that a slow one is left to read and led on later.
 */
export const FEED_BYTES = 64 * 1024;

/** One client that said hello, and how far it has been led. What it was sent is in order and without a hole. */
export class Follower {
  readonly client: LaneClient;
  readonly clientId: string;
  readonly owner: string;
  /** The last entry that it was sent. */
  #seq: number;
  #sending: { readonly snapshot: Snapshot; part: number } | undefined;
  #lastPush = 0;

  constructor(client: LaneClient, clientId: string, owner: string) {
    this.client = client;
    this.clientId = clientId;
    this.owner = owner;
    this.#seq = 0;
  }

  /**
   * What of the entries up to `lastSeq` its client has once all has come that it was sent here: it may have named them before
   * a snapshot came, which may be older. Undefined where that is no whole document.
   */
  bound(lastSeq: number | undefined): number | undefined {
    return this.#sending || lastSeq === undefined ? undefined : Math.min(lastSeq, this.#seq);
  }

  /** Begins to lead it on: after the entry `lastSeq`, or with a snapshot where that is planned or it has no entry. */
  welcome(followed: Followed, plan: Pick<ResumePlan, "mode" | "yourLast">, lastSeq?: number): void {
    const { epoch, ephHz, seq, limits } = followed;
    const after = plan.mode === "delta" ? lastSeq : undefined;
    const mode = after === undefined ? "snapshot" : "delta";
    const welcome: OpWelcome = { epoch, mode, seq, yourLast: plan.yourLast, ephHz, limits };
    this.client.raw(frame(OP_MESSAGES.WELCOME, welcome));
    if (after === undefined) this.#begin(followed.snapshot());
    else this.#seq = after;
  }

  /** It has pushed something on this connection. */
  pushed(n: number): void {
    this.#lastPush = Math.max(this.#lastPush, n);
  }

  /** Whether a push came on this connection: what came on one before is answered by the welcome. */
  hasPushed(n: number): boolean {
    return n <= this.#lastPush;
  }

  #begin(snapshot: Snapshot): void {
    this.#seq = snapshot.seq;
    this.#sending = { snapshot, part: 0 };
  }

  /**
   * Sends what it was not sent yet, as long as its line takes it.
   *
   * @returns whether it has everything
   */
  feed(followed: Followed): boolean {
    while (this.client.waitingBytes < FEED_BYTES) {
      if (this.#sending) this.#sendPart(followed, this.#sending);
      else if (this.#seq >= followed.seq) return true;
      else this.#sendBatch(followed);
    }
    return !this.#sending && this.#seq >= followed.seq;
  }

  #sendPart(followed: Followed, sending: { readonly snapshot: Snapshot; part: number }): void {
    this.client.raw(followed.partFrame(sending.snapshot, sending.part));
    sending.part++;
    if (sending.part === sending.snapshot.parts.length) this.#sending = undefined;
  }

  /** Where what it misses is no longer kept, it is sent the document again. */
  #sendBatch(followed: Followed): void {
    const batch = followed.next(this.#seq);
    const next = batch && followed.framesOf(batch).find(({ to }) => to > this.#seq);
    if (!next) {
      this.#begin(followed.snapshot());
      return;
    }
    const isWhole = next.from > this.#seq;
    this.client.raw(isWhole ? next.frame : frameOf(OP_MESSAGES.BATCH, wireAfter(next.wire, this.#seq)));
    this.#seq = next.to;
  }
}
