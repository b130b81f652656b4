import { BINARY, TEXT } from "./client-frame.ts";
import type { Frame } from "./frame-reader.ts";
import { RawSocket } from "./raw-socket.ts";

/** Where a client goes, and what it tells. */
export interface PatchSocketOptions {
  readonly port: number;
  readonly path: string;
  /** A patch arrived. */
  readonly onPatch: () => void;
}

/** Frames of Colyseus by the low five bits of their first byte; the servers without Colyseus send the same kinds. */
const KIND_BITS = 0x1f;
const JOIN = 10;
const STATE = 14;
const PATCH = 15;

/** Packets of Socket.IO that ask for an answer, by their first character. */
const ENGINE_OPEN = 0x30;
const ENGINE_PING = 0x32;

/**
 * A client that receives patches. It speaks just enough of all protocols under test at once, for no frame that asks for an
 * answer in one of them means anything else in another.
 */
export class PatchSocket {
  readonly #socket: RawSocket;
  readonly #onPatch: () => void;

  constructor({ port, path, onPatch }: PatchSocketOptions) {
    this.#onPatch = onPatch;
    this.#socket = new RawSocket({ port, path, onFrame: (frame) => this.#react(frame) });
  }

  /** Resolves when the server has sent the first state. */
  get joined(): Promise<void> {
    return this.#socket.ready;
  }

  /** Whether the server, and not this side, ended the connection. */
  get isLost(): boolean {
    return this.#socket.failure !== undefined;
  }

  /** Stops reading, as a client that hangs does. */
  stall(): void {
    this.#socket.stall();
  }

  /** Ends the connection at once. */
  close(): void {
    this.#socket.close();
  }

  #react({ opcode, payloadBytes, bytes, at }: Frame): void {
    const first = payloadBytes > 0 ? Number(bytes[at]) : 0;
    if (opcode === BINARY) this.#reactToBinary(first & KIND_BITS);
    else if (opcode === TEXT && first === ENGINE_OPEN) this.#socket.send(TEXT, Buffer.from("40"));
    else if (opcode === TEXT && first === ENGINE_PING) this.#socket.send(TEXT, Buffer.from("3"));
  }

  #reactToBinary(kind: number): void {
    if (kind === PATCH) this.#onPatch();
    else if (kind === STATE) this.#socket.setReady();
    else if (kind === JOIN) this.#socket.send(BINARY, Uint8Array.of(JOIN));
  }
}
