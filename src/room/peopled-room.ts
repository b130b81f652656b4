import { type Client, Room as ColyseusRoom, type RoomOptions } from "@colyseus/core";
import type { User } from "../tokens/tokens.ts";
import type { Identified } from "./identity.ts";
import type { RoomParts } from "./parts.ts";
import { RoomPeople } from "./room-people.ts";
import { RoomPresence } from "./room-presence.ts";
import { changeSeats, reserveSeats, type SeatRequest } from "./seat-orders.ts";

/** Who is in a room, what they may know of one another and do with one another, and which seats are kept for whom. */
export abstract class PeopledRoom<Types extends RoomOptions = RoomOptions> extends ColyseusRoom<Types> {
  /** Handed in by `hostRoom` before any room is made. */
  declare protected readonly parts: RoomParts;
  /** Invitations, following and parties, in the name of clients. */
  protected readonly people: RoomPeople = new RoomPeople(this, () => this.parts.people);
  protected readonly roomPresence: RoomPresence = new RoomPresence(
    this,
    () => this.parts.presence,
    () => this.parts.clock,
    (error) => this.fail("mayWatch", error),
  );

  /** Who a client is now; undefined for somebody without a token. */
  protected userOf(client: Client): User | undefined {
    return (client as unknown as Identified).user; // ArenaTransport's clients are
  }

  /** Whether a client may see where a user is: of those in this room, unless the room knows who else belongs together. */
  mayWatch(_client: Client, userId: string): boolean {
    return this.clients.some((each) => this.userOf(each)?.userId === userId);
  }

  /** Whether a client may invite a user; whoever it may see, unless the room says otherwise. */
  mayInvite(client: Client, userId: string): boolean {
    return this.mayWatch(client, userId);
  }

  /** Whether a client may follow a user into a room; into rooms of other types, whoever it may see, unless the room says otherwise. */
  mayFollow(client: Client, userId: string, { room }: { readonly room: string; readonly roomId: string }): boolean {
    return room !== this.roomName && this.mayWatch(client, userId);
  }

  /** What those whom a client invites are told that it is called; nothing, unless the room knows. */
  nameOf(_client: Client): string | undefined {
    return undefined;
  }

  /** Reserves seats for sessions that come, all of them or none; for 15 s unless told otherwise. */
  async reserveSeats(seats: readonly SeatRequest[], keptMs?: number): Promise<boolean> {
    const isReserved = await reserveSeats(this, seats, keptMs);
    const { roomId, roomName: name } = this;
    if (isReserved)
      for (const { sessionId } of seats) this.parts.telemetry.emit("session:expected", { roomId, name, sessionId });
    return isReserved;
  }

  /** Gives seats that nobody has taken other join options, or gives them up where there are none. Says whether all were there. */
  changeSeats(sessionIds: readonly string[], options: object | undefined): Promise<boolean> {
    return changeSeats(this, sessionIds, options);
  }

  /** Counts an exception of this room. */
  protected abstract fail(hook: string, error: unknown): void;

  /** A client has its seat, or is back in it. */
  protected arrive(client: Client): void {
    this.roomPresence.arrive(client);
  }

  /** A client has lost its connection, or its seat. */
  protected depart(client: Client): void {
    this.roomPresence.depart(client);
    this.people.depart(client);
  }

  /** Messages that a room answers beside its own. */
  protected get builtInMessages(): Readonly<Record<string, unknown>> {
    return { ...this.roomPresence.messagesWithin(this.parts.maxFrameBytes), ...this.people.messages };
  }
}
