import { schema, t } from "@colyseus/schema";

/** A ship as clients see it. What a field means stands at Ship in rules/world.ts. */
export const ShipState = schema(
  {
    name: t.string(),
    isBot: t.boolean(),
    isConnected: t.boolean(),
    colour: t.uint8(),
    x: t.float32(),
    y: t.float32(),
    vx: t.float32(),
    vy: t.float32(),
    aim: t.float32(),
    isAlive: t.boolean(),
    hp: t.uint8(),
    score: t.uint16(),
    deaths: t.uint16(),
    shots: t.uint16(),
    beamX: t.float32(),
    beamY: t.float32(),
    hasShield: t.boolean(),
    hasHaste: t.boolean(),
    hasOvercharge: t.boolean(),
  },
  "Ship",
);
export type ShipState = InstanceType<typeof ShipState>;

/** A pick-up place as clients see it. */
export const PickupState = schema(
  {
    kind: t.string(),
    x: t.uint16(),
    y: t.uint16(),
    isThere: t.boolean(),
  },
  "Pickup",
);
export type PickupState = InstanceType<typeof PickupState>;

/** The arena as clients see it. */
export const ArenaState = schema(
  {
    /** "playing" or "results". */
    phase: t.string(),
    round: t.uint16(),
    /** Seconds until the phase ends. */
    secondsLeft: t.uint16(),
    ships: t.map(ShipState),
    pickups: t.map(PickupState),
  },
  "Arena",
);
export type ArenaState = InstanceType<typeof ArenaState>;

/** One tick of a player's wishes on the wire. What a field means stands at Command in rules/world.ts. */
export const ArenaInput = schema(
  {
    moveX: t.int8(),
    moveY: t.int8(),
    aim: t.float32(),
    fire: t.boolean(),
  },
  "ArenaInput",
);
export type ArenaInput = InstanceType<typeof ArenaInput>;
