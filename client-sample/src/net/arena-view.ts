/** What the page knows of the rooms' states: the same names as on the wire, read-only. */

import type { MapSchema, Schema } from "@colyseus/schema";
import type { Command, Phase, PickupKind } from "../../../rooms/arena/rules/world.ts";

/** A ship as the server sends it. What a field means stands at Ship in the rules. */
export interface ShipView {
  readonly name: string;
  readonly isBot: boolean;
  readonly isConnected: boolean;
  readonly colour: number;
  readonly x: number;
  readonly y: number;
  readonly vx: number;
  readonly vy: number;
  readonly aim: number;
  readonly isAlive: boolean;
  readonly hp: number;
  readonly score: number;
  readonly deaths: number;
  readonly shots: number;
  readonly beamX: number;
  readonly beamY: number;
  readonly hasShield: boolean;
  readonly hasHaste: boolean;
  readonly hasOvercharge: boolean;
}

/** A pick-up place as the server sends it. */
export interface PickupView {
  readonly kind: PickupKind;
  readonly x: number;
  readonly y: number;
  readonly isThere: boolean;
}

/** State of the room `arena`. */
export interface ArenaView extends Schema {
  readonly phase: Phase;
  readonly round: number;
  readonly secondsLeft: number;
  readonly ships: MapSchema<ShipView>;
  readonly pickups: MapSchema<PickupView>;
}

/** One input as the SDK sends it: a command whose fields are set in place. */
export type CommandDraft = { -readonly [Field in keyof Command]: Command[Field] };

/** One arena in the lobby's list. */
export interface RoomCardView {
  readonly roomId: string;
  readonly players: number;
  readonly bots: number;
  readonly maxPlayers: number;
  readonly phase: Phase;
  readonly round: number;
  readonly secondsLeft: number;
}

/** State of the room `lobby`. */
export interface LobbyView extends Schema {
  readonly rooms: MapSchema<RoomCardView>;
}
