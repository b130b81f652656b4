import { type Client, ClientState, matchMaker, type Room } from "@colyseus/core";
import { within } from "../clock/clock.ts";
import { ArenaError } from "../errors/errors.ts";
import { CLOSE_CODES, closeReason } from "../protocol/protocol.ts";
import { seams } from "./colyseus-seams.ts";
import type { RoomParts } from "./parts.ts";
import type { RoomCheckpoint } from "./room-checkpoint.ts";
import type { RoomPresence } from "./room-presence.ts";

/** What is asked of a room that moves. */
export interface RoomMoveParts {
  readonly room: Room;
  readonly parts: () => RoomParts;
  readonly checkpoint: RoomCheckpoint;
  readonly presence: RoomPresence;
  /** Sends what changed, and whole states to those who wait for one. */
  readonly sendPatch: () => void;
  /** Brings what was taken to where it is safe. @throws ArenaError where it cannot be */
  readonly settle: () => Promise<void>;
  /** Lets go of what the next owner has now. */
  readonly letGo: () => Promise<void>;
}

/** A client as far as its room's move is concerned; ArenaTransport's clients are such. */
interface MovingClient extends Client {
  hold(): Promise<void>;
  freeze(): void;
  goOn(): void;
  lead(to: string): boolean;
  keepTicket(): void;
  supersede(): void;
}

/** Who is just coming in has this long; then those have who are sent back, and then what was on its way from all who are in. */
const WAIT_MS = 1000;
const LOOK_EVERY_MS = 5;
/** Those whose line goes no further than this process come back by themselves, not all at once. */
const MIN_RETRY_MS = 50;
const RETRY_SPREAD_MS = 250;

/** How one room leaves its process while those who are in it stay. In the order of the steps: hold, freeze, store, then resume, or hand over and end. */
export class RoomMove {
  readonly #parts: RoomMoveParts;
  #isStill = false;
  #settled: PromiseWithResolvers<void> | undefined;
  readonly #led = new Set<Client>();

  constructor(parts: RoomMoveParts) {
    this.#parts = parts;
  }

  /** Nothing may change in it, and nothing be sent. */
  get isStill(): boolean {
    return this.#isStill;
  }

  /** While the room may be about to leave: settles when it has left, or stays. Nobody comes in meanwhile. */
  get settled(): Promise<void> | undefined {
    return this.#settled?.promise;
  }

  /** Whether what the room is can be had by another process. */
  get isMovable(): boolean {
    return this.#parts.checkpoint.isKept;
  }

  /** Whether it can move, and is not about to already. */
  get canMove(): boolean {
    return this.isMovable && this.#settled === undefined;
  }

  /**
   * Should this process be lost, a client is brought to the next owner on the line that it has, where it says nothing anew: where inputs
   * count it has to come by itself.
   */
  keepTicket(client: Client): void {
    const { room, checkpoint } = this.#parts;
    if (checkpoint.isKept && !seams(room)._inputController) (client as MovingClient).keepTicket();
  }

