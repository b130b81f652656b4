import type { Client } from "@colyseus/core";

/**
 * Those who have come back and have not shown yet that they got their next token: should their connection be lost by then, they come again
 * with the one that they have. Without that who loses the connection in this moment, as in a storm, loses the seat. Keeps SES2.
 */
export class Returns {
  /** By the token with which each came. */
  readonly #clients = new Map<string, Client>();
  readonly #tokens = new Map<string, string>();
  readonly #all = new WeakSet<Client>();

  /** A session has its seat again, with that token. */
  begin(client: Client, token: string): void {
    this.end(client);
    this.#all.add(client);
    this.#clients.set(token, client);
    this.#tokens.set(client.sessionId, token);
  }

  /** It has shown that it got the next one, or has given up its seat. */
  end({ sessionId }: Client): void {
    const token = this.#tokens.get(sessionId);
    if (token === undefined) return;
    this.#clients.delete(token);
    this.#tokens.delete(sessionId);
  }

  /** The token that is in use for the one with which somebody comes. */
  tokenOf(token: string): string {
    return this.#clients.get(token)?.reconnectionToken ?? token;
  }

  /** Whether a client had its session on another connection before. */
  has(client: Client): boolean {
    return this.#all.has(client);
  }
}
