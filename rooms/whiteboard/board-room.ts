import type { Client } from "@colyseus/core";
import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { ArenaError, type ErrorCode } from "../../src/errors/errors.ts";
import { DurableRoom, type Refusal } from "../../src/op-lane/op-lane.ts";
import { CLOSE_CODES } from "../../src/protocol/protocol.ts";
import { personName } from "../chat/chat-op.ts";
import { SayRate } from "../chat/say-rate.ts";
import { boardOp } from "./board-op.ts";
import { Brims } from "./brims.ts";
import { type Invited, isWithdrawn, mayInvite, roleFor } from "./roles.ts";
import { type BoardOp, type BoardRecord, board, type Role, type Settings, settingsOf } from "./rules/board.ts";
import { type Coloured, colourAmong } from "./rules/colours.ts";
import { Shares } from "./shares.ts";

const MAX_INVITE_LENGTH = 4096;
const MIN_INVITE_MS = 1000;
const MAX_INVITE_MS = 366 * 24 * 60 * 60_000;
/** As long as an upload may take to begin. */
const TICKET_MS = 60_000;
/** No image is larger, whatever a node takes. */
const MAX_IMAGE_BYTES = 2 ** 30;

const options = z.strictObject({
  /** Which board. */
  id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[\w.:-]+$/, "expected only A-Z a-z 0-9 . : _ -"),
  /** How the others see the newcomer. */
  name: personName.optional(),
  /** An invitation, for who needs one. */
  invite: z.string().min(1).max(MAX_INVITE_LENGTH).optional(),
});
type Options = z.infer<typeof options>;

const invite = z.strictObject({
  role: z.enum(["owner", "editor", "viewer"]),
  ttlMs: z.int().min(MIN_INVITE_MS).max(MAX_INVITE_MS),
});
const deed = z.strictObject({});
const image = z.strictObject({ bytes: z.int().min(1).max(MAX_IMAGE_BYTES) });

const Visitor = schema({ name: t.string(), userId: t.string(), role: t.string(), colour: t.uint8() }, "Visitor");
const BoardState = schema({ visitors: t.map(Visitor), everyone: t.string() }, "Board");

/** A board that many draw on. It is opened by its id and outlives room, process and machine. */
export class BoardRoom extends DurableRoom<BoardOp, BoardRecord, { state: InstanceType<typeof BoardState> }> {
  static override readonly options = options;
  override state = new BoardState();
  override patchRate = 200;
  protected override readonly document = board;
  protected override readonly op = boardOp;
  override messages = {
    /** Gives away a right, for no longer than its giver has it: owners any, editors that of viewers. */
    invite: { format: invite, handler: (client: Client, asked: z.infer<typeof invite>) => this.#invite(client, asked) },
    /** Gives its owner a right that makes them owner again as somebody else, which a guest is after some time. */
    deed: { format: deed, handler: (client: Client) => this.#deed(client) },
    /** Lets an image be brought to this node over HTTP. */
    image: { format: image, handler: (client: Client, asked: z.infer<typeof image>) => this.#ticket(client, asked) },
  };
  readonly #rate = new SayRate();
  readonly #shares = new Shares();
  readonly #brims = new Brims();
  /** By session. */
  readonly #invited = new Map<string, Invited>();
  #settings: Settings = { owner: "", everyone: "editor" };

  /** @throws ArenaError GRANT_INVALID, GRANT_EXPIRED, BOARD_CLOSED */
  override async onJoin(client: Client, { name, invite }: Options): Promise<void> {
    if (invite !== undefined) this.#invited.set(client.sessionId, await this.#read(invite));
    const role = this.roleOf(client);
    if (role === "none") throw new ArenaError("BOARD_CLOSED");
    const visitor = new Visitor();
    visitor.name = name ?? "Guest";
    visitor.userId = this.userOf(client)?.userId ?? "";
    visitor.role = role;
    visitor.colour = colourAmong(visitor.userId || client.sessionId, this.#coloured());
    this.state.visitors.set(client.sessionId, visitor);
  }

  #coloured(): readonly Coloured[] {
    return [...this.state.visitors].map(([sessionId, { userId, colour }]) => ({ key: userId || sessionId, colour }));
  }

  override onReconnect(client: Client): void {
    super.onReconnect(client);
    if (this.roleOf(client) === "none") sendAway(client); // the board was closed meanwhile
  }

  override onLeave(client: Client): void {
    this.#invited.delete(client.sessionId);
    this.state.visitors.delete(client.sessionId);
  }

  /** Settings, invitations and tokens change at any time; nobody stays longer than a patch who may not. */
  override onBeforePatch(): void {
    this.state.everyone = this.#currentSettings.everyone;
    for (const client of this.clients) {
      const visitor = this.state.visitors.get(client.sessionId);
      if (!visitor) continue; // still on its way in
      visitor.role = this.roleOf(client);
      if (visitor.role === "none") sendAway(client);
    }
  }

  protected override roleOf(client: Client): Role | "none" {
    return this.#roleOf(client, this.#invited.get(client.sessionId));
  }

  /** What somebody may do without what was lent to them. */
  #lastingRole(client: Client): Role | "none" {
    return this.#roleOf(client, deedOf(this.#invited.get(client.sessionId)));
  }

  #roleOf(client: Client, invited: Invited | undefined): Role | "none" {
    const { userId = "", roles = [] } = this.userOf(client) ?? {};
    return roleFor(this.key, this.#currentSettings, { userId, roles, invited }, this.parts.clock.wallMs());
  }

  protected override gate(client: Client, ops: readonly BoardOp[]): Refusal | undefined {
    const nowMs = this.parts.clock.nowMs();
    const who = this.userOf(client)?.userId ?? client.sessionId;
    return (
      this.#rate.take(who, ops, nowMs) ??
      (this.latest && this.#brims.take(who, ops, this.latest, nowMs)) ??
      this.#whyNotOwn(client, ops) ??
      this.#shareUsed(client, ops, nowMs)
    );
  }

  #whyNotOwn(client: Client, ops: readonly BoardOp[]): Refusal | undefined {
    const lasting = this.#lastingRole(client);
    if (lasting === "owner" || lasting === "editor" || ops.every(({ t }) => t !== "own")) return undefined;
    return { code: "FORBIDDEN", detail: "An invitation for some time makes nobody the owner of a board." };
  }

  /** Who owns a board may fill it. */
  #shareUsed(client: Client, ops: readonly BoardOp[], nowMs: number): Refusal | undefined {
    const { records, filled } = this;
    if (!records || this.roleOf(client) === "owner") return undefined;
    return this.#shares.take(this.userOf(client)?.userId ?? "", ops, { records, ...filled }, nowMs);
  }

  /** While the document is opened anew, the last known ones hold. */
  get #currentSettings(): Settings {
    if (this.records) this.#settings = settingsOf(this.records);
    return this.#settings;
  }

