/**
 * Plain Colyseus with the rooms of the trap tests, as a process of its own: some of its traps end the process. Prints
 * a ready line as a node does.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Client, matchMaker, Room, Server } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import { trapMessages, trapState } from "./rooms/trap-state.ts";

class TrapRoom extends Room {
  override state = trapState();
  override messages = trapMessages(this, this.state, () => this.broadcastPatch());

  override onCreate(): void {
    this.patchRate = null; // a test says when a patch leaves
  }

  /** As the documentation of Colyseus shows it. */
  override onDrop(client: Client): void {
    void this.allowReconnection(client, 30);
  }
}

const httpServer = createServer();
const server = new Server({ transport: new WebSocketTransport({ server: httpServer }), greet: false });
server.define("trap", TrapRoom);
await server.listen(0, "127.0.0.1");
const { port } = httpServer.address() as AddressInfo; // a port, never a pipe
process.stdout.write(`${JSON.stringify({ event: "ready", port, pid: process.pid, nodeId: matchMaker.processId })}\n`);
