import type { Room } from "@colyseus/sdk";
import type { Clock } from "../clock/clock.ts";
import type { SeatReservation } from "../protocol/protocol.ts";
import type { Answers } from "./answers.ts";
import type { Credentials } from "./credentials.ts";
import { withDeadline } from "./deadline.ts";
import { judgeFailure } from "./loss.ts";
import { Seat } from "./seat.ts";

/** What of the SDK's Client joining needs. */
export interface JoinClient {
  readonly auth: { token: string | undefined };
  joinOrCreate(room: string, options?: object): Promise<Room>;
  reconnect(token: string): Promise<Room>;
  consumeSeatReservation(seat: SeatReservation): Promise<Room>;
}

/** What joining needs. */
export interface JoiningParts {
  readonly client: JoinClient;
  readonly room: string;
  readonly options: object;
  /** A seat that is reserved already. */
  readonly reserved?: SeatReservation | undefined;
  readonly credentials: Credentials;
  readonly answers: Answers;
  readonly clock: Clock;
  /** An attempt, or a farewell, that takes longer is given up. */
  readonly joinTimeoutMs: number;
}

/** The way into a room, to the seat that was had there or another, and out of it. */
export class Joining {
  /** The seat that may be taken again. */
  readonly seat: Seat;
  readonly #parts: JoiningParts;
  #reserved: SeatReservation | undefined;

  constructor(parts: JoiningParts) {
    this.#reserved = parts.reserved;
    this.seat = new Seat(parts.clock);
    this.#parts = parts;
  }

  /** Takes the kept seat where there is one and it is still there, else a new one. @throws where none can be had now */
  async join(): Promise<Room> {
    const { client, room, options, credentials, answers } = this.#parts;
    answers.forget();
    client.auth.token = await credentials.current();
    const seat = this.seat.token;
    if (this.#reserved) return this.#take(this.#reserved);
    if (seat === undefined) return this.#bounded(client.joinOrCreate(room, options));
    try {
      return await this.#bounded(client.reconnect(seat));
    } catch (error) {
      const verdict = judgeFailure(error, answers.refused);
      if (verdict.kind !== "final") throw error;
      this.seat.drop(); // it was kept for nobody any more
      answers.forget();
      return this.#bounded(client.joinOrCreate(room, options));
    }
  }

  /** Takes a reserved seat, once. */
  async #take(reserved: SeatReservation): Promise<Room> {
    const { client, room, options, answers } = this.#parts;
    this.#reserved = undefined;
    try {
      return await this.#bounded(client.consumeSeatReservation(reserved));
    } catch {
      answers.forget(); // it is not kept any more, or the line broke on the way: then it is lost all the same
      return this.#bounded(client.joinOrCreate(room, options));
    }
  }

  /** Leaves in the proper way, but does not wait for long. */
  async leave(room: Room): Promise<void> {
    const { clock, joinTimeoutMs } = this.#parts;
    try {
      if (room.connection.isOpen) await withDeadline(room.leave(), { clock, timeoutMs: joinTimeoutMs });
    } catch {
      this.let(room); // a server that does not answer will find out by itself
    }
  }

  /** Lets a room go without waiting for its socket, which may be half open. */
  let(room: Room): void {
    room.removeAllListeners();
    room.connection.close();
  }

  #bounded(joining: Promise<Room>): Promise<Room> {
    const { clock, joinTimeoutMs } = this.#parts;
    return withDeadline(joining, { clock, timeoutMs: joinTimeoutMs, late: (room) => void this.leave(room) });
  }
}
