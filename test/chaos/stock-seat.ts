import { setTimeout as delay } from "node:timers/promises";
import type { Room } from "@colyseus/sdk";
import type { World } from "./world.ts";

/** Who comes, where, and to what. */
export interface Visit {
  readonly userId: string;
  /** The process where it comes in. */
  readonly via: string;
  readonly room: string;
  readonly options: object;
}

const JOIN_MS = 40_000;
const LEAVE_MS = 5000;
/** A client to whom something comes 20 times a second notices when it does not. */
const SILENCE_MS = 500;
/** A room in which something is going on is heard of within this time. */
const LIVE_MS = 3000;
const CONSENTED = 4000;
/** Nobody knows its token. */
const FORGOTTEN = 4003;

/** A seat of a stock client, who keeps it whatever happens, and writes down what does. */
export class StockSeat {
  readonly room: Room;
  readonly visit: Visit;
  readonly #world: World;
  readonly #sessionId: string;
  #lostMs: number | undefined;
  #heardMs = performance.now();
  /** When it got its seat, or its connection again. */
  #heldMs = performance.now();
  #isLeaving = false;
  #isGone = false;

  constructor(room: Room, visit: Visit, world: World) {
    this.room = room;
    this.visit = visit;
    this.#world = world;
    this.#sessionId = room.sessionId;
    // It keeps trying for as long as a seat is kept, and longer.
    Object.assign(room.reconnection, { minUptime: 0, maxDelay: 1000, maxRetries: 120 });
    room.onDrop(() => this.#dropped());
    room.onReconnect(() => this.#resumed());
    room.onLeave((code, reason) => this.#left(code, reason));
    room.onError(() => {}); // a refusal on the way back is followed by a close
  }

  get sessionId(): string {
    return this.#sessionId;
  }

  /** Whether its seat went with a process that had not had the time to keep it. */
  isForgotten = false;

  /** Whether it has its connection. */
  get isThere(): boolean {
    return !this.#isGone && this.#lostMs === undefined;
  }

  /** Whether it has its connection, and something came of late. */
  get isLive(): boolean {
    return this.isThere && performance.now() - this.#heardMs < LIVE_MS;
  }

  toString(): string {
    return `${this.visit.userId} (session ${this.#sessionId} in ${this.visit.room} ${this.room.roomId}, by ${this.visit.via})`;
  }

  /** Something came. */
  hear(): void {
    this.#heardMs = performance.now();
  }

  /** Something came of what comes 20 times a second. */
  hearTick(): void {
    const gapMs = performance.now() - this.#heardMs;
    if (gapMs > SILENCE_MS) this.#world.chronicle.silent(gapMs);
    this.hear();
  }

  /** Gives the seat up. Where the server does not say that it has it, it may be kept for some time. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.room.reconnection.enabled = false;
    if (!this.isThere) return this.#abandon();
    const code = await Promise.race([this.room.leave(), delay(LEAVE_MS)]);
    this.#isGone = true;
    if (code !== CONSENTED) this.#world.orphaned();
  }

  /** Loses the connection, as a network does it. */
  drop(): void {
    const { transport } = this.room.connection as unknown as { transport?: { ws?: { terminate?: () => void } } };
    transport?.ws?.terminate?.();
  }

  /** Ends without a word. */
  close(): void {
    this.#isLeaving = true;
    this.room.reconnection.enabled = false;
    this.room.connection.close();
  }

  #abandon(): void {
    this.#isGone = true;
    this.#world.orphaned();
    this.room.connection.close();
  }

  #dropped(): void {
    if (this.#isLeaving || this.#lostMs !== undefined) return; // of an attempt to come back
    this.#lostMs = performance.now();
    this.#world.chronicle.dropped();
  }

  #resumed(): void {
    const { chronicle } = this.#world;
    if (this.#lostMs === undefined) chronicle.led();
    else chronicle.resumed(performance.now() - this.#lostMs);
    this.#lostMs = undefined;
    this.#heldMs = performance.now();
    if (this.room.sessionId !== this.#sessionId) chronicle.wrong(`${this} came back as session ${this.room.sessionId}`);
  }

  #left(code: number, reason: string | undefined): void {
    this.#isGone = true;
    if (this.#isLeaving || this.#world.isOver) return;
    this.isForgotten = code === FORGOTTEN && this.#world.wasStruck(this.#heldMs);
    if (this.isForgotten) {
      this.#world.chronicle.tell(`  ${this} had its seat, or its new token, too shortly before a fault, and lost it`);
      return;
    }
    const awayMs = this.#lostMs === undefined ? 0 : performance.now() - this.#lostMs;
    this.#world.chronicle.wrong(`${this} lost its seat: ${code} ${reason ?? ""}, after ${Math.round(awayMs)} ms away`);
  }
}

/** Takes a seat, however long that takes; undefined where the run is over before. */
export async function takeSeat(world: World, visit: Visit): Promise<StockSeat | undefined> {
  const sdk = await world.sdk(visit.userId, visit.via);
  while (!world.isOver) {
    const joining = sdk.joinOrCreate(visit.room, visit.options);
    const room = await Promise.race([joining.catch(() => undefined), delay(JOIN_MS)]);
    if (room) return new StockSeat(room, visit, world);
    world.orphaned();
    void joining.then((late) => late.leave()).catch(() => {}); // one that comes after all is not wanted any more
    await world.pause(200, 1000);
  }
  return undefined;
}
