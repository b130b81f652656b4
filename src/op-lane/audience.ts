import { Follower } from "./follower.ts";
import type { OpClient } from "./lane.ts";

/** Who is here: the clients of a lane by session, which of them follow, and who speaks for each client id. */
export class Audience {
  readonly #clients = new Map<string, OpClient>();
  readonly #followers = new Map<string, Follower>();
  /** What each client followed as last, also where it has to say hello again. */
  readonly #last = new WeakMap<OpClient, Follower>();
  /** By client id; the last one is who speaks for it now. */
  readonly #byClientId = new Map<string, readonly Follower[]>();

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

  /** What a client followed as last on this very connection. */
  last(client: OpClient): Follower | undefined {
    return this.#last.get(client);
  }

  /** A client says hello: from now on it speaks for a client id, and nobody else. */
  follow(client: OpClient, clientId: string, owner: string): Follower {
    this.#unfollow(client);
    const follower = new Follower(client, clientId, owner);
    this.#followers.set(client.sessionId, follower);
    this.#last.set(client, follower);
    this.#byClientId.set(clientId, [...this.named(clientId), follower]);
    return follower;
  }

  /** Everybody who has said hello under a client id and is still here: the last of them speaks for it. */
  named(clientId: string): readonly Follower[] {
    return this.#byClientId.get(clientId) ?? [];
  }

  /** What a client may push as; undefined where it has not said hello, or another one speaks for its client id since. */
  speaking(client: OpClient): Follower | undefined {
    const follower = this.#followers.get(client.sessionId);
    return follower && this.named(follower.clientId).at(-1) === follower ? follower : undefined;
  }

  /** A connection is gone. */
  remove(client: OpClient): void {
    if (!this.has(client)) return; // it is here on a newer connection
    this.#clients.delete(client.sessionId);
    this.#unfollow(client);
  }

  /** Everybody has to say hello again. */
  forgetFollowers(): void {
    this.#followers.clear();
    this.#byClientId.clear();
  }

  #unfollow({ sessionId }: OpClient): void {
    const follower = this.#followers.get(sessionId);
    if (!follower) return;
    this.#followers.delete(sessionId);
    const others = this.named(follower.clientId).filter((other) => other !== follower);
    if (others.length > 0) this.#byClientId.set(follower.clientId, others);
    else this.#byClientId.delete(follower.clientId);
  }
}
