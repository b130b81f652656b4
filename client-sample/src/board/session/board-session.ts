import { type BoardOp, board, type Everyone, settingsOf } from "../../../../rooms/whiteboard/rules/board.ts";
import { type Connection, connect, openDocument, type RefusedPush } from "../../../../src/client/client.ts";
import { OP_MESSAGES } from "../../../../src/protocol/protocol.ts";
import type { BoardDocument, Person, Role, Stop } from "../words.ts";
import { visitorName } from "./guest-name.ts";
import { chooseInvitation, type KeptInvitation, keepInvitation, keptInvitation } from "./invitation.ts";
import { keptUserId, visitorToken } from "./visitor-token.ts";
import { type Company, readCompany } from "./visitors.ts";

/** An invitation as the server gives it. */
export interface Invitation {
  readonly invite: string;
  readonly expiresAtMs: number;
}

/** The right to bring an image, as the server gives it. */
export interface ImageTicket {
  readonly ticket: string;
  readonly expiresAtMs: number;
  readonly maxBytes: number;
}

/** How to open a board. */
export interface BoardSessionOptions {
  /** http: or https: origin of the server. */
  readonly server: string;
  readonly boardId: string;
  /** Of the address. */
  readonly invite?: string | undefined;
}

/** An owner who comes at least so often stays owner. */
const OWNER_RENEW_MS = 183 * 24 * 3_600_000;

/**
 * Opens a board: a connection that comes back by itself, and its document, which can be read and changed at once, online or not.
 * Tabs of one browser are one guest, and each has an outbox of its own.
 */
export async function openBoardSession(options: BoardSessionOptions): Promise<BoardSession> {
  const { server, boardId } = options;
  const kept = keptInvitation(server, boardId);
  const invite = chooseInvitation(options.invite, kept);
  const connection = connect({
    url: server,
    room: "whiteboard",
    options: { id: boardId, name: visitorName(), ...(invite !== undefined && { invite }) },
    token: visitorToken(server),
  });
  const document: BoardDocument = await openDocument(connection, {
    document: board,
    name: JSON.stringify([server, "whiteboard", boardId]), // the same with another name or invitation
    userId: keptUserId(server),
  });
  return new BoardSession({ ...options, connection, document, usedKept: invite === kept?.invite ? kept : undefined });
}

interface Parts extends BoardSessionOptions {
  readonly connection: Connection;
  readonly document: BoardDocument;
  /** The invitation that it came with, where that was kept from an earlier visit. */
  readonly usedKept: KeptInvitation | undefined;
}

/** A board that is open: who is there, what this visitor may do, and what may be asked of the room. */
export class BoardSession {
  readonly boardId: string;
  readonly server: string;
  readonly connection: Connection;
  readonly document: BoardDocument;
  readonly #usedKept: KeptInvitation | undefined;
  readonly #invite: string | undefined;
  readonly #listeners = new Set<() => void>();
  #company: Company = readCompany(undefined, undefined);
  #name = visitorName();
  #hasSigned = false;
  #isRenewing = false;
  #wasLive = false;

