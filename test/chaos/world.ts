import { setTimeout as delay } from "node:timers/promises";
import { ColyseusSDK } from "@colyseus/sdk";
import { SignJWT } from "jose";
import { BoardBook } from "./board-book.ts";
import type { Chronicle } from "./chronicle.ts";
import { RoomBook } from "./room-book.ts";
import { RECONNECT_SECONDS, type Stage, TOKEN_SECRET } from "./stage.ts";

/** Longest life of a token. */
const TOKEN_LIFE = "23h";
/** What is said of a session is kept within 200 ms; a machine with other work may need longer. */
const UNKEPT_MS = 500;
/** A join that failed may have left a seat behind of which the client does not know. */
const ORPHAN_MS = (RECONNECT_SECONDS + 15) * 1000;

/** What all clients of a run share: where to go, and the books. */
export class World {
  readonly stage: Stage;
  readonly chronicle: Chronicle;
  readonly random: () => number;
  readonly boards = new Map<string, BoardBook>();
  readonly rooms = new Map<string, RoomBook>();
  /** The run is over: nobody tries anything any more. */
  isOver = false;
  #orphansUntilMs: number[] = [];
  readonly #strikes: { readonly fromMs: number; toMs: number }[] = [];

  constructor(stage: Stage, chronicle: Chronicle, random: () => number) {
    this.stage = stage;
    this.chronicle = chronicle;
    this.random = random;
  }

  board(id: string): BoardBook {
    const known = this.boards.get(id) ?? new BoardBook(id, (words) => this.chronicle.wrong(words));
    this.boards.set(id, known);
    return known;
  }

  room(roomId: string): RoomBook {
    const known = this.rooms.get(roomId) ?? new RoomBook(roomId, (words) => this.chronicle.wrong(words));
    this.rooms.set(roomId, known);
    return known;
  }

  /** A stock SDK for a user, which comes in at a process. */
  async sdk(userId: string, via: string): Promise<ColyseusSDK> {
    const sdk = new ColyseusSDK(this.stage.url(via));
    sdk.auth.token = await tokenOf(userId);
    return sdk;
  }

  /** A session may be in a room of which no client knows, for as long as seats are kept. */
  orphaned(): void {
    this.#orphansUntilMs.push(performance.now() + ORPHAN_MS);
  }

  /** How many sessions there may be of which no client knows. */
  get orphans(): number {
    const nowMs = performance.now();
    this.#orphansUntilMs = this.#orphansUntilMs.filter((untilMs) => untilMs > nowMs);
    return this.#orphansUntilMs.length;
  }

  /** A fault begins; gives what ends it. */
  strike(): () => void {
    const strike = { fromMs: performance.now(), toMs: Number.POSITIVE_INFINITY };
    this.#strikes.push(strike);
    return () => {
      strike.toMs = performance.now();
    };
  }

  /** Whether a fault may have kept from being kept what was so at that moment. */
  wasStruck(atMs: number): boolean {
    return this.#strikes.some(({ fromMs, toMs }) => fromMs < atMs + UNKEPT_MS && toMs > atMs);
  }

  /** Waits for a time by chance. */
  pause(leastMs: number, mostMs: number): Promise<void> {
    return delay(leastMs + this.random() * (mostMs - leastMs));
  }
}

/** A user's token, signed as the issuer would. */
export function tokenOf(userId: string): Promise<string> {
  const claims = new SignJWT({ sub: userId }).setProtectedHeader({ alg: "HS256" }).setIssuedAt();
  return claims.setExpirationTime(TOKEN_LIFE).sign(new TextEncoder().encode(TOKEN_SECRET));
}
