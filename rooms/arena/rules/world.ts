/**
 * The words of the game. Everything here is plain data: a World goes in, a new World comes out, nothing is
 * changed in place. Lengths in units (a ship's radius is 18), times in ticks of 1/30 s or in seconds.
 */

/** A point or a vector. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An axis-aligned wall; x and y are its upper left corner. */
export interface Wall extends Point {
  readonly width: number;
  readonly height: number;
}

/** What a player asks for in one tick. The sender's wishes, never trusted for more than that. */
export interface Command {
  /** Push to the right (positive) or left, -127 to 127; with moveY a direction of at most full length. */
  readonly moveX: number;
  /** Push down (positive) or up, -127 to 127. */
  readonly moveY: number;
  /** Direction of the gun in radians, -PI to PI; 0 points right, PI/2 points down. */
  readonly aim: number;
  /** Whether the trigger is held. */
  readonly fire: boolean;
}

/** What prediction needs of a ship: the part that its own commands move. */
export interface Motion {
  readonly x: number;
  readonly y: number;
  /** Velocity in units per second. */
  readonly vx: number;
  readonly vy: number;
  readonly isAlive: boolean;
  /** Whether the ship carries the haste pick-up. */
  readonly hasHaste: boolean;
}

/** One player's ship. */
export interface Ship extends Motion {
  readonly id: string;
  readonly name: string;
  readonly isBot: boolean;
  /** False while the player's connection is lost and the seat is kept. */
  readonly isConnected: boolean;
  /** Index into the palette, 0 to 31; no two ships share one. */
  readonly colour: number;
  readonly aim: number;
  /** Hit points, 0 to MAX_HP. */
  readonly hp: number;
  readonly score: number;
  readonly deaths: number;
  /** Shots fired since joining, modulo 65536; a rise means a new beam to draw. */
  readonly shots: number;
  /** Where the last beam ended. */
  readonly beamX: number;
  readonly beamY: number;
  /** Ticks until the gun is ready; 0 is ready. */
  readonly cooldownTicks: number;
  /** Ticks until the ship comes back; 0 while it is alive. */
  readonly respawnTicks: number;
  /** Ticks during which a ship that just came back cannot be hurt. */
  readonly shieldTicks: number;
  readonly hasteTicks: number;
  /** Ticks during which each hit hurts double. */
  readonly overchargeTicks: number;
  /** Commands that may still be used: one is earned a tick, so nobody moves faster than time (at most COMMAND_BUDGET). */
  readonly commandBudget: number;
}

/** What a pick-up gives. */
export type PickupKind = "repair" | "haste" | "overcharge";

/** A place where a pick-up lies or will lie again. */
export interface Pickup extends Point {
  readonly id: string;
  readonly kind: PickupKind;
  /** Ticks until it lies there again; 0 is there. */
  readonly absentTicks: number;
}

/** Part of a round. */
export type Phase = "playing" | "results";

/** The whole game at one tick. */
export interface World {
  readonly tick: number;
  readonly phase: Phase;
  /** Number of the round, from 1. */
  readonly round: number;
  /** Ticks until the phase ends. */
  readonly phaseTicks: number;
  readonly ships: ReadonlyMap<string, Ship>;
  readonly pickups: readonly Pickup[];
}

/** What happened in a step, for effects and counters. */
export type GameEvent =
  | { readonly kind: "shot"; readonly shipId: string }
  | { readonly kind: "hit"; readonly shipId: string; readonly targetId: string; readonly damage: number }
  | { readonly kind: "kill"; readonly shipId: string; readonly targetId: string }
  | { readonly kind: "spawn"; readonly shipId: string }
  | { readonly kind: "pickup"; readonly shipId: string; readonly pickupId: string }
  | { readonly kind: "phase"; readonly phase: Phase; readonly round: number };

/** Where `shipId` saw `targetId` when it fired (lag compensation); undefined means: take the present place. */
export type SeenBy = (shipId: string, targetId: string) => Point | undefined;
