import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { DurableRoom, plainId, type Refusal } from "../../src/op-lane/op-lane.ts";
import { personName, sayOp } from "./chat-op.ts";
import { type ChatOp, type ChatRecord, chat } from "./rules/chat.ts";
import { SayRate } from "./say-rate.ts";

const options = z.strictObject({
  /** Which chat. */
  id: plainId,
  /** How the others see the newcomer. */
  name: personName.default("Guest"),
});
type Options = z.infer<typeof options>;

const Speaker = schema({ name: t.string(), userId: t.string() }, "Speaker");
const ChatState = schema({ speakers: t.map(Speaker) }, "Chat");

/** A chat by its id, with its last 500 messages, which outlive room, process and machine. */
export class ChatRoom extends DurableRoom<ChatOp, ChatRecord, { state: InstanceType<typeof ChatState> }> {
  static override readonly options = options;
  override state = new ChatState();
  override patchRate = 200;
  protected override readonly document = chat;
  protected override readonly op = sayOp;
  readonly #rate = new SayRate();

  override onJoin(client: Client, { name }: Options): void {
    const userId = this.userOf(client)?.userId ?? "";
    this.state.speakers.set(client.sessionId, new Speaker().assign({ name, userId }));
  }

  override onLeave(client: Client): void {
    this.state.speakers.delete(client.sessionId);
  }

  protected override gate(client: Client, ops: readonly ChatOp[]): Refusal | undefined {
    return this.#rate.take(this.userOf(client)?.userId ?? client.sessionId, ops, this.parts.clock.nowMs());
  }
}
