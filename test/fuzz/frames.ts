import { getMessageBytes, Protocol } from "@colyseus/core";

/** Chance of a fuzz run: all of it comes from one seed. */
export interface Dice {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** Dice that roll what `random` says. */
export function diceOf(random: () => number): Dice {
  const int = (below: number): number => Math.floor(random() * below);
  return {
    int,
    pick: (from) => {
      const picked = from[int(from.length)];
      if (picked === undefined) throw new Error("nothing to pick from");
      return picked;
    },
  };
}

const MAX_BYTES = 300;

/** Frames that a well-behaved client could send, to be mutated. */
const GOOD_FRAMES: readonly Uint8Array[] = [
  Uint8Array.from([Protocol.JOIN_ROOM]),
  Uint8Array.from([Protocol.PING]),
  getMessageBytes.raw(Protocol.ROOM_DATA, "echo", { text: "hello", list: [1, 2, { deep: null }] }),
  getMessageBytes.raw(Protocol.ROOM_DATA, "rename", { name: "Ann" }),
  getMessageBytes.raw(Protocol.ROOM_DATA_BYTES, "echo", undefined, Uint8Array.from([1, 2, 3])),
  Uint8Array.from([Protocol.ROOM_REQUEST, 7, 0xa4, 0x65, 0x63, 0x68, 0x6f, 0x01]),
  Uint8Array.from([Protocol.ROOM_INPUT_RELIABLE, 128, 127, 129, 0, 130, 0, 0, 128, 63, 131, 1]),
  Uint8Array.from([Protocol.ROOM_INPUT_UNRELIABLE, 0, 4, 128, 127, 129, 0, 2, 128, 1]),
  Uint8Array.from([Protocol.ROOM_INPUT_RELIABLE | 0x80, 5, 128, 127]),
];

/** The frame that leaves a room; a fuzz run that sent it would only fuzz the goodbye. */
const LEAVE = Protocol.LEAVE_ROOM;

/** One frame to send: junk, a known kind with junk behind it, or a good frame with some of its bytes changed. */
export function anyFrame(dice: Dice): Uint8Array {
  const frame = dice.pick([junk, junkOfKind, mutated])(dice);
  if (frame[0] !== undefined && (frame[0] & 0x1f) === LEAVE) frame[0] = Protocol.ROOM_DATA;
  return frame;
}

function junk(dice: Dice): Uint8Array {
  return Uint8Array.from({ length: dice.int(MAX_BYTES) }, () => dice.int(256));
}

function junkOfKind(dice: Dice): Uint8Array {
  const kind = dice.pick([10, 13, 17, 18, 19, 20, 21]) | dice.pick([0, 0, 0x20, 0x40, 0x80]);
  return Uint8Array.from([kind, ...junk(dice)]);
}

function mutated(dice: Dice): Uint8Array {
  const frame = Uint8Array.from(dice.pick(GOOD_FRAMES));
  for (let changes = dice.int(4); changes > 0; changes--) frame[dice.int(frame.length)] = dice.int(256);
  return dice.int(3) === 0 ? frame.slice(0, 1 + dice.int(frame.length)) : frame;
}

/** One HTTP request as it goes on the wire: broken in some way more often than not. */
export function anyRequest(dice: Dice): string {
  const method = dice.pick(["GET", "POST", "PUT", "OPTIONS", "HEAD", "BREW", ""]);
  const path = dice.pick([
    "/",
    "/metrics",
    "/matchmake/joinOrCreate/arena",
    "/matchmake/create/synthetic",
    "/matchmake/joinById/__proto__",
    "/matchmake/constructor/arena",
    "/..%2f..%2fetc%2fpasswd",
    "/%",
    `/${"a".repeat(dice.int(5000))}`,
    "//",
    "/api/token",
  ]);
  const body = dice.pick([
    "",
    "{",
    "{}",
    '{"__proto__":{"x":1}}',
    '{"entities":1e309}',
    `{"name":"${"x".repeat(dice.int(30_000))}"}`,
    "[".repeat(dice.int(5000)),
    String.fromCharCode(...junk(dice)),
  ]);
  const length = dice.pick([String(body.length), String(body.length), "0", "-1", "99999999999", "x"]);
  const type = dice.pick(["application/json", "text/plain", "multipart/form-data", ""]);
  const upgrade = dice.pick(["", "", "", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"]);
  const head = `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n${upgrade}`;
  return dice.int(5) === 0 ? head : `${head}\r\n${body}`;
}
