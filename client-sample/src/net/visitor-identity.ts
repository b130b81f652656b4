import type { Client, Room } from "@colyseus/sdk";

/** Where the visitor's token comes from: one that they brought, or a guest's that is renewed whenever it is asked for. */
export type TokenSource = string | (() => Promise<string>);

/** A guest's token ends after 15 minutes; this leaves time to try again. */
const RENEW_MS = 6 * 60_000;

/** Makes the seats of the SDK's client those of the visitor, so that others see where they are. */
export class VisitorIdentity {
  readonly #client: Client;
  readonly #source: TokenSource;

  constructor(client: Client, source: TokenSource) {
    this.#client = client;
    this.#source = source;
    if (typeof source === "string") client.auth.token = source;
  }

  /** Before each join: a fresh token. Where none can be had the visitor joins as nobody, which the server may refuse. */
  async refresh(): Promise<void> {
    if (typeof this.#source === "string") return;
    this.#client.auth.token = await this.#source().catch(() => "");
  }

  /** Renews the token of a seat as long as it is had, also for when it comes back after a lost connection. Returns what ends it. */
  keepFresh(room: Room): () => void {
    const { auth } = this.#client;
    const source = this.#source;
    if (typeof source === "string" || !auth.token) return () => {};
    const timer = window.setInterval(() => void renew(room, source), RENEW_MS);
    return () => window.clearInterval(timer);
  }
}

/** A renewal that fails is made up for by the next; where that comes too late, the server ends the connection. */
async function renew(room: Room, source: () => Promise<string>): Promise<void> {
  try {
    const token = await source();
    await room.request("token", { token });
    const url = new URL(room.connection.url ?? "");
    url.searchParams.set("_authToken", token);
    room.connection.url = url.href; // the SDK comes back by the address of its first connection
  } catch {
    // as said above
  }
}
