import type { Room } from "@colyseus/sdk";
import type { Stop } from "../../../src/clock/clock.ts";
import { Gaps } from "../gaps.ts";

/** Somebody in a room, who notes what nobody should notice, and when something comes. */
export interface Member {
  /** Longest time between two frames since it was asked last, in ms, up to now where nothing has come since. */
  takeGap(): number;
  /** Connections that it lost. */
  readonly drops: number;
  /** What must not be: the session lost, something refused. */
  readonly wrongs: readonly string[];
  /** Resolves with the moment at which its room first does something for it at its next owner: the patch of a tick, the welcome to a document. */
  nextOwner(): Promise<number>;
  /** Does nothing any more; resolves when nothing of it is on its way. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

/** A stock SDK in a room. */
export class StockMember implements Member {
  readonly room: Room;
  readonly wrongs: string[] = [];
  drops = 0;
  /** What it does again and again, if it does. */
  protected stopActing: Stop = () => {};
  readonly #gaps = new Gaps();
  #next: PromiseWithResolvers<number> | undefined;
  #isThere = true;
  /** States since it was brought to the next owner; undefined before. The first is the whole of it, the second a patch. */
  #states: number | undefined;

  constructor(room: Room) {
    this.room = room;
    const { sessionId } = room;
    room.onDrop(() => this.#drop());
    room.onLeave((code) => void this.wrongs.push(`left with ${code}`));
    room.onError(() => {}); // a refusal on its way back is followed by a close
    room.onReconnect(() => {
      if (room.sessionId !== sessionId) this.wrongs.push("has another session");
      this.#states = 0;
      this.#isThere = true;
      this.led();
    });
    room.onMessage("*", () => this.heard());
    room.onStateChange(() => {
      this.heard();
      if (this.#states !== undefined && ++this.#states > 1) this.patched();
    });
  }

  /** Takes its seat and waits until it has the state. */
  static async firstState(room: Room): Promise<Room> {
    await new Promise<void>((resolve) => room.onStateChange.once(() => resolve()));
    return room;
  }

  takeGap(): number {
    return this.#gaps.take();
  }

  nextOwner(): Promise<number> {
    this.#states = undefined;
    this.#next = Promise.withResolvers();
    return this.#next.promise;
  }

  async rest(): Promise<void> {
    this.stopActing();
  }

  async close(): Promise<void> {
    this.stopActing();
    this.room.reconnection.enabled = false;
    this.room.removeAllListeners();
    if (this.room.connection.isOpen) await this.room.leave();
  }

  /** The SDK tells of each attempt that fails as well. */
  #drop(): void {
    if (this.#isThere) this.drops++;
    this.#isThere = false;
  }

  /** It has been brought to the room's next owner. */
  protected led(): void {}

  protected heard(): void {
    this.#gaps.hear();
  }

  /** The room at its next owner has ticked. */
  protected patched(): void {
    this.acted();
  }

  /** The room's next owner has done something for it. */
  protected acted(): void {
    this.#next?.resolve(performance.now());
  }
}
