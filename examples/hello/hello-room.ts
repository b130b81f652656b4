import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { Room } from "../../src/room/room.ts";

const Player = schema({ name: t.string(), x: t.number(), y: t.number() });
const HelloState = schema({ players: t.map(Player) });

export class HelloRoom extends Room<{ state: InstanceType<typeof HelloState> }> {
  static override readonly options = z.strictObject({ name: z.string().max(24).default("Guest") });
  override state = new HelloState();
  override messages = {
    move: {
      format: z.strictObject({ x: z.number().min(0).max(100), y: z.number().min(0).max(100) }),
      handler: (client: Client, { x, y }: { x: number; y: number }) => {
        this.state.players.get(client.sessionId)?.assign({ x, y });
      },
    },
  };

  override onJoin(client: Client, { name }: { name: string }): void {
    this.state.players.set(client.sessionId, new Player().assign({ name, x: 50, y: 50 }));
  }

  override onLeave(client: Client): void {
    this.state.players.delete(client.sessionId);
  }
}
