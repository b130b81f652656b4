import { matchMaker, type Room } from "@colyseus/core";
import { ArenaError } from "../errors/errors.ts";
import type { SeatRequest } from "./hosting.ts";

/** How a room leaves this node, in the order of the steps. */
export interface HostedMove {
  hold(): Promise<void>;
  freeze(): void;
  store(): Promise<void>;
  resume(): void;
  handOver(target: { readonly bootId: string }): void;
  end(): void;
}

/** What hosting asks of a room of this process. */
export interface HostedRoom {
  /** Settles when the room is gone, `onDispose` and all. */
  readonly ended: Promise<void>;
  reserveSeats(seats: readonly SeatRequest[], keptMs?: number): Promise<boolean>;
  changeSeats(sessionIds: readonly string[], options: object | undefined): Promise<boolean>;
  wake(): Promise<void>;
  moveAway(): void;
  close(): void;
  readonly move: HostedMove & { readonly canMove: boolean; readonly settled: Promise<void> | undefined };
  checkReconnectionToken(token: string): string | undefined;
}

/** A room of this process. @throws ArenaError ROOM_NOT_FOUND */
export function roomOf(roomId: string): HostedRoom {
  const room: Room | undefined = matchMaker.getLocalRoomById(roomId);
  if (!room) throw new ArenaError("ROOM_NOT_FOUND");
  return asHosted(room);
}

/** The same; undefined where it is not here. */
export function hostedHere(roomId: string): HostedRoom | undefined {
  const room: Room | undefined = matchMaker.getLocalRoomById(roomId);
  return room && asHosted(room);
}

/** Colyseus' room as what it is. */
export function asHosted(room: Room): HostedRoom {
  return room as unknown as HostedRoom; // every room of an app is one
}
