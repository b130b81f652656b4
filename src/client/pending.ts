import { sizeOf } from "../document/document.ts";
import type { OpOutcome, OpWelcome, PushLimits } from "../protocol/protocol.ts";
import { guardsOf, NEVER_REV, type Settled, withGuards } from "./guards.ts";
import type { ClientIdentity, OutboxChange, OutboxHeader, StoredOutbox, StoredPush } from "./outbox.ts";

/** A push of this client that is not known to be safe. Its number on the wire is its place: see {@link PendingPushes.firstN}. */
export interface PendingPush<Op> extends StoredPush<Op> {
  readonly bytes: number;
  /** The change of the outbox that has it; it may be sent when that is stored. */
  readonly ticket: number;
  /** It refers to what another push of this client wrote, and waits until the seq of that is known. */
  readonly isHeld: boolean;
  /** The server said that it is safe. Shown until the entries up to `seq` are here. */
  readonly ack?: PushAck;
}

/** How a push ended well. */
export interface PushAck {
  /** Its entry in the log; or, where the outcome is unknown, one that is not before it. */
  readonly seq: number;
  /** "unknown": it was taken while this client was away. */
  readonly outcome: OpOutcome | "unknown";
}

/** Most that may wait for the server. */
export interface PendingLimits {
  readonly maxPending: number;
  readonly maxPendingBytes: number;
  /** About the largest push. */
  readonly maxPushBytes: number;
  readonly maxOps: number;
}

/** What pending pushes need. */
export interface PendingParts<Op> {
  readonly outbox: StoredOutbox<Op>;
  readonly limits: PendingLimits;
  readonly settled: Settled;
  readonly store: (change: OutboxChange<Op>) => void;
}

/** A push is larger than may be, or more than may wait for the server. It was not taken; what was pushed before is kept. */
export class OutboxFull extends Error {
  override readonly name = "OutboxFull";
}

/** A push has more ops or bytes than any server takes, however little waits. It was not taken. */
export class PushTooLarge extends OutboxFull {}

/**
 * The pushes that the server may not have, in order, with dense numbers. Every change is handed to `store`, which writes it
 * whole or not at all, one after another.
 */
export class PendingPushes<Op extends object> {
  #limits: PendingLimits;
  readonly #store: (change: OutboxChange<Op>) => void;
  readonly #settled: Settled;
  readonly #pushes: PendingPush<Op>[] = [];
  #header: OutboxHeader;
  #bytes = 0;
  #lastSerial = 0;
  #ticket = 0;
  /** The highest number that may have been sent: none above it can be known to the server. */
  #sentN: number;
  /** The last change that gave pushes other numbers than they had. */
  #numberTicket = 0;

  constructor({ outbox, limits, settled, store }: PendingParts<Op>) {
    this.#header = outbox.header;
    this.#limits = limits;
    this.#settled = settled;
    this.#store = store;
    for (const push of outbox.pushes) this.#append(push, this.#ticket);
    this.#sentN = this.lastN;
  }

  get header(): OutboxHeader {
    return this.#header;
  }

  /** Number of the first push here; the others follow. */
  get firstN(): number {
    return this.#header.firstN;
  }

  /** Number of the last push that was made. */
  get lastN(): number {
    return this.firstN + this.#pushes.length - 1;
  }

  /** What the server said of the first push, if it did. */
  get firstAck(): PushAck | undefined {
    return this.#pushes[0]?.ack;
  }

  /** The highest number that may have been sent, before a reload too. */
  get sentN(): number {
    return this.#sentN;
  }

  get all(): readonly PendingPush<Op>[] {
    return this.#pushes;
  }

