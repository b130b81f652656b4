import { type Client, getMessageBytes, Protocol, type Room } from "@colyseus/core";
import { Encoder, schema, t } from "@colyseus/schema";
import { z } from "zod";

const Spot = schema({ x: t.int32().default(0) }, "TrapSpot");

/** Entities, an array, and a text that makes patches as large as a test wants them. */
export const TrapState = schema({ spots: t.map(Spot), numbers: t.array("int32"), padding: t.string() }, "Trap");

// Else schema warns on the console each time that a state or patch outgrows its buffer.
Encoder.BUFFER_SIZE = 512 * 1024;

/** Entities of a new state; each `move` moves the next {@link MOVED_AT_ONCE}. */
const SPOTS = 3000;
const MOVED_AT_ONCE = 20;
const PADDING_CHARACTERS = 50_000;
const FIRST_NUMBERS = [1, 2, 3, 4, 5];

/** A state as every trap begins with it. */
export function trapState(): InstanceType<typeof TrapState> {
  const state = new TrapState();
  for (let index = 0; index < SPOTS; index++) state.spots.set(`s${index}`, new Spot());
  state.numbers.push(...FIRST_NUMBERS);
  return state;
}

/** What the tests ask of a room, the same for Arena's and for Colyseus' own; `sendPatch` sends a patch now. */
export function trapMessages(room: Room, state: InstanceType<typeof TrapState>, sendPatch: () => boolean) {
  let moves = 0;
  return {
    /** Moves the next entities and sends a large patch. */
    move: answer(z.unknown(), () => {
      for (let index = 0; index < MOVED_AT_ONCE; index++) {
        const spot = state.spots.get(`s${(moves * MOVED_AT_ONCE + index) % SPOTS}`);
        if (spot) spot.x = moves + 1;
      }
      state.padding = `${moves} `.padEnd(PADDING_CHARACTERS, "-");
      moves++;
      sendPatch();
      return moves;
    }),
    /** Changes the array and leaves the change pending. */
    reshape: answer(z.unknown(), () => {
      state.numbers.shift();
      return true;
    }),
    patch: answer(z.unknown(), sendPatch),
    truth: answer(z.unknown(), () => state.toJSON()),
    /** Broadcasts a message of so many bytes. */
    flood: answer(z.int(), (bytes: number) => {
      room.broadcast("flood", new Uint8Array(bytes));
      return true;
    }),
    /** Bytes that wait in the process for the client of that session; -1 when it is gone. */
    waiting: answer(z.string(), (sessionId: string) => {
      const client = room.clients.find((one) => one.sessionId === sessionId);
      return client ? waitingBytes(client) : -1;
    }),
    boom: answer(z.unknown(), () => {
      throw new Error("boom");
    }),
    echo: answer(z.unknown(), (payload: unknown) => payload),
    /** Sends a message that must come after the next patch, and then changes the state and sends that patch. */
    announce: answer(z.unknown(), () => {
      room.broadcast("announced", "after", { afterNextPatch: true });
      state.padding = "announced";
      sendPatch();
      return true;
    }),
    /** Sends bytes to everyone. */
    bytes: answer(z.array(z.int()), (bytes: number[]) => {
      const frame = getMessageBytes.raw(Protocol.ROOM_DATA_BYTES, "bytes", undefined, new Uint8Array(bytes));
      for (const client of room.clients) client.enqueueRaw(frame);
      return true;
    }),
  };
}

function answer<P>(format: z.ZodType<P>, run: (payload: P) => unknown) {
  return { format, handler: (_client: Client, payload: P) => run(payload) };
}

/** What a client's connection knows of its waiting bytes: Arena's by one name, a plain WebSocket by another. */
interface Waiting {
  readonly waitingBytes?: number;
  readonly bufferedAmount?: number;
}

function waitingBytes(client: Client): number {
  const { waitingBytes: arena, bufferedAmount: plain } = client.ref as Waiting;
  const { _enqueuedMessages: early = [] } = client as { _enqueuedMessages?: readonly Uint8Array[] }; // until it joined
  return early.reduce((sum, frame) => sum + frame.byteLength, arena ?? plain ?? 0);
}
