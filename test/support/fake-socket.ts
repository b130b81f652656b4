import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import type { WebSocket } from "ws";

/** Stands in for a WebSocket whose peer reads only when a test says so. */
export interface FakeSocket {
  readonly socket: WebSocket;
  /** Payloads that the peer has read, without their headers. */
  readonly read: Buffer[];
  /** How many writes the peer has read. */
  readonly writes: number;
  /** Pings that were sent. */
  readonly pings: number;
  /** What close was called with. */
  readonly closedWith: readonly unknown[] | undefined;
  readonly isTerminated: boolean;
  /** The peer reads everything that is written from now on, and what waits. */
  flow(): Promise<void>;
  /** The peer stops reading. */
  stall(): void;
  /** A message comes from the peer. */
  receive(payload: Uint8Array, isBinary?: boolean): void;
  /** An event of the socket, such as a pong. */
  emit(event: string, ...args: readonly unknown[]): void;
}

/** @param highWaterMark bytes from which on the socket says that it is full */
export function fakeSocket(highWaterMark: number): FakeSocket {
  const read: Buffer[] = [];
  let isStalled = true;
  let held: (() => void) | undefined;
  let writes = 0;
  const stream = new Writable({
    highWaterMark,
    write: (bytes: Buffer, _encoding, done) => {
      const take = (): void => {
        writes++;
        read.push(...payloadsOf(bytes));
        done();
      };
      if (isStalled) held = take;
      else take();
    },
  });
  const emitter = new EventEmitter();
  let pings = 0;
  let closedWith: readonly unknown[] | undefined;
  let isTerminated = false;
  const socket = Object.assign(emitter, {
    _socket: stream,
    extensions: "",
    OPEN: 1,
    readyState: 1,
    ping: () => pings++,
    close(...args: readonly unknown[]) {
      closedWith = args;
      socket.readyState = 2;
    },
    terminate: () => {
      isTerminated = true;
    },
  });
  return {
    socket: socket as unknown as WebSocket, // has what Connection uses of one
    read,
    get writes() {
      return writes;
    },
    get pings() {
      return pings;
    },
    get closedWith() {
      return closedWith;
    },
    get isTerminated() {
      return isTerminated;
    },
    flow: async () => {
      isStalled = false;
      held?.();
      held = undefined;
      await new Promise((resolve) => setImmediate(resolve));
    },
    stall: () => {
      isStalled = true;
    },
    receive: (payload, isBinary = true) => void emitter.emit("message", Buffer.from(payload), isBinary),
    emit: (event, ...args) => void emitter.emit(event, ...args),
  };
}

const MEDIUM = 126;
const LARGE = 127;

/** The payloads of unmasked WebSocket frames that stand one behind the other. */
function payloadsOf(bytes: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; ) {
    const length = bytes[at + 1];
    let [size, header] = [length ?? 0, 2];
    if (length === MEDIUM) [size, header] = [bytes.readUInt16BE(at + 2), 4];
    if (length === LARGE) [size, header] = [Number(bytes.readBigUInt64BE(at + 2)), 10];
    payloads.push(bytes.subarray(at + header, at + header + size));
    at += header + size;
  }
  return payloads;
}