  /** The server takes no more than this. What is pending already is not concerned. */
  restrict({ maxPushBytes, maxOps }: PushLimits): void {
    const limits = this.#limits;
    this.#limits = {
      ...limits,
      // Text may take three times as many bytes as characters.
      maxPushBytes: Math.min(limits.maxPushBytes, Math.floor(maxPushBytes / 3)),
      maxOps: Math.min(limits.maxOps, maxOps),
    };
  }

  /** A push is on its way. */
  sent(n: number): void {
    this.#sentN = Math.max(this.#sentN, n);
  }

  /** The change that must be stored before the push at `index` may be sent. */
  ticketOf(index: number): number {
    return Math.max(this.#numberTicket, this.#pushes[index]?.ticket ?? 0);
  }

  /** The next push, not added yet. */
  prepare(ops: readonly Op[], ts: number): StoredPush<Op> {
    return { serial: this.#lastSerial + 1, ops: withGuards(ops, (rev) => this.#guard(rev)), ts };
  }

  /**
   * @throws PushTooLarge where it has more ops or bytes than a push may have
   * @throws OutboxFull where as much waits as may wait
   */
  add(push: StoredPush<Op>): void {
    this.#assertFits([push.ops]);
    this.#append(push, this.#change({ put: [push] }));
  }

  /**
   * Divides ops into as few pushes as possible, in their order; those of one part stay together.
   *
   * @throws PushTooLarge where a part has more ops or bytes than a push may have
   * @throws OutboxFull where as much waits as may wait
   */
  divide(parts: readonly (readonly Op[])[]): readonly (readonly Op[])[] {
    const { maxOps, maxPushBytes } = this.#limits;
    const pushes: Op[][] = [];
    let bytes = Number.POSITIVE_INFINITY;
    for (const part of parts) {
      const last = pushes.at(-1);
      bytes += sizeOf(part);
      if (last && last.length + part.length <= maxOps && bytes <= maxPushBytes) last.push(...part);
      else if (part.length > 0) {
        pushes.push([...part]);
        bytes = sizeOf(part);
      }
    }
    this.#assertFits(pushes);
    return pushes;
  }

  /** Notes what the server said of a push, by its number. */
  acknowledge(n: number, ack: PushAck): void {
    const push = this.#pushes[n - this.firstN];
    if (push) this.#pushes[n - this.firstN] = { ...push, ack };
  }

  /** Takes out the first push, which is safe. */
  settleFirst({ seq, outcome }: PushAck): PendingPush<Op> | undefined {
    const push = this.#pushes.shift();
    if (!push) return undefined;
    this.#bytes -= push.bytes;
    this.#header = { ...this.#header, firstN: this.firstN + 1 };
    this.#settled.add(push.serial, outcome === "unknown" ? NEVER_REV : seq);
    this.#change({ put: this.#resolveGuards(push.serial), remove: [push.serial] });
    return push;
  }

  /** Takes out a push that the server refused; those behind it move up by one number. */
  remove(index: number): PendingPush<Op> | undefined {
    const [push] = this.#pushes.splice(index, 1);
    if (!push) return undefined;
    this.#bytes -= push.bytes;
    this.#settled.add(push.serial, NEVER_REV);
    this.#numberTicket = this.#change({ put: this.#resolveGuards(push.serial), remove: [push.serial] });
    return push;
  }

  /** Takes on the epoch of the server's history, in which it has the numbers up to `yourLast`. */
  align({ epoch, yourLast }: Pick<OpWelcome, "epoch" | "yourLast">, firstN: number): void {
    const was = this.#header;
    if (epoch === was.epoch && firstN === was.firstN) return;
    this.#header = { ...was, epoch, firstN };
    this.#sentN = yourLast;
    this.#forgetAcks();
    const isOther = was.epoch !== undefined && epoch !== was.epoch;
    const ticket = this.#change({ put: isOther ? this.#voidGuards() : [] });
    if (was.epoch !== undefined) this.#numberTicket = ticket; // the first history that it meets changes no number
  }

  /** Goes on as another client: all that is here will be new to the server. */
  renew(identity: ClientIdentity): void {
    this.#header = { ...this.#header, ...identity, firstN: 1 };
    this.#sentN = 0;
    this.#forgetAcks();
    this.#numberTicket = this.#change({});
  }

  /** What was acknowledged in another history, or to another client, need not be safe. */
  #forgetAcks(): void {
    for (const [index, { ack: _, ...push }] of this.#pushes.entries()) this.#pushes[index] = push;
  }

  #assertFits(pushes: readonly (readonly Op[])[]): void {
    const { maxPending, maxPendingBytes, maxPushBytes, maxOps } = this.#limits;
    let total = this.#bytes;
    for (const ops of pushes) {
      const bytes = sizeOf(ops);
      if (ops.length > maxOps) throw new PushTooLarge(`A push has ${maxOps} ops at most, not ${ops.length}.`);
      if (bytes > maxPushBytes)
        throw new PushTooLarge(`A push takes about ${maxPushBytes} bytes at most, not ${bytes}.`);
      total += bytes;
    }
    if (this.#pushes.length + pushes.length > maxPending || total > maxPendingBytes) {
      throw new OutboxFull(`At most ${maxPending} pushes or ${maxPendingBytes} bytes may wait for the server.`);
    }
  }

  #append({ serial, ops, ts }: StoredPush<Op>, ticket: number): void {
    const bytes = sizeOf(ops);
    this.#pushes.push({ serial, ops, ts, bytes, ticket, isHeld: isHeld(ops) });
    this.#bytes += bytes;
    this.#lastSerial = serial;
  }

  /** A guard on an own write stays while that is on its way. */
  #guard(rev: number): number {
    if (rev >= 0) return rev;
    return this.#pushes.some(({ serial }) => serial === -rev) ? rev : this.#settled.seqOf(-rev);
  }

  #resolveGuards(serial: number): readonly PendingPush<Op>[] {
    const isMeant = ({ isHeld, ops }: PendingPush<Op>): boolean => isHeld && guardsOf(ops).includes(-serial);
    return this.#reguard(isMeant, (rev) => this.#guard(rev));
  }

  /** In another history the same seq is another write. */
  #voidGuards(): readonly PendingPush<Op>[] {
    this.#settled.clear();
    const isMeant = ({ ops }: PendingPush<Op>): boolean => guardsOf(ops).some((rev) => rev >= 0);
    return this.#reguard(isMeant, (rev) => (rev < 0 ? rev : NEVER_REV));
  }

  #reguard(isMeant: (push: PendingPush<Op>) => boolean, guard: (rev: number) => number): readonly PendingPush<Op>[] {
    const changed: PendingPush<Op>[] = [];
    for (const [index, push] of this.#pushes.entries()) {
      if (!isMeant(push)) continue;
      const ops = withGuards(push.ops, guard);
      const guarded = { ...push, ops, isHeld: isHeld(ops) };
      this.#pushes[index] = guarded;
      changed.push(guarded);
    }
    return changed;
  }

  #change({ put = [], remove = [] }: { put?: readonly StoredPush<Op>[]; remove?: readonly number[] }): number {
    this.#ticket++;
    const stored = put.map(({ serial, ops, ts }) => ({ serial, ops, ts }));
    this.#store({ ticket: this.#ticket, header: this.#header, put: stored, remove });
    return this.#ticket;
  }
}

function isHeld(ops: readonly object[]): boolean {
  return guardsOf(ops).some((rev) => rev < 0);
}
