import { type Connection, connect } from "../../src/client/client.ts";
import type { UserPresence } from "../../src/protocol/protocol.ts";
import { tokenOf, type World } from "./world.ts";

/** Somebody in the list of people, by the client library, who may come and go, and who may watch others. */
export class Citizen {
  readonly userId: string;
  readonly #world: World;
  readonly #via: string;
  #connection: Connection | undefined;
  #seen: ReadonlyMap<string, UserPresence> = new Map();
  isWatching = false;

  constructor(world: World, userId: string, via: string) {
    this.#world = world;
    this.userId = userId;
    this.#via = via;
  }

  /** Whether it means to be there. */
  get isHere(): boolean {
    return this.#connection !== undefined;
  }

  get isOnline(): boolean {
    return this.#connection?.status === "online";
  }

  /** Users as they are shown to it. */
  get seen(): ReadonlyMap<string, UserPresence> {
    return this.#seen;
  }

  async come(): Promise<void> {
    const options = { name: this.userId.slice(0, 24) };
    const connection = connect({
      url: this.#world.stage.url(this.#via),
      room: "people",
      options,
      token: () => tokenOf(this.userId),
    });
    connection.onStatus((status, { reason }) => {
      if (status === "refused" && !this.#world.isOver)
        this.#world.chronicle.wrong(`${this.userId} is refused: ${reason?.code} ${reason?.detail}`);
    });
    this.#connection = connection;
  }

  async go(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  watch(userIds: readonly string[]): void {
    this.isWatching = true;
    this.#connection?.presence.watch(userIds, (users) => {
      this.#seen = users;
    });
  }
}
