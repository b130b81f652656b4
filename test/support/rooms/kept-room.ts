import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { type Durability, Room } from "../../../src/room/room.ts";

const Piece = schema({ owner: t.string(), moves: t.uint32(), note: t.string().optional() }, "KeptPiece");
const KeptState = schema({ pieces: t.map(Piece), trail: t.array("uint32"), isConnected: t.map("boolean") }, "Kept");
const OtherState = schema({ pieces: t.map(Piece), trail: t.array("string") }, "Kept");

const options = z.strictObject({ colour: z.string().default("red"), isPrivate: z.boolean().default(false) });
type Options = z.infer<typeof options>;

/** What becomes of a room by itself, in the order in which it does. */
export const history: string[] = [];

/** A room that goes on, and tells what happens to it. */
export class KeptRoom extends Room<{ state: InstanceType<typeof KeptState> }> {
  static override readonly options = options;
  static override readonly durability: Durability = "checkpoint";
  /** Done to a room whose client has just lost its connection. */
  static whileAway: (room: KeptRoom) => void = () => {};
  override state = new KeptState();
  override patchRate = 20;
  override messages = {
    move: {
      format: z.unknown(),
      handler: (client: Client) => {
        const piece = this.state.pieces.get(client.sessionId);
        if (piece) piece.moves++;
        this.state.trail.push(++this.#moves);
        if (this.state.trail.length > 5) this.state.trail.shift();
        return this.#moves;
      },
    },
    note: {
      format: z.string().optional(),
      handler: (client: Client, note: string | undefined) => {
        const piece = this.state.pieces.get(client.sessionId) as { note: string | undefined } | undefined;
        if (piece) piece.note = note;
        return true;
      },
    },
    tell: {
      format: z.unknown(),
      handler: (client: Client) => ({
        state: this.state.toJSON(),
        colour: this.#colour,
        elapsedMs: this.clock.elapsedTime,
        ticks: this.#ticks,
        userData: client.userData,
        maxClients: this.maxClients,
      }),
    },
  };
  #moves = 0;
  #ticks = 0;
  #colour = "";

  override async onCreate({ colour, isPrivate }: Options): Promise<void> {
    history.push(this.isRestored ? "created again" : "created");
    this.#colour = colour;
    this.maxClients = 9;
    await this.setMatchmaking({ metadata: { colour, round: 0 }, private: isPrivate });
    this.setFixedTimestep(({ tick }) => {
      this.#ticks = tick;
    }, 50);
  }

  override onJoin(client: Client): void {
    history.push("joined");
    const piece = new Piece();
    piece.owner = client.sessionId;
    this.state.pieces.set(client.sessionId, piece);
    client.userData = { since: "before" };
    void this.setMatchmaking({ metadata: { colour: this.#colour, round: 7 } });
  }

  override onDrop(client: Client, code?: number): void {
    history.push("dropped");
    this.state.isConnected.set(client.sessionId, false);
    super.onDrop(client, code);
    KeptRoom.whileAway(this);
  }

  /** Takes a note away. */
  unnote(sessionId: string): void {
    const piece = this.state.pieces.get(sessionId) as { note: string | undefined } | undefined;
    if (piece) piece.note = undefined;
  }

  override onReconnect(client: Client): void {
    history.push("back");
    this.state.isConnected.set(client.sessionId, true);
    super.onReconnect(client);
  }

  override onLeave(client: Client): void {
    history.push("left");
    this.state.pieces.delete(client.sessionId);
  }

  override onDispose(): void {
    history.push("disposed");
  }

  protected override saveCheckpoint(): unknown {
    return { moves: this.#moves };
  }

  protected override restoreCheckpoint(saved: unknown): void {
    history.push("restored");
    this.#moves = (saved as { moves: number }).moves;
  }
}

/** The same room in a later version of its app, which has other fields. */
export class ChangedRoom extends Room<{ state: InstanceType<typeof OtherState> }> {
  static override readonly options = options;
  static override readonly durability: Durability = "checkpoint";
  override state = new OtherState();
}

/** The same room, whose author cannot read what was kept. */
export class ForgetfulRoom extends KeptRoom {
  protected override restoreCheckpoint(): void {
    throw new Error("What was this?");
  }
}
