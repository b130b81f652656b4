import { type Client, getMessageBytes, Protocol } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import type { AppRoom } from "../../../arena.config.ts";
import { seededRandom } from "../../../src/clock/clock.ts";
import { Room } from "../../../src/room/room.ts";
import type { ArenaClient } from "../../../src/transport/client.ts";
import type { Connection } from "../../../src/transport/connection.ts";
import { arrayScene, nestedScene, plainScene, type Scene, viewScene } from "./scenes.ts";

const TICK_RATE_HZ = 50;
/** Bytes of one message that fills the buffers of the operating system, which hold about 4 MB on this side of a stall. */
export const FILL_BYTES = 256 * 1024;
const FILL = getMessageBytes.raw(Protocol.ROOM_DATA, "fill", new Uint8Array(FILL_BYTES));

const options = z.strictObject({ id: z.string(), seed: z.int() });

/**
 * A room whose state changes at random until it is frozen. Between two ticks one change is always pending, for those
 * who join, and never more: schema 5.0.34 itself gets some combinations of changes to an array or a view wrong that
 * leave with one patch.
 */
export abstract class ChangingRoom extends Room {
  static override readonly options = options;
  override messages = { hello: { format: z.unknown(), handler: () => "hello" } };
  protected abstract readonly scene: Scene;
  /** Sessions whose connection is kept full while they do not read. */
  readonly filled = new Set<string>();
  /** Most bytes that ever waited for one connection. */
  peakWaitingBytes = 0;
  /** How often a connection that lost a patch had room again. */
  resyncs = 0;
  /** Messages of type `note` that were sent to everyone, each with its number. */
  notes = 0;
  #isFrozen = false;
  #random = seededRandom(0);

  override onCreate({ seed }: z.infer<typeof options>): void {
    this.#random = seededRandom(seed);
    this.state = this.scene.state;
    this.setFixedTimestep(() => this.tick(), TICK_RATE_HZ);
    this.patchRate = null; // the tick sends the patch; as a field of the class it would have no effect
  }

  override onJoin(client: Client): void {
    client.ref.on("stale", () => this.resyncs++);
    this.scene.show?.(client);
  }

  /** Changes nothing any more. */
  freeze(): void {
    this.#isFrozen = true;
    this.filled.clear();
  }

  /** What a client should hold, as plain data. */
  expected(sessionId: string): unknown {
    return this.scene.expected?.(sessionId) ?? this.scene.state.toJSON();
  }

  protected tick(): void {
    for (const client of this.clients) if (this.filled.has(client.sessionId)) fill(client);
    this.sendPatch(); // also where the node is strained and would leave it to the next one
    if (!this.#isFrozen) {
      this.scene.change(this.#random);
      this.broadcast("note", ++this.notes);
    }
    for (const { ref } of this.clients) {
      this.peakWaitingBytes = Math.max(this.peakWaitingBytes, (ref as Connection).waitingBytes); // as in fill
    }
  }
}

function fill(client: Client): void {
  const { waitingBytes } = client.ref as Connection; // ArenaTransport's clients have one
  if (waitingBytes === 0) (client as unknown as ArenaClient).rawEphemeral(FILL, "");
}

class PlainRoom extends ChangingRoom {
  protected override readonly scene = plainScene();
}

class ViewRoom extends ChangingRoom {
  protected override readonly scene = viewScene();
}

class ArrayRoom extends ChangingRoom {
  protected override readonly scene = arrayScene();
}

class NestedRoom extends ChangingRoom {
  protected override readonly scene = nestedScene();
}

const Steering = schema({ x: t.int8() }, "SceneSteering");

/** Takes inputs, so that each client's frames carry its own clock and acknowledgement. */
class InputRoom extends ChangingRoom {
  protected override readonly scene = plainScene();
  readonly steering = this.defineInput(Steering, { tickRate: TICK_RATE_HZ });

  protected override tick(): void {
    for (const client of this.clients) this.steering.get(client.sessionId).drain();
    super.tick();
  }
}

/** A room of each kind, by the name under which clients join it. */
export const CHANGING_ROOMS: Readonly<Record<string, AppRoom>> = {
  plain: { room: PlainRoom, filterBy: ["id"] },
  view: { room: ViewRoom, filterBy: ["id"] },
  array: { room: ArrayRoom, filterBy: ["id"] },
  nested: { room: NestedRoom, filterBy: ["id"] },
  input: { room: InputRoom, filterBy: ["id"] },
};
