import { z } from "zod";
import { ArenaError } from "../../src/errors/errors.ts";
import type { Refusal } from "../../src/op-lane/op-lane.ts";
import type { RoomParts } from "../../src/room/room.ts";
import { type Invited, isWithdrawn, mayInvite, roleFor } from "./roles.ts";
import type { BoardOp, Role, Settings } from "./rules/board.ts";

const MAX_INVITE_LENGTH = 4096;
const MIN_INVITE_MS = 1000;
const MAX_INVITE_MS = 366 * 24 * 60 * 60_000;
/** As long as an upload may take to begin. */
const TICKET_MS = 60_000;
/** No image is larger, whatever a node takes. */
const MAX_IMAGE_BYTES = 2 ** 30;

/** Schema of an invitation that somebody comes with. */
export const shownInvitation = z.string().min(1).max(MAX_INVITE_LENGTH);

/** Schema of what asks for an invitation: what it grants, and for how long. */
export const inviteRequest = z.strictObject({
  role: z.enum(["owner", "editor", "viewer"]),
  ttlMs: z.int().min(MIN_INVITE_MS).max(MAX_INVITE_MS),
});

/** Schema of what asks for a ticket: how large the image is. */
export const imageRequest = z.strictObject({ bytes: z.int().min(1).max(MAX_IMAGE_BYTES) });

/** A right as it goes to whoever asked for it. */
export interface GivenInvite {
  readonly invite: string;
  /** In ms since 1970. */
  readonly expiresAtMs: number;
}

/** The right to bring one image. */
export interface GivenTicket {
  readonly ticket: string;
  /** In ms since 1970. */
  readonly expiresAtMs: number;
  readonly maxBytes: number;
}

/** What rights are made of; a client is anything that has a session. */
export interface RightsParts<C> extends Pick<RoomParts, "tokens" | "clock"> {
  readonly userOf: (client: C) => { readonly userId: string; readonly roles: readonly string[] } | undefined;
  /** Which board it is, such as `whiteboard/plans`, and its settings now. */
  readonly board: () => { readonly key: string; readonly settings: Settings };
}

/** Who may do what on one board: by its settings, by their token, by an invitation. And what they give away of that. */
export class BoardRights<C extends { readonly sessionId: string }> {
  readonly #parts: RightsParts<C>;
  /** By session. */
  readonly #invited = new Map<string, Invited>();

  constructor(parts: RightsParts<C>) {
    this.#parts = parts;
  }

  /**
   * Somebody comes, perhaps with an invitation. Returns what they may do.
   *
   * @throws ArenaError GRANT_INVALID, GRANT_EXPIRED; BOARD_CLOSED where that is nothing
   */
  async admit(client: C, invite: string | undefined): Promise<Role> {
    if (invite !== undefined) this.#invited.set(client.sessionId, await this.#read(invite));
    const role = this.roleOf(client);
    if (role === "none") throw new ArenaError("BOARD_CLOSED");
    return role;
  }

  /** Somebody has left for good. */
  forget({ sessionId }: C): void {
    this.#invited.delete(sessionId);
  }

