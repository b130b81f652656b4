import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import type { ErrorCode } from "../../src/errors/errors.ts";
import { DurableRoom, plainId, type Refusal } from "../../src/op-lane/op-lane.ts";
import { CLOSE_CODES } from "../../src/protocol/protocol.ts";
import { personName } from "../chat/chat-op.ts";
import { boardOp } from "./board-op.ts";
import { BoardRights, imageRequest, inviteRequest, shownInvitation } from "./board-rights.ts";
import { Quotas } from "./quotas.ts";
import { type BoardOp, type BoardRecord, board, type Role, settingsOf } from "./rules/board.ts";
import { type Coloured, colourAmong } from "./rules/colours.ts";

const options = z.strictObject({
  /** Which board. */
  id: plainId,
  /** How the others see the newcomer. */
  name: personName.default("Guest"),
  invite: shownInvitation.optional(),
});
type Options = z.infer<typeof options>;

const Visitor = schema({ name: t.string(), userId: t.string(), role: t.string(), colour: t.uint8() }, "Visitor");
const BoardState = schema({ visitors: t.map(Visitor), everyone: t.string() }, "Board");

/** A board that many draw on. It is opened by its id and outlives room, process and machine. */
export class BoardRoom extends DurableRoom<BoardOp, BoardRecord, { state: InstanceType<typeof BoardState> }> {
  static override readonly options = options;
  override state = new BoardState();
  override patchRate = 200;
  protected override readonly document = board;
  protected override readonly op = boardOp;
  readonly #quotas = new Quotas();
  readonly #rights = new BoardRights<Client>({
    tokens: this.parts.tokens,
    clock: this.parts.clock,
    userOf: (client) => this.userOf(client),
    board: () => ({ key: this.key, settings: settingsOf(this.records) }),
  });
  override messages = {
    /** Gives away a right, for no longer than its giver has it: owners any, editors that of viewers. */
    invite: {
      format: inviteRequest,
      handler: (client: Client, asked: z.infer<typeof inviteRequest>) => this.#rights.invite(client, asked),
    },
    /** Gives its owner a right that makes them owner again as somebody else, which a guest is after some time. */
    deed: { format: z.strictObject({}), handler: (client: Client) => this.#rights.deed(client) },
    /** Lets an image be brought to this node over HTTP. */
    image: {
      format: imageRequest,
      handler: (client: Client, { bytes }: z.infer<typeof imageRequest>) => this.#rights.imageTicket(client, bytes),
    },
  };

  /** @throws ArenaError GRANT_INVALID, GRANT_EXPIRED, BOARD_CLOSED */
  override async onJoin(client: Client, { name, invite }: Options): Promise<void> {
    const role = await this.#rights.admit(client, invite);
    const userId = this.userOf(client)?.userId ?? "";
    const colour = colourAmong(userId || client.sessionId, this.#coloured());
    this.state.visitors.set(client.sessionId, new Visitor().assign({ name, userId, role, colour }));
  }

  override onReconnect(client: Client): void {
    super.onReconnect(client);
    if (this.roleOf(client) === "none") sendAway(client); // the board was closed meanwhile
  }

  override onLeave(client: Client): void {
    this.#rights.forget(client);
    this.state.visitors.delete(client.sessionId);
  }

  protected override saveCheckpoint(): ReturnType<BoardRights<Client>["saved"]> {
    return this.#rights.saved();
  }

  protected override restoreCheckpoint(invited: ReturnType<BoardRights<Client>["saved"]>): void {
    this.#rights.restore(invited);
  }

  /** Settings, invitations and tokens change at any time; nobody stays longer than a patch who may not. */
  override onBeforePatch(): void {
    this.state.everyone = settingsOf(this.records).everyone;
    for (const client of this.clients) {
      const visitor = this.state.visitors.get(client.sessionId);
      if (!visitor) continue; // still on its way in
      visitor.role = this.roleOf(client);
      if (visitor.role === "none") sendAway(client);
    }
  }

  protected override roleOf(client: Client): Role | "none" {
    return this.#rights.roleOf(client);
  }

  protected override gate(client: Client, ops: readonly BoardOp[]): Refusal | undefined {
    const author = { userId: this.userOf(client)?.userId, sessionId: client.sessionId, role: this.roleOf(client) };
    const now = { records: this.records, latest: this.latest, ...this.filled, nowMs: this.parts.clock.nowMs() };
    return this.#rights.whyNot(client, ops) ?? this.#quotas.take(author, ops, now);
  }

  #coloured(): readonly Coloured[] {
    return [...this.state.visitors].map(([sessionId, { userId, colour }]) => ({ key: userId || sessionId, colour }));
  }
}

function sendAway(client: Client): void {
  client.leave(CLOSE_CODES.NOT_LET_IN, "BOARD_CLOSED" satisfies ErrorCode);
}
