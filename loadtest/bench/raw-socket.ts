import { connect, type Socket } from "node:net";
import { CLOSE, clientFrame, PING, PONG } from "./client-frame.ts";
import { type Frame, FrameReader } from "./frame-reader.ts";

/** Where a socket goes, and what it tells. */
export interface RawSocketOptions {
  readonly port: number;
  readonly path: string;
  /** Frames may be sent from now on. */
  readonly onOpen?: () => void;
  /** A frame with data arrived, whole. */
  readonly onFrame: (frame: Frame) => void;
  /** It has ended other than by {@link RawSocket.close}, and why. */
  readonly onEnd?: (complaint: string) => void;
}

const READY_MS = 60_000;
/** All sockets read into one buffer: what was read is looked at before the next socket is read. */
const READ_BUFFER = Buffer.alloc(256 * 1024);
const END_OF_HEAD = Buffer.from("\r\n\r\n");
const NOTHING = Buffer.alloc(0);
/** Servers check the form of the key, not whether it was used before. */
const KEY = Buffer.from("arena benchmark!").toString("base64");

/** A WebSocket client that costs next to nothing. What the frames mean is left to whoever it tells. */
export class RawSocket {
  /** Resolves with {@link setReady}; rejects where the connection ends before. */
  readonly ready: Promise<void>;
  /** Bytes of all payloads that arrived. */
  receivedBytes = 0;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #onOpen: (() => void) | undefined;
  readonly #onFrame: (frame: Frame) => void;
  readonly #onEnd: ((complaint: string) => void) | undefined;
  readonly #ready = Promise.withResolvers<void>();
  #head: Buffer | undefined = NOTHING;
  #failure: string | undefined;
  #isClosing = false;

  constructor({ port, path, onOpen, onFrame, onEnd }: RawSocketOptions) {
    this.#onOpen = onOpen;
    this.#onFrame = onFrame;
    this.#onEnd = onEnd;
    this.ready = this.#ready.promise;
    this.#socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: READ_BUFFER,
        callback: (bytes) => {
          this.#read(READ_BUFFER.subarray(0, bytes));
          return true;
        },
      },
    });
    const timer = setTimeout(() => this.fail(`Nothing came within ${READY_MS} ms.`), READY_MS);
    this.ready.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
    this.#socket.on("error", ({ message }) => this.fail(message));
    this.#socket.on("close", () => this.fail("The server closed the connection."));
    this.#socket.write(upgradeRequest(path));
  }

  /** Why the connection ended without {@link close}, where it did. */
  get failure(): string | undefined {
    return this.#isClosing ? undefined : this.#failure;
  }

  /** The server has let it in. */
  setReady(): void {
    this.#ready.resolve();
  }

  /** Sends one frame. */
  send(opcode: number, payload: Uint8Array): void {
    this.#socket.write(clientFrame(opcode, payload));
  }

  /** Stops reading, as a client that hangs does. */
  stall(): void {
    this.#socket.pause();
  }

  /** Ends the connection at once. */
  close(): void {
    this.#isClosing = true;
    this.#socket.destroy();
  }

  /** Ends the connection as one that is lost. */
  fail(complaint: string): void {
    const isFirst = this.#failure === undefined && !this.#isClosing;
    this.#failure ??= complaint;
    if (isFirst) this.#onEnd?.(complaint);
    this.#ready.reject(new Error(complaint));
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    if (this.#head === undefined) {
      this.#reader.take(bytes, this.#react);
      return;
    }
    this.#head = Buffer.concat([this.#head, bytes]);
    const end = this.#head.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const [head, rest] = [this.#head.toString("latin1", 0, end), this.#head.subarray(end + END_OF_HEAD.length)];
    this.#head = undefined;
    if (!head.startsWith("HTTP/1.1 101")) {
      this.fail(`The server refused the upgrade: ${head.split("\r\n")[0]}`);
      return;
    }
    this.#onOpen?.();
    this.#reader.take(rest, this.#react);
  }

  readonly #react = (frame: Frame): void => {
    this.receivedBytes += frame.payloadBytes;
    if (frame.opcode === PING) this.send(PONG, NOTHING);
    else if (frame.opcode === CLOSE) this.fail(`The server closed the connection: ${closeReason(frame)}`);
    else this.#onFrame(frame);
  };
}

function upgradeRequest(path: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${KEY}`,
    "",
    "",
  ].join("\r\n");
}

/** Code and reason of a close frame. */
function closeReason({ payloadBytes, bytes, at }: Frame): string {
  return payloadBytes < 2
    ? "no reason"
    : `${bytes.readUInt16BE(at)} ${bytes.toString("utf8", at + 2, at + payloadBytes)}`;
}
