import type { Room } from "@colyseus/sdk";
import { Answers } from "../../../src/client/answers.ts";
import { Credentials, type TokenSource } from "../../../src/client/credentials.ts";
import { Link, type Status, type StatusDetail } from "../../../src/client/link.ts";
import type { Network } from "../../../src/client/network.ts";
import { type ManualClock, manualClock } from "../../../src/clock/clock.ts";
import type { SeatReservation } from "../../../src/protocol/protocol.ts";

/** Lets everything that is ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** A room of the SDK as far as a link knows it. */
export class FakeRoom {
  readonly reconnection = { enabled: true };
  readonly connection = {
    isOpen: true,
    close: (): void => {
      this.connection.isOpen = false;
    },
  };
  readonly reconnectionToken: string;
  readonly requests: unknown[] = [];
  hasLeft = false;
  answersPings = true;
  #onLeave: (code: number, reason?: string) => void = () => {};
  #onReconnect: () => void = () => {};

  constructor(name: string) {
    this.reconnectionToken = `${name}:token`;
  }

  onLeave(listener: (code: number, reason?: string) => void): void {
    this.#onLeave = listener;
  }

  onReconnect(listener: () => void): void {
    this.#onReconnect = listener;
  }

  removeAllListeners(): void {
    this.#onReconnect = () => {};
    this.#onLeave = () => {};
  }

  ping(onAnswer: () => void): void {
    if (this.answersPings) onAnswer();
  }

  async request(_type: string, payload: unknown): Promise<unknown> {
    this.requests.push(payload);
    return { token: "renewed" };
  }

  async leave(): Promise<number> {
    this.hasLeft = true;
    this.connection.isOpen = false;
    return 4000;
  }

  /** Another process has the room, and says so on the line that is there. */
  move(): void {
    this.#onReconnect();
  }

  /** The server, or the network, ends the connection. */
  end(code: number, reason?: string): void {
    this.connection.isOpen = false;
    this.#onLeave(code, reason);
  }
}

/** A network that a test switches on and off. */
class FakeNetwork implements Network {
  isOnline = true;
  #listener: (change: "online" | "offline" | "visible") => void = () => {};

  watch(listener: (change: "online" | "offline" | "visible") => void): () => void {
    this.#listener = listener;
    return () => {};
  }

  tell(change: "online" | "offline" | "visible"): void {
    if (change !== "visible") this.isOnline = change === "online";
    this.#listener(change);
  }
}

/** A link with a server that a test plays. */
export class LinkBench {
  readonly clock: ManualClock = manualClock();
  readonly network = new FakeNetwork();
  readonly statuses: (readonly [Status, StatusDetail])[] = [];
  /** "join" or "reconnect:<token>" of every attempt, with the token that it showed. */
  readonly attempts: string[] = [];
  readonly shown: (string | undefined)[] = [];
  readonly rooms: FakeRoom[] = [];
  /** How often a room has moved under the link. */
  moves = 0;
  /** What the next attempts come to; a room where nothing is said. */
  readonly script: (() => Promise<FakeRoom>)[] = [];
  readonly answers = new Answers(async () => this.#response());
  readonly link: Link;
  #response: () => Response = () => Response.json({ token: "guest" });

  constructor(token: TokenSource = "mine", reserved?: SeatReservation) {
    const { clock, network, answers } = this;
    const auth: { token: string | undefined } = { token: undefined };
    const attempt = (what: string): Promise<Room> => {
      this.attempts.push(what);
      this.shown.push(auth.token);
      const made = this.script.shift() ?? (async () => new FakeRoom(`room${this.rooms.length}`));
      return made().then((room) => {
        this.rooms.push(room);
        return room as unknown as Room; // a link needs no more of it
      });
    };
    this.link = new Link({
      client: {
        auth,
        joinOrCreate: () => attempt("join"),
        reconnect: (seat) => attempt(`reconnect:${seat}`),
        consumeSeatReservation: ({ sessionId }) => attempt(`take:${sessionId}`),
      },
      room: "board",
      reserved,
      options: {},
      credentials: new Credentials({
        source: token,
        httpUrl: "http://server",
        fetch: answers.fetch,
        clock,
        timeoutMs: 1000,
      }),
      answers,
      network,
      clock,
      joinTimeoutMs: 10_000,
      onJoined: () => {},
      onMoved: () => this.moves++,
      onLost: () => {},
      onStatus: (status, detail) => this.statuses.push([status, detail]),
    });
  }

  get room(): FakeRoom {
    const room = this.rooms.at(-1);
    if (!room) throw new Error("There is no room.");
    return room;
  }

  /** The wait before the next attempt, as it was told last. */
  get retryInMs(): number {
    return this.statuses.at(-1)?.[1].retryInMs ?? Number.NaN;
  }

  /** Lets time pass, and everything run that follows from it. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }

  async online(): Promise<void> {
    this.link.retry();
    await this.pass(0);
  }

  /** The next attempts fail as with this answer of the server. */
  refuse(status: number, body: object, headers: Record<string, string> = {}): void {
    this.#response = () => Response.json(body, { status, headers });
    this.script.push(async () => {
      await this.answers.fetch("http://server");
      throw new Error("refused");
    });
  }
}
