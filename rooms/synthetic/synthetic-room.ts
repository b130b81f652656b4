import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { type Durability, Room } from "../../src/room/room.ts";

const Entity = schema({ x: t.float32(), y: t.float32() }, "Entity");
const SyntheticState = schema({ entities: t.map(Entity) }, "Synthetic");

const options = z.strictObject({
  /** Picks the instance. */
  id: z.string().max(64).optional(),
  /** Entities in the state. */
  entities: z.int().min(0).max(100_000).default(100),
  /** Entities that move each tick. */
  changed: z.int().min(0).max(100_000).default(10),
  /** Time between two ticks, and between two patches. */
  tickMs: z.int().min(5).max(60_000).default(50),
  /** Size of a `noise` payload. */
  messageBytes: z.int().min(0).max(65_536).default(0),
  /** `noise` broadcasts each tick. */
  messagesPerTick: z.int().min(0).max(100).default(0),
  /** Whether each tick sends a `stamp` with its number, its time and the epoch of the room's owner, so that clients see who acts when. */
  stamped: z.boolean().default(false),
  /** Whether the room goes on after the end of its process. */
  durability: z.enum(["none", "checkpoint"]).default("none"),
});
type Options = z.infer<typeof options>;

/** What a checkpoint has beside the state. */
interface Saved {
  readonly next: number;
  readonly ticks: number;
  readonly isFrozen: boolean;
}

/** A room that makes a known load: entities that move, messages that say nothing, and ways to check what arrived. */
export class SyntheticRoom extends Room<{ state: InstanceType<typeof SyntheticState> }> {
  static override readonly options = options;
  override state = new SyntheticState();
  override messages = {
    freeze: { format: z.unknown(), handler: (client: Client) => this.#freeze(client) },
    echo: { format: z.unknown(), handler: (client: Client, payload: unknown) => client.send("echo", payload) },
    boom: {
      format: z.unknown(),
      handler: () => {
        throw new Error("boom");
      },
    },
  };
  #isFrozen = false;
  #next = 0;
  #ticks = 0;

  override onCreate(options: Options): void {
    const { clock } = this.parts;
    for (let index = 0; index < options.entities; index++) {
      this.state.entities.set(`e${index}`, place(new Entity(), clock.random));
    }
    const noise = new Uint8Array(options.messageBytes);
    this.setFixedTimestep(() => this.#tick(options, noise), 1000 / options.tickMs);
    this.patchRate = null; // the tick sends its own patch, so that the two never drift apart
  }

  protected override durabilityOf(options: Options): Durability {
    return options.durability;
  }

  protected override saveCheckpoint(): Saved {
    return { next: this.#next, ticks: this.#ticks, isFrozen: this.#isFrozen };
  }

  protected override restoreCheckpoint({ next, ticks, isFrozen }: Saved): void {
    this.#next = next;
    this.#ticks = ticks;
    this.#isFrozen = isFrozen;
  }

  #tick(options: Options, noise: Uint8Array): void {
    if (this.#isFrozen) return;
    this.#move(Math.min(options.changed, options.entities), options.entities);
    for (let sent = 0; sent < options.messagesPerTick; sent++) this.broadcast("noise", noise);
    this.#ticks++;
    if (options.stamped) this.#stamp();
    this.broadcastPatch();
  }

  #stamp(): void {
    const { clock, epochOf } = this.parts;
    this.broadcast("stamp", { tick: this.#ticks, epoch: epochOf(this.roomId) ?? 0, atMs: clock.wallMs() });
  }

  /** Moves the next `count` entities, round and round, so that each moves equally often. */
  #move(count: number, total: number): void {
    for (let moved = 0; moved < count; moved++) {
      const entity = this.state.entities.get(`e${this.#next}`);
      if (entity) place(entity, this.parts.clock.random);
      this.#next = (this.#next + 1) % total;
    }
  }

  #freeze(client: Client): void {
    this.#isFrozen = true;
    this.sendPatch();
    const entities: Record<string, [number, number]> = {};
    this.state.entities.forEach((entity, key) => {
      entities[key] = [entity.x, entity.y];
    });
    client.send("frozen", { entities });
  }
}

const FIELD = 1000;

/** Puts an entity anywhere; rounded as the wire rounds, so that server and client hold equal numbers. */
function place(entity: InstanceType<typeof Entity>, random: () => number): InstanceType<typeof Entity> {
  entity.x = Math.fround(random() * FIELD);
  entity.y = Math.fround(random() * FIELD);
  return entity;
}
