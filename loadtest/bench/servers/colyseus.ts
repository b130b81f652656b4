/**
 * Plain Colyseus 0.18 on its ws transport, with the room `synthetic`. With the address of a Redis as its argument it is one of several
 * processes, by Colyseus' own packages for that.
 */
import { createServer } from "node:http";
import { type Client, Room, Server } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import { RedisPresence } from "@colyseus/redis-presence";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { Load } from "../load.ts";
import { announce } from "./announce.ts";
import { Mover, SyntheticState } from "./synthetic-state.ts";

/** As long as Arena keeps seats. */
const RECONNECT_SECONDS = 30;

class SyntheticRoom extends Room<{ state: SyntheticState }> {
  override state = new SyntheticState();
  override messages = { freeze: (client: Client) => this.#freeze(client) };
  #isFrozen = false;

  override onCreate({ entities, changed, tickMs, messageBytes, messagesPerTick }: Load): void {
    const mover = new Mover(this.state, entities);
    const noise = new Uint8Array(messageBytes);
    this.setFixedTimestep(() => {
      if (this.#isFrozen) return;
      mover.move(changed);
      for (let sent = 0; sent < messagesPerTick; sent++) this.broadcast("noise", noise);
      this.broadcastPatch();
    }, 1000 / tickMs);
    this.patchRate = null; // the tick sends its own patch, as Arena's room does; set before, it would steal the clock
  }

  /** As its documentation shows for clients that lose their connection. */
  override onDrop(client: Client): void {
    this.allowReconnection(client, RECONNECT_SECONDS);
  }

  #freeze(client: Client): void {
    this.#isFrozen = true;
    this.broadcastPatch();
    const entities: Record<string, [number, number]> = {};
    this.state.entities.forEach((entity, key) => {
      entities[key] = [entity.x, entity.y];
    });
    client.send("frozen", { entities });
  }
}

/** By default a client that hangs is cut off after 6 to 9 s, and then nothing can be told of what it was sent. */
const pingMaxRetries = 10;

const httpServer = createServer();
const transport = new WebSocketTransport({ server: httpServer, pingMaxRetries });
const [redisUrl] = process.argv.slice(2);
const shared = redisUrl && { presence: new RedisPresence(redisUrl), driver: new RedisDriver(redisUrl) };
const server = new Server({ transport, greet: false, ...shared });
server.define("synthetic", SyntheticRoom).filterBy(["id"]);
await server.listen(0, "127.0.0.1");
announce(httpServer);
