import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";

/** Tells whether ws would complete an upgrade, without a socket: the owner of a room gives a seat away before that is done. */
export class UpgradeJudge {
  readonly #server: WebSocketServer;
  #isFit = false;

  constructor(options: { readonly maxPayload: number; readonly perMessageDeflate: boolean }) {
    this.#server = new WebSocketServer({
      ...options,
      noServer: true,
      clientTracking: false,
      verifyClient: (_client: unknown, _goOn: unknown) => {
        this.#isFit = true; // ws has looked at all of the request, and waits to be told to go on
      },
    });
    this.#server.on("wsClientError", () => {}); // else ws would answer by itself
  }

  isFit(request: IncomingMessage): boolean {
    this.#isFit = false;
    const nobody = new EventEmitter() as Duplex; // ws listens for its errors, and does no more before it goes on
    this.#server.handleUpgrade(request, nobody, Buffer.alloc(0), () => {});
    return this.#isFit;
  }
}