  async #read(token: string): Promise<Invited> {
    const { room, role = "viewer", epoch, expiresAtMs } = await this.parts.tokens.readGrant(token, "invite");
    if (room !== this.key) throw new ArenaError("GRANT_INVALID", "It is for another board.");
    const invited = { role, epoch: role === "owner" ? epoch : (epoch ?? 0), expiresAtMs }; // only owners have deeds
    if (isWithdrawn(invited, this.#currentSettings)) throw new ArenaError("GRANT_INVALID", "It was withdrawn.");
    return invited;
  }

  async #invite(client: Client, { role, ttlMs }: z.infer<typeof invite>) {
    const lifeMs = Math.min(ttlMs, this.#mayInviteForMs(client, role));
    if (lifeMs < MIN_INVITE_MS)
      throw new ArenaError("FORBIDDEN", "Owners of the board invite others; editors invite viewers.");
    const { epoch = 0 } = this.#currentSettings;
    return this.#grant(client, { role, epoch }, lifeMs);
  }

  /** For how long somebody may give a role away: without end, or as long as the invitation holds without which they may not. */
  #mayInviteForMs(client: Client, role: Role): number {
    const invited = this.#invited.get(client.sessionId);
    if (mayInvite(this.#lastingRole(client), role)) return Number.POSITIVE_INFINITY;
    return invited && mayInvite(this.roleOf(client), role) ? invited.expiresAtMs - this.parts.clock.wallMs() : 0;
  }

  async #deed(client: Client) {
    const isTheirs = this.userOf(client)?.userId === this.#currentSettings.owner;
    const hasDeed = deedOf(this.#invited.get(client.sessionId)) !== undefined;
    if (!isTheirs && !hasDeed) throw new ArenaError("FORBIDDEN", "Only who owns the board has a deed of it.");
    return this.#grant(client, { role: "owner" }, MAX_INVITE_MS);
  }

  async #grant(client: Client, right: { role: Role; epoch?: number }, lifeMs: number) {
    const grant = { kind: "invite", ...right, ...this.#for(client) } as const;
    const { token, expiresAtMs } = await this.parts.tokens.grant(grant, lifeMs);
    return { invite: token, expiresAtMs };
  }

  async #ticket(client: Client, { bytes: maxBytes }: z.infer<typeof image>) {
    const own = this.roleOf(client);
    if (own !== "owner" && own !== "editor")
      throw new ArenaError("FORBIDDEN", "Only editors of the board bring images.");
    const grant = { kind: "image", maxBytes, ...this.#for(client) } as const;
    const { token, expiresAtMs } = await this.parts.tokens.grant(grant, TICKET_MS);
    return { ticket: token, expiresAtMs, maxBytes };
  }

  /** Where a grant holds, and who has asked for it. */
  #for(client: Client): { room: string; userId?: string } {
    const user = this.userOf(client);
    return { room: this.key, ...(user && { userId: user.userId }) };
  }
}

/** What was not lent. */
function deedOf(invited: Invited | undefined): Invited | undefined {
  return invited?.epoch === undefined ? invited : undefined;
}

function sendAway(client: Client): void {
  client.leave(CLOSE_CODES.NOT_LET_IN, "BOARD_CLOSED" satisfies ErrorCode);
}