  /** @throws ArenaError MOVE_REFUSED where somebody is coming in for too long, or does not stop sending in time */
  async hold(): Promise<void> {
    const { clock } = this.#parts.parts();
    this.#settled = Promise.withResolvers<void>();
    if (!(await this.#isQuiet())) this.#sendComingBack();
    if (!(await this.#isQuiet())) throw new ArenaError("MOVE_REFUSED", "Somebody is coming in.");
    const held = Promise.all(this.#clients.map((client) => client.hold()));
    await within<unknown>(clock, WAIT_MS, held, () => {
      throw new ArenaError("MOVE_REFUSED", "A process where clients come in does not answer.");
    });
  }

  freeze(): void {
    this.#parts.sendPatch();
    this.#isStill = true;
    for (const client of this.#clients) client.freeze();
  }

  /** @throws ArenaError MOVE_REFUSED */
  async store(): Promise<void> {
    await this.#parts.settle();
    if (!(await this.#parts.checkpoint.keepLast())) throw new ArenaError("MOVE_REFUSED", "It cannot be kept.");
  }

  resume(): void {
    const { checkpoint, sendPatch } = this.#parts;
    this.#isStill = false;
    checkpoint.keepAgain();
    for (const client of this.#clients) client.goOn();
    sendPatch();
    this.#over();
  }

  handOver({ bootId }: { readonly bootId: string }): void {
    for (const client of this.#clients) {
      this.#leave(client);
      if (client.lead(bootId)) this.#led.add(client);
    }
  }

  /** Without any hook of the room: it has not ended, and nobody has left it. */
  end(): void {
    const { room, checkpoint, presence, letGo, parts } = this.#parts;
    const { telemetry } = parts();
    Object.assign(room, { hasMoved: true });
    for (const client of this.#clients) this.#sendBack(client);
    const { roomId, roomName: name } = room;
    for (const client of checkpoint.sessions) {
      presence.departLater(client);
      telemetry.emit("session:left", { roomId, name, sessionId: client.sessionId });
      matchMaker.stats.local.ccu--;
    }
    Object.assign(room, { onLeave: undefined, onDrop: undefined, onDispose: letGo, autoDispose: false });
    const { _events, _reservedSeatTimeouts } = seams(room);
    for (const event of ["join", "leave"]) _events.removeAllListeners(event);
    for (const timer of Object.values(_reservedSeatTimeouts)) clearTimeout(timer);
    _events.emit("dispose");
    this.#over();
  }

  /** Whoever only wants to keep the room where it is would need no more than not to say that it is ready. */
  #sendComingBack(): void {
    const retryAfterMs = this.#retryAfterMs;
    for (const client of this.#clients.filter(({ state }) => state === ClientState.JOINING)) {
      client.leave(CLOSE_CODES.RECONNECT, closeReason({ code: "JOIN_TOO_SLOW", retryAfterMs }));
      client.supersede(); // it need not answer
    }
  }

  /** Whether nobody is coming in, within a time. */
  async #isQuiet(): Promise<boolean> {
    const { clock } = this.#parts.parts();
    for (const untilMs = clock.nowMs() + WAIT_MS; this.#isSomebodyComing; ) {
      if (clock.nowMs() > untilMs) return false;
      await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
    }
    return true;
  }

  get #retryAfterMs(): number {
    return Math.round(MIN_RETRY_MS + this.#parts.parts().clock.random() * RETRY_SPREAD_MS);
  }

  get #clients(): readonly MovingClient[] {
    return [...this.#parts.room.clients] as unknown as readonly MovingClient[]; // see there
  }

  /** It has taken its seat and is not in yet, or has not said that it is ready. */
  get #isSomebodyComing(): boolean {
    const seats: Readonly<Record<PropertyKey, unknown>> = seams(this.#parts.room)._reservedSeats;
    const isTaken = (seat: unknown): boolean => Array.isArray(seat) && seat[2] === true;
    return (
      Reflect.ownKeys(seats).some((sessionId) => isTaken(seats[sessionId])) ||
      this.#clients.some(({ state }) => state === ClientState.JOINING)
    );
  }

  /** What comes of its connection is not the room's any more. */
  #leave({ ref }: MovingClient): void {
    const { onleave } = ref as unknown as { onleave?: () => void }; // where Colyseus keeps it
    if (onleave) ref.removeListener("close", onleave);
    for (const event of ["message", "stale"]) ref.removeAllListeners(event);
  }

  #sendBack(client: MovingClient): void {
    if (this.#led.has(client)) return;
    this.#leave(client);
    client.leave(CLOSE_CODES.RECONNECT, closeReason({ code: "LOG_FENCED", retryAfterMs: this.#retryAfterMs }));
  }

  #over(): void {
    this.#settled?.resolve();
    this.#settled = undefined;
  }
}
