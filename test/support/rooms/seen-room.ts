import type { Client } from "@colyseus/core";
import { StateView, schema, t } from "@colyseus/schema";
import { z } from "zod";
import { type Durability, Room } from "../../../src/room/room.ts";

const Thing = schema({ x: t.uint32() }, "SeenThing");
const SeenState = schema({ round: t.uint32().default(0), things: t.map(Thing).view() }, "Seen");

const THINGS = 30;
const TICK_RATE_HZ = 20;

/** A room that is kept, of which each client sees some things, and others as time goes. */
export class SeenRoom extends Room<{ state: InstanceType<typeof SeenState> }> {
  static override readonly options = z.strictObject({ id: z.string() });
  static override readonly durability: Durability = "checkpoint";
  override state = new SeenState();
  override messages = {
    /** Changes nothing any more, and answers with what the client should hold. */
    freeze: {
      format: z.unknown(),
      handler: (client: Client) => {
        this.#isFrozen = true;
        this.sendPatch();
        return this.#expected(client.sessionId);
      },
    },
  };
  /** Keys of what each session sees. */
  #seen = new Map<string, Set<string>>();
  #isFrozen = false;

  override onCreate(): void {
    if (!this.isRestored) for (let n = 0; n < THINGS; n++) this.state.things.set(`t${n}`, new Thing().assign({ x: n }));
    this.setFixedTimestep(() => this.#tick(), TICK_RATE_HZ);
    this.patchRate = null; // the tick sends the patch
  }

  override onJoin(client: Client): void {
    client.view = new StateView();
    this.#seen.set(client.sessionId, new Set());
    this.#toggle(client, "t0");
  }

  override onLeave(client: Client): void {
    this.#seen.delete(client.sessionId);
  }

  protected override saveCheckpoint(): unknown {
    return this.#seen;
  }

  protected override restoreCheckpoint(saved: unknown): void {
    this.#seen = saved as Map<string, Set<string>>; // as it was saved
  }

  /** One change for each client in a patch: schema gets some combinations wrong that leave with one. */
  #tick(): void {
    this.sendPatch();
    if (this.#isFrozen) return;
    const round = ++this.state.round;
    const moved = this.state.things.get(`t${(round * 7) % THINGS}`);
    if (moved) moved.x += 100;
    for (const [n, client] of this.clients.entries()) this.#toggle(client, `t${1 + ((round * 3 + n) % (THINGS - 1))}`);
  }

  #toggle(client: Client, key: string): void {
    const thing = this.state.things.get(key);
    const seen = this.#seen.get(client.sessionId);
    if (!thing || !seen || !client.view) return;
    if (seen.delete(key)) client.view.remove(thing);
    else {
      seen.add(key);
      client.view.add(thing);
    }
  }

  #expected(sessionId: string): Record<string, number> {
    const keys = [...(this.#seen.get(sessionId) ?? [])].toSorted();
    return Object.fromEntries(keys.map((key) => [key, this.state.things.get(key)?.x ?? -1]));
  }
}
