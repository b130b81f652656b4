import type { Socket } from "node:net";
import type { Clock } from "../clock/clock.ts";
import { Link } from "./link.ts";
import { Junk, MAX_RECORD_BYTES } from "./record-reader.ts";
import {
  bare,
  closeRecord,
  framesHead,
  leadRecord,
  type Opening,
  readUpward,
  refusedRecord,
  type Ticket,
  ticketRecord,
  type Upward,
} from "./records.ts";

/** Who is told of what happens on a channel. */
export interface ChannelListener {
  message(data: Buffer, isBinary: boolean): void;
  /** What waits has become less. */
  drained(): void;
  /** It is over; `code` as of WebSocket. */
  closed(code: number): void;
}

/** What a trunk is made of, where the rooms are. */
export interface OwnerTrunkParts {
  readonly clock: Clock;
  /** See Link. */
  readonly silenceMs: number;
  /** Largest message of a client in bytes. */
  readonly maxMessageBytes: number;
  /** Somebody comes: to be accepted or refused at once. */
  readonly onOpen: (channel: OwnerChannel, opening: Opening) => void;
  /** It is over; why, where the other end did not just end it. */
  readonly onEnd: (cause: Error | undefined) => void;
}

/** A record "frames" that was sent and not yet confirmed. */
interface Sent {
  readonly channels: readonly OwnerChannel[];
  readonly bytes: number;
}

/** Leaves room for the list of those it is for. */
const MAX_FRAMES_BYTES = MAX_RECORD_BYTES / 2;
const GONE = 1006;
const TOO_LARGE = 1009;
const NORMAL = 1000;
/** How the connection of a client ends here that goes on elsewhere. */
const LED = 1000;
const [OPEN, CLOSING, CLOSED] = [1, 2, 3];

/** The end of a trunk where the rooms are. */
export class OwnerTrunk {
  readonly link: Link<Upward>;
  readonly #parts: OwnerTrunkParts;
  readonly #channels = new Map<number, OwnerChannel>();
  /** What each turn has for whom: the same bytes go over the trunk once. */
  #gathered = new Map<Buffer, OwnerChannel[]>();
  #sent: Sent[] = [];
  #takenRecords = 0;
  #isClosing = false;