  constructor({ boardId, server, connection, document, usedKept, invite }: Parts) {
    this.boardId = boardId;
    this.server = server;
    this.connection = connection;
    this.document = document;
    this.#usedKept = usedKept;
    this.#invite = invite;
    connection.onState((_, room) => {
      room.onStateChange(() => this.#read());
      this.#read();
    });
    connection.onStatus(() => this.#read());
    // What makes a document live need not change anything in it, so it is looked at whenever something came for it.
    for (const type of [OP_MESSAGES.WELCOME, OP_MESSAGES.SNAP, OP_MESSAGES.BATCH]) {
      connection.onMessage(type, () => this.#lookWhetherLive());
    }
    document.onChange((ids) => {
      if (ids.some((id) => /^\$(board|person)/.test(id))) this.#read();
      this.#sign();
    });
    document.onUnsaved(() => this.#sign());
  }

  /** Everybody who is here, this visitor too; empty while not online. */
  get people(): readonly Person[] {
    return this.#company.people;
  }

  /**
   * What this visitor may do; undefined as long as the room has not said, and what it said last where the connection is lost.
   * Where there is none yet, those go on who have drawn what is not saved.
   */
  get role(): Role | undefined {
    const { status, statusDetail } = this.connection;
    const isAway = status === "offline" || (status === "reconnecting" && statusDetail.reason !== undefined);
    return this.#company.role ?? (isAway && this.document.hasUnsaved ? "editor" : undefined);
  }

  /** Whether this visitor may change the board. */
  get canEdit(): boolean {
    return this.role === "owner" || this.role === "editor";
  }

  /** What those may do who have only the link. */
  get everyone(): Everyone {
    return this.#company.everyone;
  }

  /** What this visitor is called. */
  get name(): string {
    return this.#name;
  }

  /** Whether somebody owns this board. */
  get isOwned(): boolean {
    return settingsOf(this.document).owner !== "";
  }

  /** Whether the invitation with which this visitor came is one that this browser had kept, and not that of the address. */
  get usedKeptInvitation(): boolean {
    return this.#usedKept !== undefined;
  }

  /** Tells of a change of who is here and of what may be done, and when the board has come. */
  onChange(listener: () => void): Stop {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** An invitation that grants a role for some time. @throws Error where there is no connection, or the server refuses */
  invite(role: Role, ttlMs: number): Promise<Invitation> {
    return this.connection.request<Invitation>("invite", { role, ttlMs });
  }

  /** The right to bring an image of so many bytes. @throws Error as `invite` */
  imageTicket(bytes: number): Promise<ImageTicket> {
    return this.connection.request<ImageTicket>("image", { bytes });
  }

  /** Makes the board this visitor's, for good: resolves when the server has it. @throws PushRefused */
  async own(): Promise<void> {
    await this.document.push([{ t: "own" }]);
    await this.#keepOwnership();
  }

  /** Says what those may do who have only the link; resolves when the server has it. @throws PushRefused */
  async share(everyone: Everyone): Promise<void> {
    await this.document.push([{ t: "share", everyone }]);
  }

  /** Makes all invitations of until now worth nothing; resolves when the server has it. @throws PushRefused */
  async withdraw(): Promise<void> {
    await this.document.push([{ t: "withdraw" }]);
  }

  /** This visitor wants to be called so from now on. */
  rename(name: string): void {
    this.#name = name;
    this.#hasSigned = false;
    this.#sign();
    this.#read();
  }

  /**
   * Keeps for the next visit the invitation of the address, with which this visitor came in; says whether the address need not have
   * it any more. A deed is worth more, and stays.
   */
  keepInvitationOfAddress(): boolean {
    const { server, boardId } = this;
    const invite = this.#invite;
    if (invite === undefined || keptInvitation(server, boardId)?.isOwner) return true;
    return keepInvitation(server, boardId, { invite, expiresAtMs: 0, isOwner: false });
  }

  /** Gives up the invitation that this browser keeps: the server does not take it any more. */
  dropKeptInvitation(): void {
    keepInvitation(this.server, this.boardId, undefined);
  }

  #lookWhetherLive(): void {
    if (this.document.isLive !== this.#wasLive) this.#read();
    this.#wasLive = this.document.isLive;
  }

  #read(): void {
    const { connection, document } = this;
    if (connection.status === "online") {
      const nameOf = (userId: string): string | undefined => signatureOf(document, userId);
      const company = readCompany(connection.state, connection.sessionId, nameOf);
      this.#company = { ...company, role: company.role ?? this.#company.role };
      this.#sign();
      if (this.role === "owner") void this.#keepOwnership().catch(() => {}); // tried again with the next visit
    } else {
      this.#company = { ...this.#company, people: [] };
    }
    for (const listener of this.#listeners) listener();
  }

  /** Whether this visitor owns the board, and was not only invited to for some time. */
  get #isMine(): boolean {
    const me = this.people.find(({ isMe }) => isMe);
    return this.#usedKept?.isOwner === true || me?.userId === settingsOf(this.document).owner;
  }

  /** So that the history knows the names of those who did something: once, where what it says differs. */
  #sign(): void {
    const { document, connection } = this;
    const me = this.people.find(({ isMe }) => isMe);
    const isNeeded = document.hasUnsaved || signatureOf(document, me?.userId ?? "") !== undefined;
    if (this.#hasSigned || !isNeeded) return;
    if (!document.isLive || connection.status !== "online" || !me || me.userId === "") return;
    this.#hasSigned = true;
    if (signatureOf(document, me.userId) !== this.#name) void document.push([{ t: "sign", name: this.#name }]);
  }

  /** A guest is somebody else after some time away; a deed of their own makes them owner again. */
  async #keepOwnership(): Promise<void> {
    const { server, boardId } = this;
    const kept = keptInvitation(server, boardId);
    if (!this.#isMine || this.#isRenewing || (kept?.isOwner && kept.expiresAtMs - Date.now() > OWNER_RENEW_MS)) return;
    this.#isRenewing = true;
    try {
      const { invite, expiresAtMs } = await this.connection.request<Invitation>("deed", {});
      keepInvitation(server, boardId, { invite, expiresAtMs, isOwner: true });
    } finally {
      this.#isRenewing = false;
    }
  }
}

/** Whether a refused push was made by drawing: names are signed by the page, and of messages the chat tells itself. */
export function isOfShapes({ ops }: RefusedPush<BoardOp>): boolean {
  return ops.some(({ t }) => t !== "sign" && t !== "say");
}

function signatureOf(document: BoardDocument, userId: string): string | undefined {
  const { signed }: { signed?: unknown } = Object(document.get(`$person/${userId}`));
  return typeof signed === "string" ? signed : undefined;
}
