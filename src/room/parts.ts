/** What rooms are made with, and what the app sees of their classes. */
import type { IRoomCache } from "@colyseus/core";
import type { z } from "zod";
import type { Checkpoints } from "../checkpoint/checkpoint.ts";
import type { Clock } from "../clock/clock.ts";
import type { LogLimits, LogStore } from "../op-log/op-log.ts";
import type { People } from "../people/people.ts";
import type { Presence } from "../presence/presence.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Tokens } from "../tokens/tokens.ts";
import type { SizeLimits } from "./message-sizes.ts";
import type { Room } from "./room.ts";
import type { Durability } from "./room-checkpoint.ts";

/** What the app hands to every room. */
export interface RoomParts extends SizeLimits {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** Exceptions within a minute before the room is closed. */
  readonly maxRoomErrors: number;
  /** How long a lost session's seat is kept, in seconds. */
  readonly reconnectSeconds: number;
  readonly tokens: Tokens;
  /** Where the documents of durable rooms are kept, and how large they may be. */
  readonly logs: LogStore;
  readonly logLimits: LogLimits;
  /** Of how many patches one is sent: of two while the node is strained. */
  readonly patchEvery: () => 1 | 2;
  /** Listed rooms of a type, the oldest hundred. */
  readonly listed: (name: string) => Promise<readonly IRoomCache[]>;
  /** Whether this process may act for its rooms now; while it may not, they stand still. */
  readonly mayAct: () => boolean;
  /** Who is online, here and elsewhere. */
  readonly presence: Presence;
  readonly people: People;
  /** Epoch under which this process owns a room; undefined where no other process could own it. */
  readonly epochOf: (roomId: string) => number | undefined;
  /** Where rooms are kept that outlive this process. */
  readonly checkpoints: Checkpoints;
}

/** Class of a room: how to make one, and which join options it takes. */
export interface RoomClass {
  new (): Room;
  /** Schema of the join options; anything else is refused before a seat is given. */
  readonly options: z.ZodType;
  /** Instance that join options ask for, where there is one room only for each; undefined where any room of the type will do. */
  instanceOf(options: object): string | undefined;
  /** What becomes of such a room when its process ends. */
  readonly durability: Durability;
}

/** A room class whose rooms get `parts`; the class itself stays as it is. */
export function hostRoom<Class extends RoomClass>(roomClass: Class, parts: RoomParts): Class {
  const Hosted = class extends (roomClass as RoomClass) {};
  Object.defineProperty(Hosted, "name", { value: roomClass.name });
  Object.defineProperty(Hosted.prototype, "parts", { value: parts });
  return Hosted as unknown as Class; // a subclass that adds nothing that a caller sees
}