  constructor(socket: Socket, head: Buffer, parts: OwnerTrunkParts) {
    this.#parts = parts;
    this.link = new Link(socket, head, {
      clock: parts.clock,
      silenceMs: parts.silenceMs,
      schedule: queueMicrotask,
      beforeFlush: () => this.#frames(),
      read: readUpward,
      take: (record) => this.#take(record),
      onFull: () => {}, // what waits counts for each channel
      onEnd: (cause) => {
        parts.onEnd(cause);
        for (const channel of this.#channels.values()) channel.over(GONE);
        this.#channels.clear();
        this.#sent = [];
      },
    });
  }

  /** Ends it when its last channel is closed. */
  close(): void {
    this.#isClosing = true;
    if (this.#channels.size === 0) this.link.end();
  }

  /** Sends frames to a client with all others that get the same at the end of this turn. */
  write(channel: OwnerChannel, bytes: Buffer): void {
    if (bytes.length > MAX_FRAMES_BYTES) {
      channel.cut(); // no client takes that, and the trunk is everybody's
      return;
    }
    const channels = this.#gathered.get(bytes);
    if (channels) channels.push(channel);
    else this.#gathered.set(bytes, [channel]);
    this.link.wake();
  }

  /** Sends something that comes behind all that was sent before. */
  send(record: Buffer): void {
    this.link.send(...this.#frames(), record);
  }

  forget(channel: OwnerChannel): void {
    this.#channels.delete(channel.id);
    if (this.#isClosing && this.#channels.size === 0) this.link.end();
  }

  #frames(): readonly Buffer[] {
    const records: Buffer[] = [];
    for (const [bytes, channels] of this.#gathered) {
      records.push(framesHead(channels, bytes.length), bytes);
      this.#sent.push({ channels, bytes: bytes.length });
    }
    this.#gathered = new Map();
    return records;
  }

  #take(record: Upward): void {
    switch (record.kind) {
      case "ping":
      case "pong":
        this.link.beat(record.kind);
        return;
      case "taken":
        this.#taken(record);
        return;
      case "open":
        this.#open(record);
        return;
      case "message":
        if (record.payload.length > this.#parts.maxMessageBytes) this.#channels.get(record.channel)?.close(TOO_LARGE);
        else this.#channels.get(record.channel)?.receive(record.payload, record.isBinary);
        return;
      case "roundTrip":
        this.#channels.get(record.channel)?.toldRoundTrip(record.ms);
        return;
      case "held":
        this.#channels.get(record.channel)?.toldHeld();
        return;
      case "closed":
        this.#channels.get(record.channel)?.over(record.code);
        return;
      default:
        record satisfies never;
    }
  }

  #open({ channel: id, opening }: Upward & { kind: "open" }): void {
    if (this.#channels.has(id)) throw new Junk(`Channel ${id} is open.`);
    const channel = new OwnerChannel(id, this);
    this.#channels.set(id, channel);
    this.#parts.onOpen(channel, opening);
  }

  #taken({ records, waiting }: Upward & { kind: "taken" }): void {
    const count = records - this.#takenRecords;
    if (!(count >= 0 && count <= this.#sent.length)) throw new Junk(`It took ${records} records.`);
    this.#takenRecords = records;
    for (const [id, bytes] of waiting) this.#channels.get(id)?.toldWaiting(bytes);
    for (const { channels, bytes } of this.#sent.splice(0, count)) {
      for (const channel of channels) channel.taken(bytes);
    }
    for (const [id] of waiting) this.#channels.get(id)?.taken(0);
  }
}

/** One client in a trunk, where its room is; to a Connection it is as good as a socket. */
export class OwnerChannel {
  readonly id: number;
  readonly #trunk: OwnerTrunk;
  #listener: ChannelListener | undefined;
  #readyState: number = OPEN;
  /** Sent, and not yet in the client's socket. */
  #onItsWayBytes = 0;
  /** In the client's socket. */
  #toldBytes = 0;
  #held: PromiseWithResolvers<void> | undefined;
  #roundTripMs: number | undefined;

  constructor(id: number, trunk: OwnerTrunk) {
    this.id = id;
    this.#trunk = trunk;
  }

  /** As of WebSocket: 1 is open. */
  get readyState(): number {
    return this.#readyState;
  }

  /** Time that a ping to the client and its answer took, over the trunk and back; undefined before the first. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Bytes that wait for the client here, on the way and where it came in. */
  get waitingBytes(): number {
    return this.#onItsWayBytes + this.#toldBytes;
  }

  /** The client may come in. */
  accept(): void {
    this.#trunk.send(bare("opened", this.id));
  }

  /** The client gets `answer` over HTTP. */
  refuse(status: number, answer: string): void {
    this.#trunk.send(refusedRecord(this.id, status, answer));
    this.over(GONE);
  }

  listen(listener: ChannelListener): void {
    this.#listener = listener;
  }

  write(bytes: Buffer): boolean {
    this.#onItsWayBytes += bytes.length;
    this.#trunk.write(this, bytes);
    return false; // that will be told
  }

  close(code = NORMAL, reason = ""): void {
    if (this.#readyState !== OPEN) return;
    this.#readyState = CLOSING;
    this.#trunk.send(closeRecord(this.id, code, reason));
  }

  cut(): void {
    if (this.#readyState === CLOSED) return;
    this.#trunk.send(bare("cut", this.id));
    queueMicrotask(() => this.over(GONE)); // as a socket, which closes a little later
    this.#readyState = CLOSING;
  }

  pause(): void {
    this.#trunk.send(bare("pause", this.id));
  }

  resume(): void {
    this.#trunk.send(bare("resume", this.id));
  }

  /** Settles when nothing is on its way any more, and nothing comes before `release`; also where the client has gone meanwhile. */
  hold(): Promise<void> {
    if (this.#readyState !== OPEN) return Promise.resolve();
    this.#held ??= Promise.withResolvers<void>();
    this.#trunk.send(bare("hold", this.id));
    return this.#held.promise;
  }

  release(): void {
    this.#held = undefined;
    if (this.#readyState === OPEN) this.#trunk.send(bare("release", this.id));
  }

  /** With what the client is brought to the next owner, should this one be lost. */
  tellTicket(ticket: Ticket): void {
    if (this.#readyState === OPEN) this.#trunk.send(ticketRecord(this.id, ticket));
  }

  /** Has the client brought to another process, behind all that was written; the channel is over. */
  lead(to: string, ticket: Ticket): boolean {
    if (this.#readyState !== OPEN) return false;
    this.#trunk.send(leadRecord(this.id, to, ticket));
    this.over(LED);
    return true;
  }

  /** Its client is watched where it came in, and so is the trunk. */
  ping(): void {}

  isSilent(): boolean {
    return false;
  }

  forgive(): void {}

  receive(data: Buffer, isBinary: boolean): void {
    this.#listener?.message(data, isBinary);
  }

  toldRoundTrip(ms: number): void {
    this.#roundTripMs = ms;
  }

  toldHeld(): void {
    this.#held?.resolve();
  }

  toldWaiting(bytes: number): void {
    this.#toldBytes = bytes;
  }

  /** So many bytes have left the trunk. */
  taken(bytes: number): void {
    this.#onItsWayBytes -= bytes;
    this.#listener?.drained();
  }

  /** It is over. */
  over(code: number): void {
    if (this.#readyState === CLOSED) return;
    this.#readyState = CLOSED;
    this.#held?.resolve();
    this.#trunk.forget(this);
    this.#listener?.closed(code);
  }
}
