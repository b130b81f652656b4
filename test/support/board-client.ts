import { Client, type Room as SdkRoom } from "@colyseus/sdk";
import { LaneInbox, type LanePayloads, type LaneType } from "./lane-client.ts";

const TYPES: readonly LaneType[] = [
  "op:welcome",
  "op:snap",
  "op:ack",
  "op:nack",
  "op:batch",
  "op:reset",
  "op:past",
  "eph",
  "eph:rate",
];

/** A stock SDK on a whiteboard, which keeps what it is told. */
export class BoardClient extends LaneInbox {
  readonly room: SdkRoom;
  readonly clientId: string;
  /** Texts of the ERROR frames that it got. */
  readonly errors: string[] = [];
  /** Resolves with the code with which it was closed for good. */
  readonly closed: Promise<number>;
  readonly #waiting: (() => void)[] = [];

  constructor(room: SdkRoom, clientId: string) {
    super();
    this.room = room;
    this.clientId = clientId;
    for (const type of TYPES) {
      room.onMessage(type, (payload: unknown) => {
        this.told.push({ type, payload });
        this.#wake();
      });
    }
    room.onError((_code, message) => {
      this.errors.push(message ?? "");
      this.#wake();
    });
    this.closed = new Promise((resolve) => room.onLeave((code) => resolve(code)));
  }

  hello(known: { key?: string; epoch?: number; lastSeq?: number; clientId?: string } = {}): void {
    this.room.send("op:hello", { clientId: this.clientId, ...known });
  }

  push(n: unknown, ...ops: unknown[]): void {
    this.room.send("op:push", { n, ops });
  }

  /** Resolves with the `count`th message of a type, from the first one on. */
  async next<T extends LaneType>(type: T, count = 1): Promise<LanePayloads[T]> {
    await this.until(() => this.of(type).length >= count);
    return this.of(type)[count - 1] as LanePayloads[T]; // it was just counted
  }

  /** Resolves once something holds, which is asked again at each message. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Joins a board; says hello unless told otherwise. */
export async function joinBoard(
  wsUrl: string,
  id: string,
  {
    clientId = crypto.randomUUID(),
    token,
    isSilent = false,
    room = "whiteboard",
  }: { clientId?: string; token?: string; isSilent?: boolean; room?: string } = {},
): Promise<BoardClient> {
  const sdk = new Client(wsUrl);
  if (token !== undefined) sdk.auth.token = token;
  const client = new BoardClient(await sdk.joinOrCreate(room, { id }), clientId);
  if (isSilent) return client;
  client.hello();
  await client.next("op:welcome");
  return client;
}

/** An op that makes a note. */
export function note(id: string, text = "x"): object {
  return { t: "create", id, type: "note", g: { text } };
}
