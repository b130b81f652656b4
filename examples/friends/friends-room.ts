import type { Client } from "@colyseus/core";
import { z } from "zod";
import { Room } from "../../src/room/room.ts";

const user = z.string().min(1).max(128);
const MAX_FRIENDS = 200;

/** Where friends meet. Who is whose friend is the app's own: here it is said in the room, elsewhere it stands in a database. */
export class FriendsRoom extends Room {
  static override readonly options = z.strictObject({ name: z.string().min(1).max(24).default("Somebody") });
  readonly #names = new Map<string, string>();
  readonly #friends = new Map<string, Set<string>>();
  override messages = {
    befriend: {
      format: z.strictObject({ user }),
      handler: (client: Client, { user: friend }: { user: string }) => {
        const friends = this.#friendsOf(client);
        if (friends.size < MAX_FRIENDS) friends.add(friend);
      },
    },
    /** Everybody who sees the user that sends it is invited to a game of two, which is made for each. */
    play: {
      format: z.strictObject({ room: z.string().max(64) }),
      handler: async (client: Client, { room: name }: { room: string }) => {
        for (const friend of this.#friendsOf(client)) await this.people.invite(client, friend, { target: { name } });
      },
    },
  };

  override onJoin(client: Client, { name }: { name: string }): void {
    this.#names.set(client.sessionId, name);
  }

  override onLeave(client: Client): void {
    this.#names.delete(client.sessionId);
  }

  /** Friends are those who say so of one another. */
  override mayWatch(client: Client, userId: string): boolean {
    const own = this.userOf(client)?.userId ?? "";
    return this.#friendsOf(client).has(userId) && this.#friends.get(userId)?.has(own) === true;
  }

  override nameOf(client: Client): string | undefined {
    return this.#names.get(client.sessionId);
  }

  #friendsOf(client: Client): Set<string> {
    const own = this.userOf(client)?.userId ?? "";
    const friends = this.#friends.get(own) ?? new Set<string>();
    this.#friends.set(own, friends);
    return friends;
  }
}
