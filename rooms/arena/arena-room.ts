import type { Client } from "@colyseus/core";
import { z } from "zod";
import { type Durability, Room } from "../../src/room/room.ts";
import { type ArenaOptions, arenaOptions, joinCode, playerName } from "./arena-options.ts";
import { ArenaInput, ArenaState, type ShipState } from "./arena-state.ts";
import { mirrorWorld } from "./mirror-world.ts";
import { botCommand } from "./rules/bot.ts";
import {
  commandsAllowed,
  createWorld,
  joinShip,
  leaveShip,
  renameShip,
  setConnected,
  stepWorld,
} from "./rules/game.ts";
import { MAX_SHIPS, TICK_RATE_HZ } from "./rules/level.ts";
import { sanitizeCommand } from "./rules/motion.ts";
import type { Command, Point, World } from "./rules/world.ts";

const PATCH_MS = 50;
/** A shooter may aim at what was at most this long ago; more is somebody who cheats, or cannot play anyway. */
const MAX_REWIND_MS = 400;
/** Commands that may wait; more than a third of a second of them would only be lag. */
const MAX_WAITING_COMMANDS = 10;
const LISTING_TICKS = 5 * TICK_RATE_HZ;

/** What a checkpoint has beside the state. */
interface Saved {
  readonly world: World;
}

/** The game: joins sessions to ships, feeds commands to the rules once a tick, shows the world to clients. */
export class ArenaRoom extends Room<{ state: ArenaState; input: ArenaInput }> {
  static override readonly options = arenaOptions;
  static override readonly durability: Durability = "checkpoint";
  override state = new ArenaState();
  override maxClients = MAX_SHIPS;
  override patchRate = PATCH_MS;
  override messages = {
    rename: {
      format: z.strictObject({ name: playerName }),
      handler: (client: Client, { name }: { name: string }) => {
        this.#become(renameShip(this.#world, client.sessionId, name));
      },
    },
  };
  override readonly inputs = this.defineInput(ArenaInput, {
    tickRate: TICK_RATE_HZ,
    bufferMaxSize: MAX_WAITING_COMMANDS,
    sanitize: (input) => Object.assign(input, sanitizeCommand(input)),
  });
  readonly #rewind = this.allowRewindState({ maxRewindMs: MAX_REWIND_MS });
  #world: World = createWorld();
  #companions = 0;
  #listed = "";

  override async onCreate({ bots, private: isPrivate }: ArenaOptions): Promise<void> {
    this.#companions = bots;
    if (isPrivate && !this.isRestored) {
      this.roomId = joinCode(this.parts.clock.random);
      await this.setPrivate(true);
    }
    this.#rewind.attachAll(this.state.ships, { fields: ["x", "y"] });
    this.#list();
    this.#become(this.#world);
    this.setFixedTimestep(() => this.#tick(), TICK_RATE_HZ);
  }

  override onJoin(client: Client, { name }: ArenaOptions): void {
    this.#fitBots(this.#humans() + 1);
    this.#become(joinShip(this.#world, { id: client.sessionId, name, isBot: false }, this.parts.clock.random));
  }

  override onDrop(client: Client, code?: number): void {
    this.#become(setConnected(this.#world, client.sessionId, false));
    super.onDrop(client, code);
  }

  override onReconnect(client: Client): void {
    this.#become(setConnected(this.#world, client.sessionId, true));
    super.onReconnect(client);
  }

  override onLeave(client: Client): void {
    this.#become(leaveShip(this.#world, client.sessionId));
    this.#fitBots(this.#humans());
  }

  /** Between two rounds, or while only bots play. */
  override canMoveNow(): boolean {
    return this.#world.phase === "results" || this.#humans() === 0;
  }

  /** The world is what the state shows of it, and more; as plain data it is what it is. */
  protected override saveCheckpoint(): Saved {
    return { world: this.#world };
  }

  protected override restoreCheckpoint({ world }: Saved): void {
    this.#become(world);
    this.#list();
  }

  /** The world as of now, and clients see it with the next patch. */
  #become(world: World): void {
    this.#world = world;
    mirrorWorld(world, this.state);
  }

  #tick(): void {
    const { random } = this.parts.clock;
    const step = stepWorld(this.#world, this.#commands(), { random, seenBy: this.#seenBy });
    this.#become(step.world);
    if (this.#world.tick % LISTING_TICKS === 0 || step.events.some(({ kind }) => kind === "phase")) this.#list();
  }

  #commands(): Map<string, readonly Command[]> {
    const commands = new Map<string, readonly Command[]>();
    for (const ship of this.#world.ships.values()) {
      const wishes = ship.isBot
        ? [botCommand(this.#world, ship.id, this.parts.clock.random)]
        : this.inputs.get(ship.id).take(commandsAllowed(this.#world, ship.id));
      if (wishes.length > 0) commands.set(ship.id, wishes);
    }
    return commands;
  }

  /** What the shooter's screen showed when it fired; bots see the present. */
  readonly #seenBy = (shipId: string, targetId: string): Point | undefined => {
    const target: ShipState | undefined = this.state.ships.get(targetId);
    if (!target || !this.clients.get(shipId)) return undefined;
    const seen = this.#rewind.lastSeenBy(shipId);
    return { x: seen.value(target, "x"), y: seen.value(target, "y") };
  };

  #humans(): number {
    return [...this.#world.ships.values()].filter(({ isBot }) => !isBot).length;
  }

  /** As many bots as a room of this many people should have; never so many that a person finds no place. */
  #fitBots(humans: number): void {
    const bots = [...this.#world.ships.values()].filter(({ isBot }) => isBot).map(({ id }) => id);
    const wanted = humans === 0 ? 0 : Math.max(0, Math.min(this.#companions + 1, MAX_SHIPS) - humans);
    while (bots.length > wanted) this.#become(leaveShip(this.#world, bots.pop() ?? ""));
    for (let number = 1; bots.length < wanted; number++) {
      const id = `bot-${number}`;
      if (bots.includes(id)) continue;
      bots.push(id);
      this.#become(joinShip(this.#world, { id, name: `Bot ${number}`, isBot: true }, this.parts.clock.random));
    }
    this.#list();
  }

  /** Tells the lobby how the room stands, where that changed. */
  #list(): void {
    const { phase, round } = this.#world;
    const bots = this.#world.ships.size - this.#humans();
    const metadata = { phase, round, bots, secondsLeft: Math.ceil(this.#world.phaseTicks / TICK_RATE_HZ) };
    const text = JSON.stringify(metadata);
    if (text === this.#listed) return;
    this.#listed = text;
    this.setMetadata(metadata).catch((error: unknown) => this.fail("listing", error));
  }
}
