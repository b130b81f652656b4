import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { DurableRoom } from "../../src/op-lane/op-lane.ts";
import { boardOp } from "./board-op.ts";
import { type BoardOp, type BoardRecord, board } from "./rules/board.ts";

const MAX_NAME_LENGTH = 32;

const options = z.strictObject({
  /** Which board. */
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w.:-]+$/, "expected only A-Z a-z 0-9 . : _ -"),
  /** How the others see the newcomer. */
  name: z.string().trim().min(1).max(MAX_NAME_LENGTH).optional(),
});
type Options = z.infer<typeof options>;

const Visitor = schema({ name: t.string(), userId: t.string() }, "Visitor");
const BoardState = schema({ visitors: t.map(Visitor) }, "Board");

/** A board that many draw on. It is opened by its id and outlives room, process and machine. */
export class BoardRoom extends DurableRoom<BoardOp, BoardRecord, { state: InstanceType<typeof BoardState> }> {
  static override readonly options = options;
  override state = new BoardState();
  override patchRate = 200;
  protected override readonly document = board;
  protected override readonly op = boardOp;

  override onJoin(client: Client, { name }: Options): void {
    const visitor = new Visitor();
    visitor.name = name ?? "Guest";
    visitor.userId = userOf(client);
    this.state.visitors.set(client.sessionId, visitor);
  }

  override onLeave(client: Client): void {
    this.state.visitors.delete(client.sessionId);
  }
}

/** User of a client, empty for somebody without a token. */
function userOf({ auth }: Client): string {
  return typeof auth === "object" && auth !== null && "userId" in auth ? String(auth.userId) : "";
}
