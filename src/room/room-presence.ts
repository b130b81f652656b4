import { type Client, matchMaker, type Room } from "@colyseus/core";
import { z } from "zod";
import type { Clock } from "../clock/clock.ts";
import type { Presence } from "../presence/presence.ts";
import { MAX_WATCHED_USERS, PRESENCE_MESSAGES, type PresenceTold, type UserPresence } from "../protocol/protocol.ts";
import { seams } from "./colyseus-seams.ts";
import type { Identified } from "./identity.ts";
import type { MessageDefinition } from "./messages.ts";
import { WatchList } from "./watch-list.ts";

/** Who moves with a room has come where it is now by then. */
const MOVED_MS = 2000;

/** A room whose clients are there for others. */
interface PresentRoom extends Room {
  /** Whether a client may see where a user is; asked each time that there is something to tell, and every few seconds. */
  mayWatch(client: Client, userId: string): boolean;
}

const MAX_USER_ID = 128;
/** A list of the longest ids, which are plain letters. */
const MAX_LIST_BYTES = 1024 + MAX_WATCHED_USERS * (MAX_USER_ID + 4);
const userId = z.string().min(1).max(MAX_USER_ID);
const watchFormat = z.strictObject({ users: z.array(userId).max(MAX_WATCHED_USERS) });
const statusFormat = z.strictObject({
  status: z
    .string()
    .max(64)
    .regex(/^\P{Cc}*$/u),
});

/**
 * Who of a room's clients is there for others, and whom they follow: a client has one list of users, and a new one takes its place.
 * Keeps PRS5.
 */
export class RoomPresence {
  readonly #presence: () => Presence;
  readonly #room: PresentRoom;
  readonly #clock: () => Clock;
  readonly #onFailed: (error: unknown) => void;
  /** Clients who are there for others, by session. */
  readonly #clients = new Map<string, Client>();
  /** By session. */
  readonly #lists = new Map<string, WatchList>();

  /** `onFailed` is told what `mayWatch` throws. */
  constructor(room: PresentRoom, presence: () => Presence, clock: () => Clock, onFailed: (error: unknown) => void) {
    this.#room = room;
    this.#clock = clock;
    this.#presence = presence;
    this.#onFailed = onFailed;
    seams(room)._events.on("visibility-change", () => {
      for (const client of this.#clients.values()) this.arrive(client);
    });
  }

  /** A client has its seat, or is back in it; somebody without a token is nobody for others. */
  arrive(client: Client): void {
    const user = (client as unknown as Identified).user; // ArenaTransport's clients have one
    const { roomId, roomName: room } = this.#room;
    const isPrivate = seams(this.#room)._listing.private === true;
    const seat = { sessionId: client.sessionId, roomId, room, ...(isPrivate && { isPrivate }) };
    if (!user) return;
    this.#clients.set(client.sessionId, client);
    this.#presence().arrived({ userId: user.userId, ...seat });
  }

  /** A client has lost its connection, or its seat. */
  depart(client: Client): void {
    this.#stop(client);
    this.#clients.delete(client.sessionId);
    this.#presence().departed(client.sessionId);
  }

  /** The messages `presence:watch` and `presence:status`; what comes of the first goes out as `presence`. */
  messagesWithin(maxFrameBytes: number): Readonly<Record<string, unknown>> {
    const watch: MessageDefinition<Client, z.infer<typeof watchFormat>> = {
      format: watchFormat,
      maxBytes: Math.min(MAX_LIST_BYTES, maxFrameBytes),
      handler: (client, { users }) => this.#watch(client, users),
    };
    const status: MessageDefinition<Client, z.infer<typeof statusFormat>> = {
      format: statusFormat,
      handler: (client, payload) => this.#presence().setStatus(client.sessionId, payload.status),
    };
    return { [PRESENCE_MESSAGES.WATCH]: watch, [PRESENCE_MESSAGES.STATUS]: status };
  }

  /** The room has moved, and the client with it: it is told here that it is gone when it is told there that it came. */
  departLater(client: Client): void {
    this.#stop(client);
    const { roomId } = this.#room;
    this.#clock().after(MOVED_MS, () => {
      if (!matchMaker.getLocalRoomById(roomId)) this.#presence().departed(client.sessionId); // else it is back
    });
  }

  #stop({ sessionId }: Client): void {
    this.#lists.get(sessionId)?.close();
    this.#lists.delete(sessionId);
  }

  /** @throws ArenaError PRESENCE_FULL, CLUSTER_UNAVAILABLE */
  #watch(client: Client, users: readonly string[]): Promise<void> {
    const list = this.#lists.get(client.sessionId) ?? this.#listOf(client);
    this.#lists.set(client.sessionId, list);
    return list.set(users);
  }

  #listOf(client: Client): WatchList {
    return new WatchList({
      clock: this.#clock(),
      presence: this.#presence,
      mayWatch: (user) => this.#room.mayWatch(client, user),
      onFailed: this.#onFailed,
      send: (told) => client.send(PRESENCE_MESSAGES.TOLD, withoutSecrets(told)),
    });
  }
}

/** Who knows the id of a private room may come in. */
function withoutSecrets(told: PresenceTold): PresenceTold {
  const users = Object.entries(told.users).map(([userId, presence]) => [userId, withoutSecret(presence)]);
  return { ...told, users: Object.fromEntries(users) };
}

function withoutSecret(presence: UserPresence): UserPresence {
  if (!presence.sessions.some(({ isPrivate }) => isPrivate)) return presence;
  const sessions = presence.sessions.map((session) => (session.isPrivate ? { ...session, roomId: "" } : session));
  return { ...presence, sessions };
}
