import { Doc, Map as YMap } from "yjs";
import { BINARY } from "../client-frame.ts";
import type { Frame } from "../frame-reader.ts";
import { RawSocket } from "../raw-socket.ts";
import { anywhere, type BoardClient, type BoardPlace, SHAPE } from "./board-client.ts";
import { askFrame, authFrame, readYFrame, updateFrame } from "./y-frames.ts";

/**
 * A client of hocuspocus, with a map of shapes, each a map of its groups. Its own document holds only what it created, which
 * is all that it changes.
 */
export class HocuspocusBoard implements BoardClient {
  readonly #socket: RawSocket;
  readonly #place: BoardPlace;
  readonly #doc = new Doc();
  readonly #shapes = this.#doc.getMap<YMap<unknown>>("shapes");

  /** Connects and asks for the document. */
  constructor(place: BoardPlace) {
    const { port, board } = place;
    this.#place = place;
    this.#socket = new RawSocket({
      port,
      path: "/",
      onOpen: () => this.#socket.send(BINARY, authFrame(board)),
      onFrame: (frame) => this.#react(frame),
    });
    this.#doc.on("update", (update: Uint8Array) => this.#socket.send(BINARY, updateFrame(board, update)));
  }

  get ready(): Promise<void> {
    return this.#socket.ready;
  }

  get receivedBytes(): number {
    return this.#socket.receivedBytes;
  }

  get failure(): string | undefined {
    return this.#socket.failure;
  }

  create(ids: readonly string[]): void {
    this.#doc.transact(() => {
      for (const id of ids) {
        const { type, size } = SHAPE;
        this.#shapes.set(id, new YMap<unknown>(Object.entries({ type, pos: anywhere(), size })));
      }
    });
  }

  move(ids: readonly string[]): void {
    this.#doc.transact(() => {
      for (const id of ids) this.#shapes.get(id)?.set("pos", anywhere());
    });
  }

  close(): void {
    this.#socket.close();
    this.#doc.destroy();
  }

  #react(frame: Frame): void {
    const read = readYFrame(frame);
    if (read === "applied") this.#place.onAck();
    else if (read === "authenticated") this.#socket.send(BINARY, askFrame(this.#place.board));
    else if (read === "document") this.#socket.setReady();
    else if (read === "refused") this.#socket.fail("The server refused an update.");
  }
}
