import { type Client, type IRoomCache, subscribeLobby } from "@colyseus/core";
import { z } from "zod";
import { Room } from "../../src/room/room.ts";
import { LobbyState, RoomCard } from "./lobby-state.ts";

/** What an arena tells of itself in its listing. */
const metadata = z.object({
  bots: z.int(),
  phase: z.string(),
  round: z.int(),
  secondsLeft: z.int(),
});

/** The rooms whose listings a lobby shows. */
const LISTED_ROOM = "arena";
const PING_MAX_LENGTH = 64;
/** More would be read by nobody, and sent to everybody. */
const MAX_CARDS = 200;

/** The live list of public arenas. */
export class LobbyRoom extends Room<{ state: LobbyState }> {
  override state = new LobbyState();
  override patchRate = 200;
  override messages = {
    /** Answers `pong` with the same payload, so that a client can measure its round trip. */
    ping: {
      format: z.union([z.number(), z.string().max(PING_MAX_LENGTH), z.undefined()]),
      handler: (client: Client, payload: unknown) => client.send("pong", payload),
    },
  };
  #unsubscribe: (() => void) | undefined;

  /** Subscribes before it reads the list, so that no room is missed between the two. */
  override async onCreate(): Promise<void> {
    this.#unsubscribe = await subscribeLobby((roomId, listing) => this.#update(roomId, listing));
    for (const listing of await this.parts.listed(LISTED_ROOM)) this.#update(listing.roomId, listing);
  }

  /** Another one shows the same. */
  override canCloseNow(): boolean {
    return true;
  }

  override onDispose(): void {
    this.#unsubscribe?.();
  }

  #update(roomId: string, listing: IRoomCache | undefined | null): void {
    const parsed = metadata.safeParse(listing?.metadata);
    if (!listing || listing.private || listing.name !== LISTED_ROOM || !parsed.success) {
      this.state.rooms.delete(roomId);
      return;
    }
    if (this.state.rooms.size >= MAX_CARDS && !this.state.rooms.has(roomId)) return;
    const card = this.state.rooms.get(roomId) ?? new RoomCard();
    card.roomId = roomId;
    card.players = listing.clients;
    card.maxPlayers = listing.maxClients;
    card.bots = parsed.data.bots;
    card.phase = parsed.data.phase;
    card.round = parsed.data.round;
    card.secondsLeft = parsed.data.secondsLeft;
    this.state.rooms.set(roomId, card);
  }
}