  /** Who came by an invitation, for a room that goes on elsewhere. */
  saved(): readonly [sessionId: string, invited: Invited][] {
    return [...this.#invited];
  }

  restore(saved: readonly [sessionId: string, invited: Invited][]): void {
    for (const [sessionId, invited] of saved) this.#invited.set(sessionId, invited);
  }

  /** What somebody may do now. */
  roleOf(client: C): Role | "none" {
    return this.#roleBy(client, this.#invited.get(client.sessionId));
  }

  /** Why ops are not for who has a role only for some time. */
  whyNot(client: C, ops: readonly BoardOp[]): Refusal | undefined {
    const lasting = this.#lastingRole(client);
    if (lasting === "owner" || lasting === "editor" || ops.every(({ t }) => t !== "own")) return undefined;
    return { code: "FORBIDDEN", detail: "An invitation for some time makes nobody the owner of a board." };
  }

  /** Gives a role away. @throws ArenaError FORBIDDEN */
  async invite(client: C, { role, ttlMs }: z.infer<typeof inviteRequest>): Promise<GivenInvite> {
    const lifeMs = Math.min(ttlMs, this.#mayInviteForMs(client, role));
    if (lifeMs < MIN_INVITE_MS)
      throw new ArenaError("FORBIDDEN", "Owners of the board invite others; editors invite viewers.");
    const { epoch = 0 } = this.#parts.board().settings;
    return this.#give(client, { role, epoch }, lifeMs);
  }

  /** Gives its owner what makes them its owner also as somebody else. @throws ArenaError FORBIDDEN */
  async deed(client: C): Promise<GivenInvite> {
    const isTheirs = this.#parts.userOf(client)?.userId === this.#parts.board().settings.owner;
    if (!isTheirs && !this.#deedOf(client))
      throw new ArenaError("FORBIDDEN", "Only who owns the board has a deed of it.");
    return this.#give(client, { role: "owner" }, MAX_INVITE_MS);
  }

  /** Gives the right to bring an image of so many bytes. @throws ArenaError FORBIDDEN */
  async imageTicket(client: C, maxBytes: number): Promise<GivenTicket> {
    const own = this.roleOf(client);
    if (own !== "owner" && own !== "editor")
      throw new ArenaError("FORBIDDEN", "Only editors of the board bring images.");
    const grant = { kind: "image", maxBytes, ...this.#for(client) } as const;
    const { token, expiresAtMs } = await this.#parts.tokens.grant(grant, TICKET_MS);
    return { ticket: token, expiresAtMs, maxBytes };
  }

  async #read(token: string): Promise<Invited> {
    const { key, settings } = this.#parts.board();
    const { room, role = "viewer", epoch, expiresAtMs } = await this.#parts.tokens.readGrant(token, "invite");
    if (room !== key) throw new ArenaError("GRANT_INVALID", "It is for another board.");
    const invited = { role, epoch: role === "owner" ? epoch : (epoch ?? 0), expiresAtMs }; // only owners have deeds
    if (isWithdrawn(invited, settings)) throw new ArenaError("GRANT_INVALID", "It was withdrawn.");
    return invited;
  }

  #roleBy(client: C, invited: Invited | undefined): Role | "none" {
    const { userId = "", roles = [] } = this.#parts.userOf(client) ?? {};
    const { key, settings } = this.#parts.board();
    return roleFor(key, settings, { userId, roles, invited }, this.#parts.clock.wallMs());
  }

  /** What somebody may do without what was lent to them. */
  #lastingRole(client: C): Role | "none" {
    return this.#roleBy(client, this.#deedOf(client));
  }

  /** What somebody came with that nobody lent them, as long as it holds. */
  #deedOf({ sessionId }: C): Invited | undefined {
    const invited = this.#invited.get(sessionId);
    const holds = invited?.epoch === undefined && this.#parts.clock.wallMs() < (invited?.expiresAtMs ?? 0);
    return holds ? invited : undefined;
  }

  /** For how long somebody may give a role away: without end, or as long as the invitation holds without which they may not. */
  #mayInviteForMs(client: C, role: Role): number {
    const invited = this.#invited.get(client.sessionId);
    if (mayInvite(this.#lastingRole(client), role)) return Number.POSITIVE_INFINITY;
    return invited && mayInvite(this.roleOf(client), role) ? invited.expiresAtMs - this.#parts.clock.wallMs() : 0;
  }

  async #give(client: C, right: { role: Role; epoch?: number }, lifeMs: number): Promise<GivenInvite> {
    const grant = { kind: "invite", ...right, ...this.#for(client) } as const;
    const { token, expiresAtMs } = await this.#parts.tokens.grant(grant, lifeMs);
    return { invite: token, expiresAtMs };
  }

  /** Where a grant holds, and who has asked for it. */
  #for(client: C): { room: string; userId?: string } {
    const user = this.#parts.userOf(client);
    return { room: this.#parts.board().key, ...(user && { userId: user.userId }) };
  }
}
