import { connect, type Socket } from "node:net";
import { type FrameHead, FrameReader } from "./frame-reader.ts";

/** Where a socket goes, and what it tells. */
export interface RawSocketOptions {
  readonly port: number;
  readonly path: string;
  /** A patch arrived. */
  readonly onPatch: () => void;
}

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Frames of Colyseus by the low five bits of their first byte; the servers without Colyseus send the same kinds. */
const KIND_BITS = 0x1f;
const JOIN = 10;
const STATE = 14;
const PATCH = 15;

/** Packets of Socket.IO that ask for an answer, by their first character. */
const ENGINE_OPEN = 0x30;
const ENGINE_PING = 0x32;

const JOIN_MS = 60_000;
/** All sockets read into one buffer: what was read is looked at before the next socket is read. */
const READ_BUFFER = Buffer.alloc(256 * 1024);
const END_OF_HEAD = Buffer.from("\r\n\r\n");
/** Servers check the form of the key, not whether it was used before. */
const KEY = Buffer.from("arena benchmark!").toString("base64");

/**
 * A WebSocket client that costs next to nothing. It speaks just enough of all protocols under test at once, for no
 * frame that asks for an answer in one of them means anything else in another.
 */
export class RawSocket {
  /** Resolves when the server has sent the first state. */
  readonly joined: Promise<void>;
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  readonly #onPatch: () => void;
  #head: Buffer | undefined = Buffer.alloc(0);
  #resolveJoined = (): void => {};
  #rejectJoined: (error: Error) => void = () => {};
  #isClosing = false;

  constructor({ port, path, onPatch }: RawSocketOptions) {
    this.#onPatch = onPatch;
    this.joined = new Promise((resolve, reject) => {
      this.#resolveJoined = resolve;
      this.#rejectJoined = reject;
    });
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
    const timer = setTimeout(() => this.#socket.destroy(new Error(`No state came within ${JOIN_MS} ms.`)), JOIN_MS);
    this.joined.then(
      () => clearTimeout(timer),
      () => clearTimeout(timer),
    );
    this.#socket.on("error", (error) => this.#rejectJoined(error));
    this.#socket.on("close", () => this.#fail("The server closed the connection."));
    this.#socket.write(upgradeRequest(path));
  }

  /** Whether the server, and not this side, ended the connection. */
  get isLost(): boolean {
    return this.#socket.destroyed && !this.#isClosing;
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
    if (head.startsWith("HTTP/1.1 101")) this.#reader.take(rest, this.#react);
    else this.#fail(`The server refused the upgrade: ${head.split("\r\n")[0]}`);
  }

  readonly #react = ({ opcode, firstByte }: FrameHead): void => {
    if (opcode === BINARY) this.#reactToBinary(firstByte & KIND_BITS);
    else if (opcode === TEXT && firstByte === ENGINE_OPEN) this.#send(TEXT, "40");
    else if (opcode === TEXT && firstByte === ENGINE_PING) this.#send(TEXT, "3");
    else if (opcode === PING) this.#send(PONG, "");
    else if (opcode === CLOSE) this.#socket.end();
  };

  #reactToBinary(kind: number): void {
    if (kind === PATCH) this.#onPatch();
    else if (kind === STATE) this.#resolveJoined();
    else if (kind === JOIN) this.#send(BINARY, String.fromCharCode(JOIN));
  }

  /** A short frame, masked with zeros: clients have to mask, and zeros cost nothing. */
  #send(opcode: number, payload: string): void {
    this.#socket.write(Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0, ...Buffer.from(payload)]));
  }

  #fail(complaint: string): void {
    this.#rejectJoined(new Error(complaint));
    this.#socket.destroy();
  }
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
