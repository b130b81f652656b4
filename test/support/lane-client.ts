import { decode } from "@colyseus/schema";
import { unpack } from "msgpackr";
import type { ArenaError } from "../../src/errors/errors.ts";
import type { OpClient } from "../../src/op-lane/lane.ts";
import type {
  Ephemeral,
  OpAck,
  OpBatch,
  OpNack,
  OpPast,
  OpPastRefused,
  OpReset,
  OpSnap,
  OpWelcome,
} from "../../src/protocol/protocol.ts";
import type { User } from "../../src/tokens/tokens.ts";

/** What the messages of the lane carry down, by type. */
export interface LanePayloads {
  readonly "op:welcome": OpWelcome;
  readonly "op:snap": OpSnap;
  readonly "op:ack": OpAck;
  readonly "op:nack": OpNack;
  readonly "op:batch": OpBatch;
  readonly "op:reset": OpReset;
  readonly "op:past": OpPast & Partial<OpPastRefused>;
  readonly eph: Ephemeral;
  readonly "eph:rate": { readonly hz: number };
}
/** Type of a message down. */
export type LaneType = keyof LanePayloads;

/** Messages as a client of a lane reads them, in order. */
export class LaneInbox {
  readonly told: { readonly type: string; readonly payload: unknown }[] = [];

  /** Payloads of the messages of one type. */
  of<T extends LaneType>(type: T): LanePayloads[T][] {
    return this.told.filter((one) => one.type === type).map(({ payload }) => payload as LanePayloads[T]); // by its type
  }

  /** The types of all messages. */
  get types(): readonly string[] {
    return this.told.map(({ type }) => type);
  }

  /**
   * The last entry that it was led to.
   *
   * @param seq what the client had before
   * @throws Error where an entry is missing, comes twice or out of order, or a snapshot breaks off
   */
  followed(seq = Number.NaN): number {
    let last = seq;
    for (const { type, payload } of this.told) {
      if (type === "op:snap") last = seqAfterPart(payload as OpSnap);
      else if (type === "op:batch") last = seqAfterBatch(last, payload as OpBatch);
    }
    return last;
  }
}

function seqAfterPart({ seq, part, of }: OpSnap): number {
  return part === of - 1 ? seq : Number.NaN;
}

function seqAfterBatch(last: number, { from, to, entries }: OpBatch): number {
  if (from !== last + 1) throw new Error(`After ${last} came ${from} to ${to}.`);
  if (entries.some(({ seq }, index) => seq !== from + index) || entries.length !== to - from + 1) {
    throw new Error(`${from} to ${to} does not hold its entries.`);
  }
  return to;
}

/** A client of a lane without a line: it keeps what it is sent, and says how much waits for it. */
export class LaneClient extends LaneInbox implements OpClient {
  readonly sessionId: string;
  readonly user: User | undefined;
  /** What of its sending was counted against it. */
  readonly refusals: ArenaError[] = [];
  waitingBytes = 0;
  /** The most that waited for it at a time. */
  peakBytes = 0;
  /** Size of the largest frame that it was sent. */
  largestBytes = 0;
  #isPaused = false;

  constructor(sessionId: string, user?: User) {
    super();
    this.sessionId = sessionId;
    this.user = user;
  }

  raw(frame: Uint8Array): void {
    this.told.push(read(frame));
    if (this.#isPaused) this.waitingBytes += frame.byteLength;
    this.peakBytes = Math.max(this.peakBytes, this.waitingBytes);
    this.largestBytes = Math.max(this.largestBytes, frame.byteLength);
  }

  rawEphemeral(frame: Uint8Array, _key: string): void {
    this.raw(frame);
  }

  refuse(error: ArenaError, answer?: Uint8Array): void {
    this.refusals.push(error);
    if (answer) this.raw(answer);
  }

  /** What it is sent waits from now on. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Its line takes everything again. */
  resume(): void {
    this.#isPaused = false;
    this.waitingBytes = 0;
  }
}

/** A user as a token names him. */
export function userOf(userId: string, isGuest = false): User {
  return { userId, isGuest, tokenId: userId, roles: [], expiresAtMs: Number.MAX_SAFE_INTEGER };
}

/** A frame that many are sent is read once, and so is the same object for all of them. */
const READ = new WeakMap<Uint8Array, { readonly type: string; readonly payload: unknown }>();

/** Reads a message frame as an SDK does. */
export function read(frame: Uint8Array): { readonly type: string; readonly payload: unknown } {
  const it = { offset: 1 };
  const type = decode.string(frame, it);
  const told = READ.get(frame) ?? { type, payload: unpack(frame.subarray(it.offset) as Buffer) }; // it reads any bytes
  READ.set(frame, told);
  return told;
}
