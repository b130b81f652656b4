import { Follower } from "./follower.ts";
import type { OpClient } from "./lane.ts";

/** Who is here: the clients of a lane by session, which of them follow, and who speaks for each client id. */
export class Audience {
  readonly #clients = new Map<string, OpClient>();
  readonly #followers = new Map<string, Follower>();
  readonly #speakers = new Map<string, Follower>();

  /** How many clients there are. */
  get size(): number {
    return this.#clients.size;
  }

  /** Everybody who has said anything. */
  clients(): Iterable<OpClient> {
    return this.#clients.values();
  }

  /** Everybody who has said hello. */
  followers(): Iterable<Follower> {
    return this.#followers.values();
  }

  /** A client has said something; whether it is new here. */
  greet(client: OpClient): boolean {
    if (this.has(client)) return false;
    this.#clients.set(client.sessionId, client);
    return true;
  }

  /** Whether this very connection is here, and not an older one of the same session. */
  has(client: OpClient): boolean {
    return this.#clients.get(client.sessionId) === client;
  }

  /** A client says hello: from now on it speaks for a client id, and nobody else. */
  follow(client: OpClient, clientId: string, owner: string): Follower {
    this.#silence(client);
    const follower = new Follower(client, clientId, owner);
    this.#followers.set(client.sessionId, follower);
    this.#speakers.set(clientId, follower);
    return follower;
  }

  /** Who speaks for a client id. */
  speakerOf(clientId: string): Follower | undefined {
    return this.#speakers.get(clientId);
  }

  /** What a client may push as; undefined where it has not said hello, or another one speaks for its client id since. */
  speaking(client: OpClient): Follower | undefined {
    const follower = this.#followers.get(client.sessionId);
    return follower && this.#speakers.get(follower.clientId) === follower ? follower : undefined;
  }

  /** A connection is gone. */
  remove(client: OpClient): void {
    if (!this.has(client)) return; // it is here on a newer connection
    this.#clients.delete(client.sessionId);
    this.#silence(client);
    this.#followers.delete(client.sessionId);
  }

  /** Everybody has to say hello again. */
  forgetFollowers(): void {
    this.#followers.clear();
    this.#speakers.clear();
  }

  #silence(client: OpClient): void {
    const follower = this.speaking(client);
    if (follower) this.#speakers.delete(follower.clientId);
  }
}
